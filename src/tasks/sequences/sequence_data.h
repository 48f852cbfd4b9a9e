// Why: what sequence tasks share: reading and splitting, baselines of constant answers, the alphabets in the model file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/sequences.h"
#include "data/split.h"
#include "io/model_file.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core {

struct SequenceData {
  SequenceShape shape;
  std::vector<SequenceExample> train, valid;
  std::string hash;   // of the files read
  std::string split;  // how a part was held out, for people; "": it was not
  int64_t train_steps = 0, valid_steps = 0;
};

// Without a file a part of the training examples is held out by the rule.
struct SequenceSplit {
  std::string valid;
  double share = 0.05;
  SplitRule rule = SplitRule::shuffled;
};
// `known`: the shape of an existing model. Throws Error{data}: "data/sequence" if files disagree, "data/too_short" if too few examples
// are left.
SequenceData read_sequence_data(const std::vector<std::string>& paths, const SequenceSplit& how, const SequenceShape* known);
// All files as one set: the examples one file after another, hash of the files as they are, which are added to `hashes` one by one. `known`
// and errors as above.
SequenceSet read_sequence_files(const std::vector<std::string>& paths, const SequenceShape* known,
                                std::string* hashes = nullptr);
std::vector<SplitItem> split_items(const SequenceShape& shape, const std::vector<SequenceExample>& examples);

// The validation data of the run that made a model. No examples: it is gone or has changed, or the model is not from such a
// run.
SequenceData validation_sequences(const ModelFile& file);

// 95 % of the sequences are no longer, for Run::reach(); 0: there are none.
int usual_longest(std::vector<int> steps);

// The loss in the unit of the task, and for labels the share of right answers.
ResultRow sequence_row(std::string name, TargetForm target, double loss, std::optional<double> accuracy);

// "always the mean" for a regression, "always the most frequent" for labels: the best constant, chosen on `train`, evaluated
// on `test`.
ResultRow constant_row(const SequenceShape& shape, const std::vector<SequenceExample>& train,
                       const std::vector<SequenceExample>& test);

struct SequenceReport {
  std::string task;
  ResultRow model;
  int64_t sequences = 0, targets = 0;
  std::vector<ResultRow> baselines;  // on the file's own targets: the best constant answer
};
// Evaluates every target of the file once. Packs `file` for inference.
SequenceReport evaluate_sequences(ModelFile& file, const std::string& path, int threads);

}  // namespace rnn::core
