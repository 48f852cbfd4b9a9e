// Why: what a pass needs besides the model: threads, kernels, memory, the key of its random numbers; and the tape of a pass.
#pragma once

#include <cassert>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "base/arena.h"
#include "base/profile.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace rnn::core {

// A term that a pass adds to the gradient of the loss: factor times the gradient of a sum over its rows
// (layers/activation.h).
struct ActivationPenalty {
  double squares = 0;  // AR: of the last layer's outputs after dropout
  double changes = 0;  // TAR: of the differences between its outputs, step by step
};

// An argument of every forward and backward. Not shared between threads.
template <class T>
struct Context {
  Pool& pool;
  Arena& arena;
  const Kernels<T>& kernels = rnn::core::kernels<T>();  // of what the weights are packed for: by default this processor's
  bool training = false;                                // dropout on
  uint64_t seed = 0;                                    // key of the masks
  uint32_t update = 0;                                  // number of the optimizer step: every update has its own masks
  Profile* profile = nullptr;                           // null: no time is measured
  size_t output_bytes = size_t{64} << 20;               // limit of the outputs that a loss holds at once (heads/head.h)
  ActivationPenalty penalty = {};                       // read by Model::backward_hidden
};

// What backward needs, as a stack: forward pushes records, backward pops them. The numbers lie in the Context's arena.
// No tape means inference. Keeps its memory between passes.
class Tape {
 public:
  template <class Record>
  void push(const Record& record) {
    static_assert(std::is_trivially_copyable_v<Record>);
    offsets_.push_back(bytes_.size());
    const auto* raw = reinterpret_cast<const unsigned char*>(&record);
    bytes_.insert(bytes_.end(), raw, raw + sizeof(Record));
  }
  template <class Record>
  Record top() const {
    assert(!offsets_.empty() && bytes_.size() - offsets_.back() == sizeof(Record));
    Record record;
    std::copy_n(bytes_.data() + offsets_.back(), sizeof(Record), reinterpret_cast<unsigned char*>(&record));
    return record;
  }
  template <class Record>
  Record pop() {
    const Record record = top<Record>();
    bytes_.resize(offsets_.back());
    offsets_.pop_back();
    return record;
  }
  bool empty() const { return offsets_.empty(); }
  void clear() { bytes_.clear(), offsets_.clear(); }

 private:
  std::vector<unsigned char> bytes_;
  std::vector<size_t> offsets_;
};

}  // namespace rnn::core
