// Why: what moves whole rows of numbers from one View to another, so that layers and networks need not touch them.
#pragma once

#include <algorithm>
#include <span>
#include <type_traits>

#include "kernels/host.h"

namespace rnn::core {

template <class T>
void fill_rows(View<T> to, std::type_identity_t<T> value) {
  for (int r = 0; r < to.rows; ++r) std::fill_n(host(to).row(r), to.cols, value);
}

// One row; of as many columns as `from` has.
template <class T>
void copy_row(View<const T> from, int row, View<T> to, int at) {
  std::copy_n(host(from).row(row), from.cols, host(to).row(at));
}
template <class T>
void copy_row(View<T> from, int row, View<T> to, int at) {
  copy_row(View<const T>(from), row, to, at);
}

// All rows of `from` to the first rows of `to`.
template <class T>
void copy_rows(View<const T> from, View<T> to) {
  for (int r = 0; r < from.rows; ++r) copy_row(from, r, to, r);
}
template <class T>
void copy_rows(View<T> from, View<T> to) {
  copy_rows(View<const T>(from), to);
}

// to += from for one row, of as many columns as `from` has.
template <class T>
void add_row(View<const T> from, int row, View<T> to, int at) {
  const T* x = host(from).row(row);
  T* y = host(to).row(at);
  for (int i = 0; i < from.cols; ++i) y[i] += x[i];
}

// out = a + b and out = a * b, rows [first, first + count) of all three; out may be one of them.
template <class T>
void add_rows(View<const T> a, View<const T> b, View<T> out, int first, int count) {
  const Numbers<const T> x = host(a), y = host(b);
  for (int row = first; row < first + count; ++row) {
    for (int i = 0; i < out.cols; ++i) host(out)(row, i) = x(row, i) + y(row, i);
  }
}
template <class T>
void multiply_rows(View<const T> a, View<const T> b, View<T> out, int first, int count) {
  const Numbers<const T> x = host(a), y = host(b);
  for (int row = first; row < first + count; ++row) {
    for (int i = 0; i < out.cols; ++i) host(out)(row, i) = x(row, i) * y(row, i);
  }
}

// y = max(y, 0), and the gradient through it, in place: dy is 0 where y is; rows [first, first + count).
template <class T>
void relu_rows(View<T> y, int first, int count) {
  for (int row = first; row < first + count; ++row) {
    T* out = host(y).row(row);
    for (int i = 0; i < y.cols; ++i) out[i] = out[i] > T(0) ? out[i] : T(0);
  }
}
template <class T>
void relu_backward(View<const T> y, View<T> dy, int first, int count) {
  for (int row = first; row < first + count; ++row) {
    const T* out = host(y).row(row);
    T* d = host(dy).row(row);
    for (int i = 0; i < y.cols; ++i) d[i] = out[i] > T(0) ? d[i] : T(0);
  }
}

// dz = dy * (1 - y * y), the gradient through y = tanh(z); rows [first, first + count).
template <class T>
void tanh_backward(View<const T> dy, View<const T> y, View<T> dz, int first, int count) {
  const Numbers<const T> d = host(dy), out = host(y);
  for (int row = first; row < first + count; ++row) {
    for (int i = 0; i < dz.cols; ++i) host(dz)(row, i) = d(row, i) * (1 - out(row, i) * out(row, i));
  }
}

// Out of a View, row after row without gaps; `to` has room for rows * cols numbers.
template <class T>
void read_rows(View<const T> from, std::remove_const_t<T>* to) {
  for (int r = 0; r < from.rows; ++r) to = std::copy_n(host(from).row(r), from.cols, to);
}
template <class From, class T>
void write_rows(const From* from, View<T> to) {
  for (int r = 0; r < to.rows; ++r, from += to.cols) std::copy_n(from, to.cols, host(to).row(r));
}

}  // namespace rnn::core
