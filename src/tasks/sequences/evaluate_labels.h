// Why: a model of texts, tagged words or sensors is measured class by class, next to what counting does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/label_scores.h"
#include "tasks/sequences/label_data.h"

namespace rnn::core {

struct LabelReport {
  std::string task;
  ResultRow model;
  std::vector<ResultRow> baselines;
  int64_t examples = 0, targets = 0;  // targets: labels that the model has
  std::optional<LabelScores> scores;  // of one label for an example, and of words whose tags are no spans
  std::optional<SpanScores> spans;    // of tags of spans
  std::vector<std::string> unseen;    // labels that the model does not have: never right
  std::optional<int64_t> shared;      // inputs that also stand in training, where that is known
  int64_t shortened = 0;              // streams that the loss leaves out
};

// `test`: with labels in the scheme of the model; training: for the rows, null: only those of the labels themselves. Packs the model.
LabelReport measure_labels(ModelFile& file, const RawSet& test, const LabelData* training, Pool& pool);
// Reads the files as those of training were read. Rows need the training data where the run says that it is.
LabelReport evaluate_labels(ModelFile& file, const std::vector<std::string>& paths, const LabelOptions& how, int threads,
                            bool rows);

}  // namespace rnn::core
