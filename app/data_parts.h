// Why: rnn data has second verbs; those in separate files are declared here.
#pragma once

#include "verbs.h"

namespace rnn::core::app {

int run_data_make(const Arguments& arguments);
int run_data_ngram(const Arguments& arguments);

int run_data_check(const Arguments& arguments);

}  // namespace rnn::core::app
