// Why: one row stands for a sequence: the mean of its rows, or the largest value of each unit, whatever the length.
#pragma once

#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// out [streams, width]: row r belongs to the packed row r of step 0. An empty sequence has zeros. A row does not depend on the other
// sequences, to the last bit.
template <class T>
void mean_rows(Context<T>& context, const Seq& seq, View<const T> h, View<T> out);
// dh [rows, width] is assigned.
template <class T>
void mean_rows_backward(Context<T>& context, const Seq& seq, View<const T> dout, View<T> dh);

// The largest value, the first of equal ones. at [streams * width] out: the packed row that it stands in, -1: none.
template <class T>
void max_rows(Context<T>& context, const Seq& seq, View<const T> h, View<T> out, int32_t* at);
template <class T>
void max_rows_backward(Context<T>& context, View<const T> dout, const int32_t* at, View<T> dh);

// The mean weighted by attention: the softmax over the steps of the product of their rows with `query` [width] (Lin et al. 2017, "A structured
// self-attentive sentence embedding", with one head and no hidden layer). One row after the other, relative to the largest score so far, so
// that whoever reads step by step has the same bits.
template <class T>
struct Attended {
  T largest = 0, total = 0;  // of the scores; the sum of exp(score - largest)
};
// Adds a row to sum [width], which is total times the mean. Returns its score.
template <class T>
T attend_row(const T* row, const T* query, int width, bool first, Attended<T>& so_far, T* sum);

// scores [rows], found [streams] out, for the way back.
template <class T>
void attention_rows(Context<T>& context, const Seq& seq, View<const T> h, const T* query, View<T> out, T* scores,
                    Attended<T>* found);
// dh [rows, width] is assigned; dquery [width] is added to, unless it is null.
template <class T>
void attention_rows_backward(Context<T>& context, const Seq& seq, View<const T> h, const T* query, View<const T> out,
                             const T* scores, const Attended<T>* found, View<const T> dout, View<T> dh, T* dquery);

}  // namespace rnn::core
