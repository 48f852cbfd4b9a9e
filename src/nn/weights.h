// Why: the numbers of a model are one value: row by row for the optimizer, packed for the kernels, and with a share of them dropped.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "nn/packed.h"
#include "nn/params.h"

namespace rnn::core {

// Const and thread-safe after pack(). Copied as a value; the table of its parameters must outlive it.
template <class T>
class Weights {
 public:
  Weights() = default;
  // All zero. forms: what the layers have declared.
  Weights(const ParamTable& table, Packed<T> forms) : table_(&table), params_(table), packed_(std::move(forms)) {}

  Params<T>& params() { return params_; }
  const Params<T>& params() const { return params_; }  // empty after release_params()
  const Packed<T>& packed() const { return packed_; }
  // The numbers of a parameter, row by row; after release_params() only of those that it keeps.
  const T* rows(ParamId id) const;

  // Brings the packed weights up to date: after loading, and after every change of params(). training: backward forms, too.
  // late: a matrix of which training reads single rows (Head::sampled_matrix), or -1: pack and update skip its packed form,
  // which costs as much as the whole matrix, until pack_late() brings it up to date.
  // kernels: the table whose passes read them; a Context must bring the same.
  void pack(Pool& pool, bool training, ParamId late = -1, const Kernels<T>& kernels = rnn::core::kernels<T>());
  void pack_late(Pool& pool) { packed_.pack_late(pool, params_); }
  // Changes the weights and packs them in one pass: change(begin, end) is called once for every piece of params(), from any
  // thread. `sparse`: only these rows of these parameters change. pack() must have been called before.
  template <class Change>
  void update(Pool& pool, const Change& change, const SparseParams& sparse = {}) {
    packed_.update(pool, params_, change, sparse);
  }

  // Packs these matrices with a share p of their numbers dropped (Merity, Keskar and Socher 2018), a function of seed and
  // update; pack() and update() restore the whole matrices. After backward, drop_gradients() turns the gradients w.r.t. the
  // remaining weights into those w.r.t. all weights; before any drop() it does nothing.
  void drop(Pool& pool, std::span<const ParamId> which, double p, uint64_t seed, uint32_t update);
  void drop_gradients(Pool& pool, std::span<const ParamId> which, Params<T>& grads) const;

  // Frees the row-major weights except these: inference needs only the packed ones.
  void release_params(std::span<const ParamId> keep);

 private:
  const ParamTable* table_ = nullptr;
  Params<T> params_;
  Packed<T> packed_;
  std::vector<std::pair<ParamId, Buffer<T>>> kept_;  // by release_params()
  Buffer<T> masks_, dropped_;                        // of the dropped matrices: 0 or 1 / (1 - p); weights times these
};

}  // namespace rnn::core
