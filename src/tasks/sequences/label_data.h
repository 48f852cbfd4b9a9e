// Why: labelled texts, tagged words and sensor files become training and validation examples, the same ones in new runs, resumed runs and
// evaluations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/labels/encoder.h"
#include "data/labels/raw_labels.h"
#include "tasks/sequences/follow_table.h"
#include "tasks/sequences/sequence_data.h"

namespace rnn::core {

struct LabelData {
  RawSet train, valid, test;  // as they stand in the files, tags in the network's scheme; test: of a fold, else empty
  std::string hash, split;
  int64_t shared = 0;                                           // validation examples whose input is also one of training
  std::vector<SequenceExample> train_examples, valid_examples;  // by encode()
  std::vector<std::string> unseen;                              // labels of the validation that training does not have
  int window = 0;  // of a table that is followed: steps of a training example; 0: whole series
  // With the alphabets of a new or an old model; tokenizer: null without texts. Throws Error{data}: "data/symbol" for a label of training
  // that the shape does not have, "data/sequence" for data of another kind.
  void encode(const SequenceShape& shape, const Tokenizer* tokenizer);
};

// The task of taggers that also label sentences; their models are of the form tag.
inline constexpr std::string_view kClassifyTagTask = "classify,tag";
// What its examples are to a network.
TargetForm target_of_task(std::string_view task);

// What examples are read from: the columns of a table that is followed, or any other layout.
struct LabelSource {
  TargetForm target = TargetForm::label;  // of a table that is followed: found
  bool whole = false;                     // tags with a label for every sentence
  LabelOptions labels;
  std::optional<FollowColumns> follow = std::nullopt;
  std::vector<std::string> columns = {};  // of frames that a model reads, of a table of rows; empty: found
  std::vector<InputColumn> inputs = {};   // of a table of texts, learnt; empty: cells are left beside the text
  std::string between = {};               // several labels: what stands between them in a cell; empty: found
};
LabelSource label_source(std::string_view task, const Options& options);
LabelSource label_source(const SequenceShape& shape, const LabelOptions& labels);  // of new data for a model
// Of data that a model is chosen or measured by: they need no groups, and may have more columns than training.
LabelSource of_test(LabelSource source, const RawSet& train);
RawSet read_label_files(const std::vector<std::string>& paths, const LabelSource& source);

// How validation examples are found: files of their own, else a part of the training examples: for a table that is followed whole series,
// or of a single one its last rows.
struct LabelSplit {
  std::vector<std::string> valid;
  double share = 0.05;
  SplitRule rule = SplitRule::shuffled;
  Fold fold = {};  // is put aside first, as `test`
};
// Reads and splits. Throws what read_raw_labels() and require_labels() do, and Error{data, "data/too_short"}.
LabelData read_label_data(const std::vector<std::string>& paths, const LabelSplit& how, LabelSource source);
// That of the run which made a model, if it is where it was, else without examples.
LabelData label_data_of_model(const ModelFile& file);

// Throws Error{data, "data/sequence"} for data of another kind than the model reads, or with targets of another kind.
void require_same_kind(const RawSet& set, const SequenceShape& shape);
// Inputs of `test` that are also in `train`.
int64_t shared_inputs(const RawSet& train, const RawSet& test);

}  // namespace rnn::core
