// Why: rnn data has second verbs; those in separate files are declared here.
#pragma once

#include <cstdint>
#include <string>

#include "verbs.h"

namespace rnn::core::app {

int run_data_make(const Arguments& arguments);
int run_data_ngram(const Arguments& arguments);

// rnn data check and head of a file for which holds_sequences() is true. The first returns Exit::check if there is an error.
int check_sequence_file(const std::string& path, bool as_json);
int print_sequences(const std::string& path, int64_t lines);

}  // namespace rnn::core::app
