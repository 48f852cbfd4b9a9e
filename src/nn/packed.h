// Why: the weights once more, in the order in which this machine's kernels read them.
#pragma once

#include <atomic>
#include <vector>

#include "kernels/kernels.h"
#include "nn/params.h"

namespace rnn {

// Rows of one parameter, in rising order, outside of which its gradient is zero. param -1: there is no such parameter.
struct SparseRows {
  ParamId param = -1;
  std::vector<int32_t> rows;
};

// Packed forms of parameters. Declared once by the layers; update() refreshes them with every change of the weights.
// Backward forms take memory only when training.
template <class T>
class Packed {
 public:
  // y = x W^T with the rows of W as `rows` says.
  int add_forward(ParamId id, Columns rows, int depth);
  // dx = dy W, dy in the order of `rows`. Kept only when training.
  int add_backward(ParamId id, Columns rows, int depth);
  // A vector in the order of `rows`: the sum of one or two parameters, the second without gate `apart` (-1: whole).
  int add_vector(Columns rows, ParamId first, ParamId second = -1, int apart = -1);

  void allocate(const Kernels<T>& kernels, const ParamTable& table, bool training);
  // Once for every piece of the slab, from any thread: change(begin, end) may give the weights [begin, end) new values, then their
  // part of every form follows while they are in the cache. Of a sparse parameter, which must have no forms, only these rows.
  template <class Change>
  void update(Pool& pool, const Params<T>& params, const Change& change, const SparseRows& sparse = {});
  // The matrix forms of one parameter from other numbers than its own, until the next update().
  void pack_other(Pool& pool, ParamId id, const T* source);
  const T* operator[](int form) const { return forms_[form].values.data(); }
  size_t bytes() const;
  bool training() const { return training_; }

 private:
  struct Form {
    ParamId first, second;
    PackForm matrix;
    Columns rows;
    int apart;
    bool is_vector, backward;
    Buffer<T> values;
  };
  // Rows of one parameter that lie in one gate: numbers [begin, end) of the slab.
  struct Block {
    ParamId param;
    int row_begin, row_end;
    size_t begin, end;
  };
  void cut(const ParamTable& table);
  void pack_block(const Block& block, const T* source);
  void pack_vector(Form& form, const Params<T>& params);

  const Kernels<T>* kernels_ = nullptr;
  std::vector<Form> forms_;
  std::vector<Block> blocks_;
  Buffer<T> without_apart_;
  bool training_ = false;
};

template <class T>
template <class Change>
void Packed<T>::update(Pool& pool, const Params<T>& params, const Change& change, const SparseRows& sparse) {
  std::atomic<size_t> next{0};
  const size_t rows = sparse.rows.size();
  const auto work = [&](int) {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < blocks_.size() + rows;) {
      if (i >= blocks_.size()) {
        const ParamInfo& info = params.table()[sparse.param];
        const size_t begin = info.offset + static_cast<size_t>(sparse.rows[i - blocks_.size()]) * info.cols;
        change(begin, begin + info.cols);
      } else if (blocks_[i].param != sparse.param) {
        change(blocks_[i].begin, blocks_[i].end);
        pack_block(blocks_[i], params.view(blocks_[i].param).data);
      }
    }
  };
  params.size() < 32768 ? work(0) : pool.run(work);  // waking a thread costs as much as a small model
  for (auto& form : forms_) {
    if (form.is_vector) pack_vector(form, params);
  }
}

}  // namespace rnn
