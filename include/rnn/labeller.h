// Why: the public face of models of sequences: a label, a label for every step, or numbers for a new sequence.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// What a model answers to one sequence.
struct Labelled {
  std::vector<std::string> labels;   // classify: [1], the likeliest label; tag: [steps]; regress: empty
  std::vector<float> probabilities;  // of these labels, each in (0, 1]
  std::vector<float> values;         // regress: [outputs]; else empty
  std::vector<float> distribution;  // [labels, Labeller::labels()]: the probability of every label, in that order, row-major
  int unknown = 0;                  // symbols that the model does not know; they were read as nothing
};

// Labels sequences with a model of the task classify, tag or regress: what `rnn train` learns from JSON lines with "input" and
// "target". The same bits as `rnn predict`. One thread at a time; many labellers may share a model.
class RNN_API Labeller {
 public:
  // Throws Error{Exit::model}: "model/task" for a language model, a translator or a bare recurrent model,
  // "model/corrupt" if the file does not describe its symbols and labels.
  explicit Labeller(const Model& model, const Threads& threads = 1);
  ~Labeller();
  Labeller(Labeller&& other) noexcept;
  Labeller& operator=(Labeller&& other) noexcept;

  const std::vector<std::string>& labels()
      const noexcept;  // sorted by their bytes; empty for a model that answers with numbers
  const std::vector<std::string>& symbols() const noexcept;  // that it knows, sorted by their bytes; empty: it reads frames

  // symbols [steps], steps >= 1. Throws Error{Exit::data, "data/sequence"} for none, or if the model reads frames.
  Labelled label(std::span<const std::string> symbols);
  // frames [steps, Model::inputs()], row-major, steps >= 1, finite. Throws Error{Exit::data}: "data/sequence" for none, for a
  // part of a frame, or if the model reads symbols; "data/nan"; "data/overflow" for numbers so large that the outputs are not
  // finite.
  Labelled label(std::span<const float> frames);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
