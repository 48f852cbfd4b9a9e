// Why: rnn eval of a translator: its figures next to greedy choice, a copy of the source and the nearest sentence.
#pragma once

#include <string>
#include <vector>

#include "tasks/translate/evaluate_pairs.h"

namespace rnn::core::app {

struct PairEvalArguments {
  PairEvalOptions options;
  bool per_line = false;  // also source, translation and reference of each pair
  bool json = false;
};

// Evaluates and prints. `paths` as read_pairs(). Returns the report.
PairReport eval_pairs(ModelFile& file, const std::vector<std::string>& paths, const PairEvalArguments& a);

}  // namespace rnn::core::app
