// Why: what sequence tasks share: reading and splitting, the rows of constant answers, a model's alphabets in its file.
#pragma once

#include <string>
#include <vector>

#include "data/sequences.h"
#include "io/model_file.h"
#include "tasks/language_model.h"

namespace rnn::core {

struct SequenceData {
  SequenceShape shape;
  std::vector<SequenceExample> train, valid;
  std::string hash;  // of the files read
  int64_t train_steps = 0, valid_steps = 0;
};

// `valid` empty: the last part of the training examples. `known`: the shape of a model to go on with. Throws Error{data}:
// "data/sequence" where files disagree or too few examples are left.
SequenceData read_sequence_data(const std::vector<std::string>& paths, const std::string& valid, double valid_share,
                                const SequenceShape* known);

// What the run that made a model checked it on. No examples: gone or changed since, or not of such a run.
SequenceData validation_sequences(const ModelFile& file);

// {"symbols": [...], "labels": [...], "width": n} for a model file's about, and back. Throws Error{model, "model/corrupt"} when
// they do not fit the model.
nlohmann::json shape_to_json(const SequenceShape& shape);
SequenceShape shape_of_model(const ModelFile& file);

// "always the mean" of a regression, "always the most frequent" of labels: the best constant, chosen on `train`, measured on
// `test`.
ResultRow constant_row(const SequenceShape& shape, const std::vector<SequenceExample>& train,
                       const std::vector<SequenceExample>& test);

struct SequenceReport {
  std::string task;
  ResultRow model;
  int64_t sequences = 0, targets = 0;
  std::vector<ResultRow> baselines;  // on the file's own targets: what a constant reaches at best
};
// Every target of the file once. Packs `file` for running.
SequenceReport evaluate_sequences(ModelFile& file, const std::string& path, int threads);

}  // namespace rnn::core
