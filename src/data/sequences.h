// Why: sequences of numbers or symbols with what is to be said about them: one number, one label, or a label per step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batcher.h"

namespace rnn::core {

// One sequence and its target.
struct SequenceExample {
  std::vector<float> frames;    // [steps * width] when the inputs are numbers
  std::vector<int32_t> ids;     // [steps] when they are symbols
  std::vector<float> values;    // regress: [outputs]
  std::vector<int32_t> labels;  // classify: [1]; tag: [steps], -1: not counted
};

// What all sequences of a set have in common.
struct SequenceShape {
  std::string task;                  // "classify", "regress" or "tag"
  int width = 0;                     // numbers per step; 0: symbols
  std::vector<std::string> symbols;  // of the inputs, sorted; ids index it
  std::vector<std::string> labels;   // of the targets, sorted; empty for regress
  int values = 0;                    // regress: numbers of a target
  int outputs() const { return task == "regress" ? values : static_cast<int>(labels.size()); }
  int steps(const SequenceExample& e) const {
    return static_cast<int>(width > 0 ? e.frames.size() / static_cast<size_t>(width) : e.ids.size());
  }
};

struct SequenceSet {
  SequenceShape shape;
  std::vector<SequenceExample> examples;
  std::string hash;  // content_hash of the file, decompressed; told by read_sequences
};

// JSON lines, one sequence each: {"input": [[0.3, 0], [0.9, 1]], "target": 1.2} or "target": [1.2, 0.4]  regress;
// {"input": ["a", "b"], "target": "a"}  classify; "target": ["a", null, ...] of the input's length  tag. "input" may be rows of
// numbers, plain numbers (width 1) or words; labels are words, never numbers. Other keys are left alone, blank lines too; gzip and
// zstd are seen by content. `known`: the shape of a model; its alphabets are used and an unknown symbol or label is an error;
// null: alphabets are collected.
// Throws Error{data} with file:line: data/json (no JSON, no object, a value of a kind that has no place there), data/sequence
// (input or target missing or empty, ragged, mixed, or unlike the sequences before it or the model), data/nan (NaN, infinite, too
// large for 32 bits, null among numbers), data/symbol (unknown to the model), data/utf8; for the file: data/empty, data/missing,
// data/unreadable, data/compressed.
SequenceSet read_sequences(const std::string& path, const SequenceShape* known = nullptr);
// The line of one sequence, as read_sequences reads it back to the same bits; ends in a newline.
std::string sequence_line(const SequenceShape& shape, const SequenceExample& example);
// The first line that is not blank is a JSON object with "input" and without "text". False for what cannot be read.
bool holds_sequences(const std::string& path);

// What is in a set, and what the best answer that never looks at the input is worth: what a model must beat.
struct SequenceSummary {
  int64_t sequences = 0, steps = 0, targets = 0;  // targets: those that count
  int shortest = 0, longest = 0;
  std::vector<int64_t> counts;         // [labels]
  std::vector<double> mean, variance;  // [values]
  double constant_loss = 0;            // regress: mean squared error of the mean; else nats of the label shares
  double constant_accuracy = -1;       // share of the commonest label; regress: -1
};
SequenceSummary summarize(const SequenceShape& shape, std::span<const SequenceExample> examples);

// `examples` as one packed batch, fresh states, longest first (stable); stream i is example i and ids[i] becomes the key of its
// random masks. classify and regress: a target per stream; tag: a target per packed row.
void fill_sequence_batch(const SequenceShape& shape, std::span<const SequenceExample* const> examples,
                         std::span<const uint32_t> ids, Batch& batch);

struct SequenceBatchOptions {
  int batch = 32;
  bool shuffle = true;  // false: longest first, the same in every epoch (evaluation)
  uint64_t seed = 1;
};
// Each sequence once per epoch, ragged, shuffled by (seed, epoch), like lengths together. `examples` outlive the batcher.
// Throws Error{data, "data/too_short"} when there are none, Error{usage, "usage/batch"}.
std::unique_ptr<Batcher> sequence_batcher(const SequenceShape& shape, std::span<const SequenceExample> examples,
                                          const SequenceBatchOptions& options);

}  // namespace rnn::core
