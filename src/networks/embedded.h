// Why: symbols become rows of an embedding, with what training drops of them, forward and backward.
#pragma once

#include "networks/network.h"
#include "nn/layers/embedding.h"

namespace rnn::core {

// The embedding of one input of a network.
struct EmbeddedOptions {
  int width = 0;
  InputDrops drops = {};
  Dropout dropout = {0, 0, false};  // of its output
  uint32_t site = 0;                // of the dropped words
  bool tied = false;                // it is also the output matrix
  int columns = 1;                  // ids of a step
};

template <class T>
class Embedded {
 public:
  Embedded(ParamId id, const EmbeddedOptions& options) : id_(id), options_(options) {}
  ParamId id() const { return id_; }
  // ids [rows, columns] -> [rows, width] in the arena.
  View<T> forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids) const;
  // dx is overwritten.
  void backward(Context<T>& context, const Seq& seq, const int32_t* ids, View<T> dx, Params<T>& grads) const;
  void touched(const std::vector<int32_t>& ids, bool sampled, SparseParams& touched) const;

 private:
  ParamId id_;
  EmbeddedOptions options_;
};

}  // namespace rnn::core
