// Why: penalties on the last recurrent layer's outputs, AR and TAR (Merity, McCann and Socher 2017), with their gradients.
#pragma once

#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// Sums over a batch; the penalties are their means.
struct ActivationSums {
  double squares = 0;  // of the outputs as the output layer sees them, after dropout
  double changes = 0;  // of squared differences between an output and that of the previous step, without dropout
};

// Pairs of consecutive rows of a sequence; a row after a reset has no predecessor.
int64_t following_rows(const Seq& seq);

// dropped, raw [rows, width]: the last layer's outputs with and without dropout; the order of summation is fixed.
template <class T>
ActivationSums activation_sums(Context<T>& context, const Seq& seq, View<const T> dropped, View<const T> raw);

// d [rows, width] += 2 factor h: the gradient of factor * squares w.r.t. the dropped outputs h.
template <class T>
void add_activation_gradient(Context<T>& context, View<const T> dropped, double factor, View<T> d);

// d [rows, width] += the gradient of factor * changes w.r.t. the outputs.
template <class T>
void add_change_gradient(Context<T>& context, const Seq& seq, View<const T> raw, double factor, View<T> d);

}  // namespace rnn::core
