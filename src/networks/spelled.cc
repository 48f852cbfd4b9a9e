// Why: see spelled.h.
#include "networks/spelled.h"

#include <algorithm>

#include "kernels/rows.h"

namespace rnn::core {
namespace {

EmbeddedOptions without_dropout(EmbeddedOptions options) {
  options.dropout.p = 0;
  return options;
}

}  // namespace

template <class T>
Spelled<T>::Spelled(ParamId id, const EmbeddedOptions& options, const LetterConvolutionOptions& letters, ParamTable& table,
                    Packed<T>& packed)
    : options_(options), words_(id, without_dropout(options)), letters_(letters, table, packed) {}

// The ids of the embedding [rows, columns].
template <class T>
const int32_t* Spelled<T>::words(Context<T>& context, const Seq& seq, const int32_t* ids) const {
  const auto rows = static_cast<size_t>(seq.rows()), columns = static_cast<size_t>(options_.columns);
  auto* own = context.arena.template take<int32_t>(rows * columns);
  for (size_t r = 0; r < rows; ++r) std::copy_n(ids + r * static_cast<size_t>(step()), columns, own + r * columns);
  return own;
}

template <class T>
View<T> Spelled<T>::forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids,
                            Saved* saved) const {
  const View<T> x = context.arena.template matrix<T>(seq.rows(), width());
  const Saved letters = letters_.forward(context, weights, ids + options_.columns, step(),
                                         x.columns(options_.width, letters_.options().filters));
  if (saved) *saved = letters;
  const ArenaScope scope(context.arena);
  copy_rows(words_.forward(context, weights, seq, words(context, seq, ids)), x.columns(0, options_.width));
  if (options_.dropout.p > 0 && context.training) dropout<T>(context, seq, options_.dropout, x, x);
  return x;
}

template <class T>
void Spelled<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids,
                          const Saved& saved, View<T> dx, Params<T>& grads) const {
  const ArenaScope scope(context.arena);
  if (options_.dropout.p > 0 && context.training) dropout<T>(context, seq, options_.dropout, dx, dx);
  words_.backward(context, seq, words(context, seq, ids), dx.columns(0, options_.width), grads);
  letters_.backward(context, weights.packed(), saved, dx.columns(options_.width, letters_.options().filters), grads);
}

template <class T>
void Spelled<T>::touched(const std::vector<int32_t>& ids, SparseParams& touched) const {
  std::vector<int32_t> words, letters;
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool of_word = i % static_cast<size_t>(step()) < static_cast<size_t>(options_.columns);
    if (of_word) words.push_back(ids[i]);
    if (!of_word && ids[i] >= 0) letters.push_back(ids[i]);
  }
  words_.touched(words, false, touched);
  add_touched(letters_.embedding(), letters, touched);
}

template class Spelled<float>;
template class Spelled<double>;

}  // namespace rnn::core
