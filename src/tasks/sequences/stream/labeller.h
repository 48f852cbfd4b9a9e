// Why: runs a model of sequences: inputs in; a label, a label for every step or numbers out, many sequences per batch.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "data/sequences.h"
#include "decode/sample.h"
#include "heads/crf.h"
#include "io/model_file.h"
#include "networks/engine.h"

namespace rnn::core {

// What a model answers to one sequence.
struct Labels {
  // A model of labels: [1], or [steps] where every step has one. Each: the likeliest labels, likeliest first, at least one; a label
  // that is not there has probability 0. Of a model with a chain over its labels first that of the best sequence, then the others. Of a
  // model of several answers: all its labels, each with a probability of its own; the first `given` are its answer, perhaps none.
  std::vector<std::vector<Candidate>> answers;
  size_t given = 1;
  std::vector<float>
      values;  // a model of numbers: [shape().values], or [steps] where every step has one; in the units of the data
  std::vector<Candidate> whole;  // a model that also labels sequences as a whole: the likeliest of these labels, as above
  bool finite = true;            // false: the input is so large that outputs overflow, the answer means nothing
};

// The labels of a model of several answers by their outputs [labels], likeliest first, of equally likely ones the first. Returns how many
// reach the threshold.
size_t several_answers(std::span<const float> outputs, double threshold, std::vector<Candidate>& out);

// Throws Error{data, "data/overflow"} unless the outputs of a model were finite.
void require_finite_outputs(bool finite);

// One thread at a time.
class Labeller {
 public:
  // Makes the model ready; file and pool must outlive it. Throws Error{model}: "model/task" for a model that is not one of sequences,
  // "model/corrupt" if the file does not describe its symbols and labels, "model/nan".
  Labeller(ModelFile& file, Pool& pool);

  const SequenceShape& shape() const { return shape_; }
  bool answers_with_labels() const { return several() || engine_.model().head().info().classes; }
  bool several() const { return shape_.answers == Answers::several; }
  bool answers_every_step() const { return !engine_.model().answers_at_end(); }

  // out[i]: the answer to examples[i], the same bits whatever the other examples are; its targets are not read. An id of -1 is read
  // as zeros. `top` >= 1: labels of every answer, at most.
  std::vector<Labels> label(std::span<const SequenceExample> examples, int top = 1);

 private:
  void label_batch(std::span<const SequenceExample> examples, int top, std::vector<Labels>& out);
  void answer(std::span<const float> outputs, int top, Labels& to);
  void answer_chain(std::span<const float> rows, int top, Labels& to) const;
  void answer_whole(std::span<const float> rows, int top, Labels& to);

  SequenceShape shape_;
  Engine engine_;
  Sampler sampler_;
  std::optional<Sampler> whole_;      // of labels of the whole
  std::optional<ChainScores> chain_;  // of a model with a chain over its labels
};

}  // namespace rnn::core
