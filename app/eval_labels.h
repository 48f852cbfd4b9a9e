// Why: rnn eval of a model of texts, tagged words or sensors: accuracy or F1, class by class, next to what counting does.
#pragma once

#include <string>
#include <vector>

#include "io/text_scorer.h"

namespace rnn::core::app {

struct LabelEvalArguments {
  std::string output;  // table of confusions; empty: none
  int threads = 0;
  bool json = false, rows = true, early = false, thresholds = false;
  WithModels with = {};  // of models of one label
};

// Whether the model reads texts, words or sensors, not lines of JSON.
bool reads_labels(const ModelFile& file);
// Prints; returns the loss.
double eval_labels(ModelFile& file, const std::vector<std::string>& data, const LabelEvalArguments& a);

}  // namespace rnn::core::app
