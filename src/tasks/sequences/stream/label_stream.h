// Why: a sequence on its way through a model of sequences, so that sensors and symbols are labelled as they come in.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "networks/stream.h"

namespace rnn::core {

// Reads symbols or frames and hands out the model's outputs: one row for every step, or, of a model that answers at the end, the answer
// to what was read so far. A model that also reads backwards, or answers from all
// steps together, answers after finish().
class LabelStream final : public Stream {
 public:
  // The model is packed and must outlive the stream.
  explicit LabelStream(const Model<float>& model);
  LabelStream(const LabelStream&) = default;

  // More of the sequence: ids [steps * columns], of which -1 is read as zeros, or whole frames [steps, input]. Nothing more after finish().
  void read(std::span<const int32_t> ids);
  void read(std::span<const float> frames);
  // Rows of outputs [rows, K] that came since the last call, row-major, before any softmax; at most one for a model that answers at
  // the end.
  std::vector<float> rows();

  Wanted want() const override;
  void take(std::span<const float> outputs) override;
  // Everything must be read; of a model that reads backwards nothing can be saved between its beginning and its end.
  std::string save() const override;
  void load(std::string_view bytes) override;
  std::unique_ptr<Stream> clone() const override { return std::unique_ptr<Stream>(new LabelStream(*this)); }
  void reset() override;
  void finish() override { finished_ = true; }

 private:
  size_t waiting_steps() const { return width_ > 0 ? frames_.size() / width_ : ids_.size() / columns_; }

  const Model<float>* model_;
  size_t width_;              // numbers of a frame; 0: symbols
  size_t columns_;            // ids of a step
  bool whole_, every_step_;   // whole_: a sequence is read at once
  std::vector<int32_t> ids_;  // that the model has not read, or
  std::vector<float> frames_;
  size_t taken_ = 0;         // rows of the waiting steps that were taken
  std::vector<float> rows_;  // not yet handed out
  bool finished_ = false;
};

}  // namespace rnn::core
