// Why: a network that reads forwards only answers a sequence while it comes in: after every step what it would say of that beginning alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "networks/engine.h"

namespace rnn::core {

// One sequence on its way through a model with one answer, from its last state or from all states together: their largest values or their
// sum so far are kept, too. The bits of the whole beginning read at once. One thread at a time.
class PrefixReader {
 public:
  // Whether a model can be read so: it has one answer, and nothing of it is read backwards.
  static bool fits(const Model<float>& model);

  // The model is packed, fits and must outlive the reader.
  PrefixReader(const Model<float>& model, Pool& pool);

  // More steps: ids [steps * columns], of which -1 is read as zeros, or frames [steps, input].
  void read(std::span<const int32_t> ids);
  void read(std::span<const float> frames);
  int64_t steps() const { return now_.steps; }
  // The model's outputs for what was read [K], before any softmax; at least one step was read. Valid until the next call.
  std::span<const float> outputs();
  // The last step was not read. False: it was taken back before, or none was read.
  bool take_back();
  void reset();

  // Throws Error{model}: "state/size", "state/corrupt"; then nothing has changed.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  struct Memory {
    int64_t steps = 0;
    State<float> state;
    std::vector<float>
        pooled;  // [width] of the rows so far: the last, the largest, the sum; by attention then Attended, too
  };
  void read_step(const Engine::Part& part);

  Engine engine_;
  Pooling pool_;
  Memory now_, before_;  // before the last step
  Matrix<float> row_;    // [1, width] that the head reads
};

}  // namespace rnn::core
