// Why: refreshes packed forms from the slab.
#include "nn/packed.h"

#include <algorithm>

namespace rnn {

template <class T>
int Packed<T>::add_forward(ParamId id, Columns rows, int depth) {
  forms_.push_back({id, -1, PackForm::forward(rows, depth, depth), rows, -1, false, false, {}});
  return static_cast<int>(forms_.size()) - 1;
}

template <class T>
int Packed<T>::add_backward(ParamId id, Columns rows, int depth) {
  forms_.push_back({id, -1, PackForm::backward(rows, depth, depth), rows, -1, false, true, {}});
  return static_cast<int>(forms_.size()) - 1;
}

template <class T>
int Packed<T>::add_vector(Columns rows, ParamId first, ParamId second, int apart) {
  forms_.push_back({first, second, {}, rows, apart, true, false, {}});
  return static_cast<int>(forms_.size()) - 1;
}

template <class T>
void Packed<T>::allocate(const Kernels<T>& kernels, bool training) {
  kernels_ = &kernels;
  training_ = training;
  size_t longest = 0;
  for (auto& form : forms_) {
    if (form.is_vector) {
      form.values = Buffer<T>(form.rows.padded(kernels.lanes));
      longest = std::max(longest, static_cast<size_t>(form.rows.units) * (form.rows.first + form.rows.gates));
    } else if (!form.backward || training) {
      form.values = Buffer<T>(form.matrix.size(kernels.lanes));
    }
  }
  without_apart_ = Buffer<T>(longest);
}

template <class T>
void Packed<T>::update_vector(Form& form, const Params<T>& params) {
  const T* sources[2] = {params.view(form.first).data, nullptr};
  if (form.second >= 0) {
    sources[1] = params.view(form.second).data;
    if (form.apart >= 0) {
      std::copy_n(sources[1], params.view(form.second).cols, without_apart_.data());
      std::fill_n(without_apart_.data() + static_cast<ptrdiff_t>(form.apart) * form.rows.units, form.rows.units, T(0));
      sources[1] = without_apart_.data();
    }
  }
  kernels_->pack_vector(form.rows, sources, form.second >= 0 ? 2 : 1, form.values.data());
}

template <class T>
void Packed<T>::update(Pool& pool, const Params<T>& params) {
  for (auto& form : forms_) {
    if (form.is_vector) {
      update_vector(form, params);
    } else if (form.values.size() > 0) {
      kernels_->pack(pool, form.matrix, params.view(form.first).data, form.values.data());
    }
  }
}

template <class T>
size_t Packed<T>::bytes() const {
  size_t sum = 0;
  for (const auto& form : forms_) sum += form.values.size() * sizeof(T);
  return sum;
}

template class Packed<float>;
template class Packed<double>;

}  // namespace rnn
