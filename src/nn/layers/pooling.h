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

}  // namespace rnn::core
