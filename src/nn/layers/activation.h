// Why: penalties on what the last recurrent layer says, AR and TAR (Merity, McCann and Socher 2017), value and gradient side by side.
#pragma once

#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// Sums over a batch that the penalties are means of.
struct ActivationSums {
  double squares = 0;  // of the outputs as the output layer sees them, behind dropout
  double changes = 0;  // of squared differences between an output and the one a step before, without dropout
};

// Pairs of rows that follow each other in a sequence; a row that starts anew follows nothing.
int64_t following_rows(const Seq& seq);

// dropped, raw [rows, width]: the last layer's outputs with and without dropout; summed in one order.
template <class T>
ActivationSums activation_sums(Context<T>& context, const Seq& seq, View<const T> dropped, View<const T> raw);

// d [rows, width] += 2 factor h: the gradient of factor * squares by the dropped outputs h.
template <class T>
void add_activation_gradient(Context<T>& context, View<const T> dropped, double factor, View<T> d);

// d [rows, width] += the gradient of factor * changes by the outputs.
template <class T>
void add_change_gradient(Context<T>& context, const Seq& seq, View<const T> raw, double factor, View<T> d);

}  // namespace rnn::core
