// Why: refreshes the packed forms from the slab.
#include "nn/packed.h"

#include <algorithm>

namespace rnn::core {
namespace {

// Forms above this size bypass the caches when they are packed: they would be evicted before they are read.
constexpr size_t kCacheBytes = size_t{4} << 20;

}  // namespace

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
void Packed<T>::allocate(const Kernels<T>& kernels, const ParamTable& table, bool training, ParamId late) {
  kernels_ = &kernels;
  training_ = training;
  late_ = late;
  size_t longest = 0;
  for (auto& form : forms_) {
    if (form.is_vector) {
      form.values = Buffer<T>(form.rows.padded(kernels.lanes));
      longest = std::max(longest, static_cast<size_t>(form.rows.units) * (form.rows.first + form.rows.gates));
    } else {
      const bool used = form.first != late && (!form.backward || training);
      form.values = Buffer<T>(used ? form.matrix.size(kernels.lanes) : 0);
    }
  }
  without_apart_ = Buffer<T>(longest);
  for (auto& form : forms_) form.matrix.streamed = bytes() > kCacheBytes;
  cut(table);
}

// Blocks of about kBlock numbers: with gradient, moments and packed forms they stay in the second-level cache.
template <class T>
void Packed<T>::cut(const ParamTable& table) {
  constexpr int kBlock = 16384;
  blocks_.clear();
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const ParamInfo& info = table[id];
    const auto form =
        std::find_if(forms_.begin(), forms_.end(), [&](const Form& f) { return !f.is_vector && f.first == id; });
    const int units = form != forms_.end() ? form->rows.units : info.rows;  // of one gate
    const int lines = std::max(1, kBlock / info.cols / kernels_->lanes) * kernels_->lanes;
    for (int gate = 0; gate < info.rows; gate += units) {
      for (int row = gate; row < gate + units; row += lines) {
        const int end = std::min(row + lines, gate + units);
        blocks_.push_back({id, row, end, info.offset + static_cast<size_t>(row) * info.cols,
                           info.offset + static_cast<size_t>(end) * info.cols});
      }
    }
  }
}

template <class T>
void Packed<T>::pack_other(Pool& pool, ParamId id, const T* source) {
  pool.parallel_for(static_cast<int64_t>(blocks_.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (blocks_[i].param == id) pack_block(blocks_[i], source);
    }
  });
}

template <class T>
void Packed<T>::pack_late(Pool& pool, const Params<T>& params) {
  for (auto& form : forms_) {
    if (form.is_vector || form.backward || form.first != late_) continue;
    if (form.values.size() == 0) form.values = Buffer<T>(form.matrix.size(kernels_->lanes));
    form.matrix.streamed = form.values.size() * sizeof(T) > kCacheBytes;
    kernels_->pack(pool, form.matrix, params.view(late_).address(), form.values.data());
  }
}

template <class T>
void Packed<T>::pack_block(const Block& block, const T* source) {
  if (block.param == late_) return;
  for (auto& form : forms_) {
    if (form.is_vector || form.first != block.param || form.values.size() == 0) continue;
    const int gate = block.row_begin / form.rows.units - form.rows.first;
    if (gate < 0 || gate >= form.rows.gates) continue;
    kernels_->pack_rows(form.matrix, source, block.row_begin, block.row_end, form.values.data());
  }
}

template <class T>
void Packed<T>::pack_vector(Form& form, const Params<T>& params) {
  const T* sources[2] = {params.view(form.first).address(), nullptr};
  if (form.second >= 0) {
    sources[1] = params.view(form.second).address();
    if (form.apart >= 0) {
      std::copy_n(sources[1], params.view(form.second).cols, without_apart_.data());
      std::fill_n(without_apart_.data() + static_cast<ptrdiff_t>(form.apart) * form.rows.units, form.rows.units, T(0));
      sources[1] = without_apart_.data();
    }
  }
  kernels_->pack_vector(form.rows, sources, form.second >= 0 ? 2 : 1, form.values.data());
}

template <class T>
size_t Packed<T>::bytes() const {
  size_t sum = 0;
  for (const auto& form : forms_) sum += form.values.size() * sizeof(T);
  return sum;
}

template class Packed<float>;
template class Packed<double>;

}  // namespace rnn::core
