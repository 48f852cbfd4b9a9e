// Why: words that are also read letter by letter: what the letters of a word say is joined to its embedding.
#pragma once

#include "networks/embedded.h"
#include "nn/layers/letter_convolution.h"

namespace rnn::core {

// A step has the ids of its columns, then those of its letters; of training's dropped words the letters stay.
template <class T>
class Spelled {
 public:
  using Saved = typename LetterConvolution<T>::Saved;

  // id: of the embedding. options.dropout: of the joined row. Registers the parameters of the letters.
  Spelled(ParamId id, const EmbeddedOptions& options, const LetterConvolutionOptions& letters, ParamTable& table,
          Packed<T>& packed);
  ParamId letters() const { return letters_.embedding(); }
  int width() const { return options_.width + letters_.options().filters; }
  // ids [rows, columns + letters] -> [rows, width()] in the arena. saved: null, or for backward.
  View<T> forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids, Saved* saved) const;
  // dx is overwritten.
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids, const Saved& saved,
                View<T> dx, Params<T>& grads) const;
  void touched(const std::vector<int32_t>& ids, SparseParams& touched) const;

 private:
  const int32_t* words(Context<T>& context, const Seq& seq, const int32_t* ids) const;
  int step() const { return options_.columns + letters_.options().longest; }

  EmbeddedOptions options_;
  Embedded<T> words_;
  LetterConvolution<T> letters_;
};

}  // namespace rnn::core
