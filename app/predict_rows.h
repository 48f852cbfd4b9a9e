// Why: a model that follows a table answers every row of a new one.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "io/model_file.h"

namespace rnn::core::app {

struct PredictRowsArguments {
  std::vector<std::string> files;  // none: standard input
  bool json = false;
  int top = 0;  // labels of an answer in JSON; 0: the likeliest
};

// Whether this is such a model.
bool follows_rows(const ModelFile& file);
// Prints an answer for every row, in the order of the rows: label,probability or the number.
void predict_rows(ModelFile& file, Pool& pool, const PredictRowsArguments& a);

}  // namespace rnn::core::app
