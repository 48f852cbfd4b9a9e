// Why: a second copy of the weights, in the order in which this machine's kernels read them.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/kernels.h"
#include "nn/params.h"

namespace rnn::core {

// Rows of one parameter, in ascending order; outside of them its gradient is zero.
struct SparseRows {
  ParamId param = -1;
  std::vector<int32_t> rows;
};
// At most one entry per parameter, in the order of the parameters.
using SparseParams = std::vector<SparseRows>;

// Packed forms of parameters. Declared once by the layers; update() refreshes them with every change of the weights.
// Backward forms take up memory only for training.
template <class T>
class Packed {
 public:
  // y = x W^T, with the rows of W in the order of `rows`.
  int add_forward(ParamId id, Columns rows, int depth);
  // dx = dy W, with dy in the order of `rows`. Kept only for training.
  int add_backward(ParamId id, Columns rows, int depth);
  // A vector in the order of `rows`: the sum of one or two parameters, the second without gate `apart` (-1: all of it).
  int add_vector(Columns rows, ParamId first, ParamId second = -1, int apart = -1);

  // late: a parameter whose matrix forms update() skips, or -1; pack_late() makes its forward forms when they are needed. It
  // has no backward forms.
  void allocate(const Kernels<T>& kernels, const ParamTable& table, bool training, ParamId late = -1);
  // Visits every piece of the slab once, from any thread: change(begin, end) may give the weights [begin, end) new values,
  // then their part of every form is updated while they are still in the cache. Of sparse parameters, which have no forms or
  // only late ones, only these rows are visited.
  template <class Change>
  void update(Pool& pool, const Params<T>& params, const Change& change, const SparseParams& sparse = {});
  void pack_late(Pool& pool, const Params<T>& params);
  // Makes the matrix forms of one parameter from other numbers than its own, until the next update().
  void pack_other(Pool& pool, ParamId id, const T* source);
  const T* operator[](int form) const { return forms_[form].values.data(); }
  size_t bytes() const;
  bool training() const { return training_; }
  ParamId late() const { return late_; }
  // The table of kernels that these forms are for; after allocate().
  const Kernels<T>& kernels() const { return *kernels_; }

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
  ParamId late_ = -1;
};

template <class T>
template <class Change>
void Packed<T>::update(Pool& pool, const Params<T>& params, const Change& change, const SparseParams& sparse) {
  std::atomic<size_t> next{0};
  size_t rows = 0;
  for (const SparseRows& s : sparse) rows += s.rows.size();
  const auto change_row = [&](size_t i) {
    const SparseRows* of = sparse.data();
    for (; i >= of->rows.size(); ++of) i -= of->rows.size();
    const ParamInfo& info = params.table()[of->param];
    const size_t begin = info.offset + static_cast<size_t>(of->rows[i]) * info.cols;
    change(begin, begin + info.cols);
  };
  const auto is_sparse = [&](ParamId id) {
    return std::any_of(sparse.begin(), sparse.end(), [&](const SparseRows& s) { return s.param == id; });
  };
  const auto work = [&](int) {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < blocks_.size() + rows;) {
      if (i >= blocks_.size()) {
        change_row(i - blocks_.size());
      } else if (!is_sparse(blocks_[i].param)) {
        change(blocks_[i].begin, blocks_[i].end);
        pack_block(blocks_[i], params.view(blocks_[i].param).address());
      }
    }
  };
  params.size() < 32768 ? work(0) : pool.run(work);  // waking a thread costs as much as packing a small model
  for (auto& form : forms_) {
    if (form.is_vector) pack_vector(form, params);
  }
}

}  // namespace rnn::core
