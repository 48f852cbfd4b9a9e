// Why: see letter_convolution.h. Every number has one owner and its terms one order, so neither threads nor other words change a bit.
#include "nn/layers/letter_convolution.h"

#include <algorithm>
#include <cassert>

#include "kernels/host.h"
#include "nn/layers/product.h"

namespace rnn::core {
namespace {

constexpr int kFiltersAtOnce = 32;
constexpr int64_t kWordsPerShare = 16, kFiltersPerShare = 8;

}  // namespace

template <class T>
LetterConvolution<T>::LetterConvolution(const LetterConvolutionOptions& options, ParamTable& table, Packed<T>& packed)
    : options_(options) {
  const int inputs = options.width * options.embed, columns = options.width * options.filters;
  embedding_ = table.add_matrix("letters.embedding.weight", options.vocabulary, options.embed, {Role::embedding, "letters"});
  weight_ = table.add_matrix("letters.weight", columns, options.embed,
                             {.role = Role::linear, .stack = "letters", .inputs = inputs});
  bias_ = table.add_vector("letters.bias", options.filters, {.role = Role::bias, .stack = "letters", .inputs = inputs});
  form_ = packed.add_forward(weight_, {columns}, options.embed);
  back_ = packed.add_backward(weight_, {columns}, options.embed);
  bias_form_ = packed.add_vector({options.filters}, bias_);
}

// The letters of all words, each different one once, in the order in which they come.
template <class T>
auto LetterConvolution<T>::gather(Context<T>& context, const Weights<T>& weights, const int32_t* ids, int stride,
                                  int words) const -> Saved {
  const auto count = static_cast<size_t>(words), longest = static_cast<size_t>(options_.longest);
  auto* places = context.arena.template take<int32_t>(count * longest);
  auto* lengths = context.arena.template take<int32_t>(count);
  auto* row_of = context.arena.template take<int32_t>(static_cast<size_t>(options_.vocabulary));
  auto* letters = context.arena.template take<int32_t>(static_cast<size_t>(options_.vocabulary));
  std::fill_n(row_of, options_.vocabulary, -1);
  int different = 0;
  for (size_t word = 0; word < count; ++word) {
    const int32_t* own = ids + word * static_cast<size_t>(stride);
    int n = 0;
    for (; n < options_.longest && own[n] >= 0; ++n) {
      assert(own[n] < options_.vocabulary);
      int32_t& row = row_of[own[n]];
      if (row < 0) letters[different] = own[n], row = different++;
      places[word * longest + static_cast<size_t>(n)] = row;
    }
    lengths[word] = n;
  }
  const View<T> e = context.arena.template matrix<T>(different, options_.embed);
  const T* rows = weights.rows(embedding_);
  for (int i = 0; i < different; ++i)
    std::copy_n(rows + static_cast<ptrdiff_t>(letters[i]) * options_.embed, options_.embed, host(e).row(i));
  return {e, letters, places, lengths, nullptr, words};
}

template <class T>
auto LetterConvolution<T>::forward(Context<T>& context, const Weights<T>& weights, const int32_t* ids, int stride,
                                   View<T> y) const -> Saved {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const int filters = options_.filters, width = options_.width, longest = options_.longest, before = (width - 1) / 2;
  Saved saved = gather(context, weights, ids, stride, y.rows);
  auto* best = context.arena.template take<int32_t>(static_cast<size_t>(y.rows) * static_cast<size_t>(filters));
  saved.best = best;
  const ArenaScope scope(context.arena);
  const View<T> products = context.arena.template matrix<T>(saved.e.rows, width * filters);
  const Packed<T>& packed = weights.packed();
  if (saved.e.rows > 0)
    context.kernels.gemm(context.pool, {saved.e, packed[form_], nullptr, false, {width * filters}, products});
  const T* bias = packed[bias_form_];
  context.pool.parallel_for(y.rows, kWordsPerShare, [&](int64_t begin, int64_t end) {
    for (int word = static_cast<int>(begin); word < end; ++word) {
      const int n = saved.lengths[word];
      const int32_t* places = saved.places + static_cast<ptrdiff_t>(word) * longest;
      T* to = host(y).row(word);
      int32_t* largest = best + static_cast<ptrdiff_t>(word) * filters;
      if (n == 0) std::fill_n(to, filters, T(0)), std::fill_n(largest, filters, -1);
      for (int first = 0; first < filters; first += kFiltersAtOnce) {
        const int count = std::min(kFiltersAtOnce, filters - first);
        for (int p = 0; p < n; ++p) {
          T sum[kFiltersAtOnce];
          std::copy_n(bias + first, count, sum);
          for (int k = std::max(0, before - p); k < std::min(width, n - p + before); ++k) {
            const T* from = host(products).row(places[p + k - before]) + k * filters + first;
            for (int f = 0; f < count; ++f) sum[f] += from[f];
          }
          for (int f = 0; f < count; ++f)
            if (p == 0 || sum[f] > to[first + f] || sum[f] != sum[f]) to[first + f] = sum[f], largest[first + f] = p;
        }
      }
    }
  });
  return saved;
}

template <class T>
void LetterConvolution<T>::backward(Context<T>& context, const Packed<T>& packed, const Saved& saved, View<const T> dy,
                                    Params<T>& grads) const {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const ArenaScope scope(context.arena);
  const int filters = options_.filters, width = options_.width, longest = options_.longest, before = (width - 1) / 2;
  if (saved.e.rows == 0) return;
  const View<T> dproducts = context.arena.template matrix<T>(saved.e.rows, width * filters);
  for (int r = 0; r < dproducts.rows; ++r) std::fill_n(host(dproducts).row(r), dproducts.cols, T(0));
  T* dbias = grads.view(bias_).address();
  context.pool.parallel_for(filters, kFiltersPerShare, [&](int64_t begin, int64_t end) {
    for (int word = 0; word < saved.words; ++word) {
      const int n = saved.lengths[word];
      const int32_t* places = saved.places + static_cast<ptrdiff_t>(word) * longest;
      const int32_t* largest = saved.best + static_cast<ptrdiff_t>(word) * filters;
      for (int f = static_cast<int>(begin); f < end && n > 0; ++f) {
        const T d = host(dy).row(word)[f];
        const int p = largest[f];
        dbias[f] += d;
        for (int k = std::max(0, before - p); k < std::min(width, n - p + before); ++k)
          host(dproducts).row(places[p + k - before])[k * filters + f] += d;
      }
    }
  });
  const View<T> de = context.arena.template matrix<T>(saved.e.rows, options_.embed);
  context.kernels.gemm(context.pool, {dproducts, packed[back_], nullptr, false, {options_.embed}, de});
  const View<T> dembedding = grads.view(embedding_);
  for (int i = 0; i < de.rows; ++i) {
    T* to = host(dembedding).row(saved.letters[i]);
    for (int j = 0; j < de.cols; ++j) to[j] += host(de).row(i)[j];
  }
  add_outer_product<T>(context, dproducts, {width * filters}, saved.e, grads.view(weight_));
}

template class LetterConvolution<float>;
template class LetterConvolution<double>;

}  // namespace rnn::core
