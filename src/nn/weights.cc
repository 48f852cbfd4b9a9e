// Why: packs, drops and frees weights.
#include "nn/weights.h"

#include <algorithm>
#include <cassert>

#include "nn/layers/weight_masks.h"

namespace rnn::core {
namespace {

// out = a * b, may be in place.
template <class T>
void multiply(Pool& pool, const T* a, const T* b, T* out, int64_t n) {
  pool.parallel_for(n, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = a[i] * b[i];
  });
}

}  // namespace

template <class T>
const T* Weights<T>::rows(ParamId id) const {
  if (params_.size() > 0) return params_.view(id).address();
  for (const auto& [kept, values] : kept_)
    if (kept == id) return values.data();
  assert(false);
  return nullptr;
}

template <class T>
void Weights<T>::pack(Pool& pool, bool training, ParamId late, const Kernels<T>& kernels) {
  if (packed_.bytes() == 0 || training != packed_.training() || late != packed_.late() || &kernels != &packed_.kernels())
    packed_.allocate(kernels, *table_, training, late);
  packed_.update(pool, params_, [](size_t, size_t) {});
}

template <class T>
void Weights<T>::drop(Pool& pool, std::span<const ParamId> which, double p, uint64_t seed, uint32_t update) {
  if (masks_.size() == 0) {
    size_t count = 0;
    for (const ParamId id : which) count += (*table_)[id].size();
    masks_ = Buffer<T>(count), dropped_ = Buffer<T>(count);
  }
  size_t offset = 0;
  for (const ParamId id : which) {
    const auto size = static_cast<int64_t>((*table_)[id].size());
    T *masks = masks_.data() + offset, *dropped = dropped_.data() + offset;
    weight_masks(pool, seed, update, static_cast<uint32_t>(id), p, masks, size);
    multiply(pool, params_.view(id).address(), masks, dropped, size);
    packed_.pack_other(pool, id, dropped);
    offset += static_cast<size_t>(size);
  }
}

template <class T>
void Weights<T>::drop_gradients(Pool& pool, std::span<const ParamId> which, Params<T>& grads) const {
  if (masks_.size() == 0) return;
  const T* masks = masks_.data();
  for (const ParamId id : which) {
    const auto size = static_cast<int64_t>((*table_)[id].size());
    T* gradient = grads.view(id).address();
    multiply(pool, gradient, masks, gradient, size);
    masks += size;
  }
}

template <class T>
void Weights<T>::release_params(std::span<const ParamId> keep) {
  if (params_.size() == 0) return;
  for (const ParamId id : keep) {
    Buffer<T> rows((*table_)[id].size());
    std::copy_n(params_.view(id).address(), rows.size(), rows.data());
    kept_.emplace_back(id, std::move(rows));
  }
  params_ = Params<T>();
}

template class Weights<float>;
template class Weights<double>;

}  // namespace rnn::core
