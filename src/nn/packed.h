// Why: the weights once more, in the order in which this machine's kernels read them.
#pragma once

#include <vector>

#include "kernels/kernels.h"
#include "nn/params.h"

namespace rnn {

// Packed forms of parameters. Declared once by the layers; update() refreshes them after every change of the weights.
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

  void allocate(const Kernels<T>& kernels, bool training);
  void update(Pool& pool, const Params<T>& params);
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
  void update_vector(Form& form, const Params<T>& params);

  const Kernels<T>* kernels_ = nullptr;
  std::vector<Form> forms_;
  Buffer<T> without_apart_;
  bool training_ = false;
};

}  // namespace rnn
