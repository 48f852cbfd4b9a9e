// Why: a word that was never seen still has letters: an embedding of them, a convolution over neighbouring ones, and the largest value of
// each filter say what kind of word it is (Ma and Hovy 2016, "End-to-end sequence labeling via bi-directional LSTM-CNNs-CRF", section 2.1).
#pragma once

#include <cstdint>

#include "nn/context.h"
#include "nn/packed.h"
#include "nn/weights.h"

namespace rnn::core {

struct LetterConvolutionOptions {
  int vocabulary = 0;  // letters; 0: words are not read letter by letter
  int embed = 0;       // numbers of a letter
  int width = 0;       // neighbouring letters of a window; outside of the word they are zeros
  int filters = 0;     // numbers of a word
  int longest = 0;     // ids of a word: its letters, then -1
  bool present() const { return vocabulary > 0; }
};

// y_f = max over the letters p of a word of b_f + sum over k of W_k E[letter p + k - (width - 1) / 2], with no activation after it, as in
// the paper. "letters.embedding.weight" E [vocabulary, embed], "letters.weight" [width * filters, embed]: W_0, then W_1 ..., "letters.bias".
// A pass multiplies each letter that occurs in it with all W_k once; a word then is a few additions per letter, in one order: its bits
// depend on its letters alone.
template <class T>
class LetterConvolution {
 public:
  // What backward needs, in the arena.
  struct Saved {
    View<const T> e;         // [different letters, embed]
    const int32_t* letters;  // [different letters] their ids
    const int32_t* places;   // [words, longest] rows of `e`
    const int32_t* lengths;  // [words] letters
    const int32_t* best;     // [words, filters] the letter of the largest value, the first of equal ones; -1: no letters
    int words;
  };

  LetterConvolution(const LetterConvolutionOptions& options, ParamTable& table, Packed<T>& packed);
  const LetterConvolutionOptions& options() const { return options_; }
  ParamId embedding() const { return embedding_; }

  // The letters of word i: ids[i * stride + j], j < longest, up to the first -1. y [words, filters]; zeros without letters.
  Saved forward(Context<T>& context, const Weights<T>& weights, const int32_t* ids, int stride, View<T> y) const;
  // dy [words, filters]; adds to grads.
  void backward(Context<T>& context, const Packed<T>& packed, const Saved& saved, View<const T> dy, Params<T>& grads) const;

 private:
  Saved gather(Context<T>& context, const Weights<T>& weights, const int32_t* ids, int stride, int words) const;

  LetterConvolutionOptions options_;
  ParamId embedding_, weight_, bias_;
  int form_, back_, bias_form_;
};

}  // namespace rnn::core
