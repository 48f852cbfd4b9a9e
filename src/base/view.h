// Why: the only tensor view of the project: two dimensions, row-major, with a row stride.
#pragma once

#include <cassert>
#include <cstddef>

namespace rnn::core {

// Rows x cols numbers at `data`, row r starting at data + r * stride (stride >= cols). Non-owning.
template <class T>
struct View {
  T* data = nullptr;
  int rows = 0, cols = 0, stride = 0;

  T* row(int r) const {
    assert(r >= 0 && r < rows);
    return data + static_cast<ptrdiff_t>(r) * stride;
  }
  T& operator()(int r, int c) const { return row(r)[c]; }
  // Rows [first, first + count).
  View middle(int first, int count) const { return {data + static_cast<ptrdiff_t>(first) * stride, count, cols, stride}; }
  operator View<const T>() const { return {data, rows, cols, stride}; }
};

}  // namespace rnn::core
