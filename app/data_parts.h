// Why: rnn data is one verb with verbs of its own; those with a file of their own are declared here.
#pragma once

#include <cstdint>
#include <string>

#include "verbs.h"

namespace rnn::core::app {

int run_data_make(const Arguments& arguments);
int run_data_ngram(const Arguments& arguments);

// rnn data check and head of a file for which holds_sequences() is true. The first returns Exit::check when there is a fault.
int check_sequence_file(const std::string& path, bool as_json);
int print_sequences(const std::string& path, int64_t lines);

}  // namespace rnn::core::app
