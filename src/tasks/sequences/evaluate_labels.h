// Why: a model of texts, tagged words or sensors is measured class by class, next to what counting does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/text_scorer.h"
#include "metrics/label_scores.h"
#include "metrics/several_scores.h"
#include "tasks/sequences/label_data.h"

namespace rnn::core {

// The answers to the first steps of every example; where it has fewer, to all of it.
struct EarlyAnswers {
  int steps = 0;
  double accuracy = 0;
  int64_t ended = 0;  // examples that have no more steps
};

struct LabelReport {
  std::string task;
  ResultRow model;
  std::vector<ResultRow> others;  // further models, then all together; empty: there are none
  std::vector<ResultRow> baselines;
  int64_t examples = 0, targets = 0;     // targets: labels that the model has
  std::optional<LabelScores> scores;     // of one label for an example, and of words whose tags are no spans
  std::optional<SpanScores> spans;       // of tags of spans
  std::optional<SeveralScores> several;  // of any number of labels for an example; then no `scores`
  ThresholdCurve curve;                  // of these
  Reliability reliability;               // of all answers, of several labels of each of them; empty: of numbers
  std::optional<LabelScores> whole;      // of a label for a sentence beside its tags
  Reliability whole_reliability;
  std::vector<EarlyAnswers> early;  // if asked for
  std::vector<std::string> unseen;  // labels that the model does not have: never right
  std::optional<int64_t> shared;    // inputs that also stand in training, where that is known
  int64_t shortened = 0;            // streams that the loss leaves out
};

// `test`: with labels in the scheme of the model; training: for the rows, null: only those of the labels themselves. Packs the model.
LabelReport measure_labels(ModelFile& file, const RawSet& test, const LabelData* training, Pool& pool);
struct LabelEvalOptions {
  int threads = 0;
  bool rows = true;      // they need the training data where the run says that it is
  bool early = false;    // LabelReport::early; of models of one label. Throws Error{usage, "usage/option"} for others.
  WithModels with = {};  // of models of one label; others throw as LabelEnsemble
};
// Reads the files as those of training were read.
LabelReport evaluate_labels(ModelFile& file, const std::vector<std::string>& paths, const LabelEvalOptions& how);

}  // namespace rnn::core
