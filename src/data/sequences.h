// Why: sequences of numbers or symbols and their targets: one or more numbers, one label, or a label per step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batcher.h"
#include "data/labels/label_front.h"
#include "options/kinds.h"

namespace rnn::core {

// What the target of a sequence is.
enum class TargetForm {
  label,
  labels,
  values,
  numbers
};                                              // one label; a label for every step; numbers; a number for every step
std::string_view target_task(TargetForm form);  // the task of its models: "classify", "tag", "regress", "follow"
std::optional<TargetForm> target_form(std::string_view task);

// One sequence and its target.
struct SequenceExample {
  std::vector<float> frames;    // [steps * width] if the inputs are numbers
  std::vector<int32_t> ids;     // [steps * ids_of_step()] if they are symbols; -1: none
  std::vector<float> values;    // regress: [outputs]; follow: [steps], NaN: not counted
  std::vector<int32_t> labels;  // classify: [1], or any number of those that are right; tag: [steps]; -1: not counted
  int32_t whole = -1;           // tag: the label of the sequence as a whole; -1: not counted
};

// What all sequences of a set have in common.
struct SequenceShape {
  TargetForm target = TargetForm::label;
  int width = 0;                               // numbers per step; 0: symbols
  std::vector<std::string> symbols;            // of the inputs, sorted; indexed by ids
  std::vector<std::string> labels;             // of the targets, sorted; empty for regress
  int values = 0;                              // regress, follow: numbers of a target
  int columns = 1;                             // ids of a step
  int letters = 0;                             // ... and letters of its word after these; 0: none
  Answers answers = Answers::one;              // of one label for a sequence
  std::vector<std::string> whole_labels = {};  // tag: of the sequence as a whole, sorted; empty: it has none
  LabelFront front = {};                       // of texts, words and sensors
  std::vector<float> weights = {};             // [labels] of a target in the loss of training; empty: 1
  int ids_of_step() const { return columns + letters; }
  int outputs() const { return labels.empty() ? values : static_cast<int>(labels.size()); }
  bool every_step() const { return target == TargetForm::labels || target == TargetForm::numbers; }
  // The columns of a table, followed row by row (tasks/sequences/follow_table.h).
  bool follows() const { return front.kind == InputKind::frames && every_step(); }
  int steps(const SequenceExample& e) const {
    return Seq::checked_length(width > 0 ? e.frames.size() / static_cast<size_t>(width)
                                         : e.ids.size() / static_cast<size_t>(ids_of_step()));
  }
};

struct SequenceSet {
  SequenceShape shape;
  std::vector<SequenceExample> examples;
  std::string hash;  // content_hash of the decompressed file; set by read_sequences
};

// JSON lines, one sequence each: {"input": [[0.3, 0], [0.9, 1]], "target": 1.2} or "target": [1.2, 0.4]  regress;
// {"input": ["a", "b"], "target": "a"}  classify; "target": ["a", null, ...] of the input's length  tag. "input" may be rows
// of numbers, plain numbers (width 1) or words; labels are words, never numbers. Other keys and blank lines are ignored;
// gzip and zstd are recognised by content. `known`: the shape of a model; its alphabets are used and an unknown symbol or
// label is an error; null: alphabets are collected.
// Throws Error{data} with file:line: data/json (not JSON, not an object, a value of a wrong kind), data/sequence (input or
// target missing or empty, ragged, mixed, or different from the sequences before it or from the model), data/nan (NaN,
// infinite, too large for 32 bits, null among numbers), data/scale (a target beyond 1e15), data/symbol (unknown to the model), data/utf8; for the file:
// data/empty, data/missing, data/unreadable, data/compressed, data/format.
SequenceSet read_sequences(const std::string& path, const SequenceShape* known = nullptr);
// The line of one sequence, from which read_sequences restores the same bits; ends in a newline.
std::string sequence_line(const SequenceShape& shape, const SequenceExample& example);
// The first line that is not blank is a JSON object with "input" and without "text". False if the file cannot be read.
bool holds_sequences(const std::string& path);
// The same, and what the target of that line is; none if it has no target that can be read.
struct FirstSequence {
  bool found = false;
  std::optional<TargetForm> target;
};
FirstSequence first_sequence(const std::string& path);

// What is in a set, and the score of the best answer that ignores the input: the baseline a model must beat.
struct SequenceSummary {
  int64_t sequences = 0, steps = 0, targets = 0;  // targets: those that are counted
  int shortest = 0, longest = 0;
  std::vector<int64_t> counts;              // [labels]
  std::vector<double> mean, variance;       // [values]
  double constant_loss = 0;                 // regress: mean squared error of the mean; else the entropy of the labels, nats
  std::optional<double> constant_accuracy;  // share of the most common label, if a target is one
};
SequenceSummary summarize(const SequenceShape& shape, std::span<const SequenceExample> examples);

// `examples` as one packed batch, from zero states, longest first (stable); stream i is example i, and ids[i] becomes the
// key of its random masks. classify and regress: one target per stream, of several labels 0 or 1 for each; tag: one per packed row.
void fill_sequence_batch(const SequenceShape& shape, std::span<const SequenceExample* const> examples,
                         std::span<const uint32_t> ids, Batch& batch);

// How frames differ from epoch to epoch (frame_augment.h); they have deviation 1 (Um et al. 2017, "Data augmentation of wearable sensor data
// for Parkinson's disease monitoring using convolutional neural networks").
struct FrameAugment {
  double jitter = 0;     // deviation of independent noise on every number
  double amplitude = 0;  // deviation of a factor around 1 for each of the `width` columns, the same at all steps
  double time_warp = 0;  // in [0, 0.9]: the sequence is up to this share faster or slower, between its steps a straight line
  bool any() const { return jitter > 0 || amplitude > 0 || time_warp > 0; }
};

struct SequenceBatchOptions {
  int batch = 32;
  bool shuffle = true;  // false: longest first, the same in every epoch (evaluation)
  uint64_t seed = 1;
  FrameAugment augment = {};  // only for `shuffle`
};
// Each sequence once per epoch, ragged, shuffled by (seed, epoch), similar lengths together. The shape's weights are only for `shuffle`. `examples` must outlive the
// batcher. Throws Error{data, "data/too_short"} if there are none, Error{usage, "usage/batch"}.
std::unique_ptr<Batcher> sequence_batcher(const SequenceShape& shape, std::span<const SequenceExample> examples,
                                          const SequenceBatchOptions& options);

}  // namespace rnn::core
