// Why: ids become rows of the embedding, and their gradients are added back to these rows; dropout of words is done here.
#pragma once

#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// What training drops of the input ids, each probability in [0, 1).
struct InputDrops {
  double rows = 0;       // of the embedding: a word is zero for a whole update, the others times 1 / (1 - rows)
                         // (Gal and Ghahramani 2016; Merity, Keskar and Socher 2018)
  double words = 0;      // of the text: a step reads `unknown` instead of its word (Bowman et al. 2016)
  int32_t unknown = -1;  // -1: there is no unknown word, the step reads zeros
};

// x [rows, width] = the rows of weights [vocabulary, width] given by ids [rows, columns], those of a step added up; -1: zeros. A dropped
// word is the first id of its step: the others stay. `site` distinguishes the dropped words of the two inputs of a model.
template <class T>
void embed(Context<T>& context, const Seq& seq, const int32_t* ids, const T* weights, const InputDrops& drops, View<T> x,
           uint32_t site = 0, int columns = 1);

// gradient [vocabulary, width] += the gradient w.r.t. the weights, from dx [rows, width]. Every thread adds all rows, for
// columns of its own: the order of summation is fixed.
template <class T>
void embed_backward(Context<T>& context, const Seq& seq, const int32_t* ids, const InputDrops& drops, View<const T> dx,
                    View<T> gradient, uint32_t site = 0, int columns = 1);

}  // namespace rnn::core
