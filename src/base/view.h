// Why: the only tensor view of the project: two dimensions, row-major, with a row stride.
#pragma once

#include <cassert>
#include <cstddef>

namespace rnn::core {

// rows x cols numbers, each row `stride` >= cols after the one before. Non-owning. A View says where numbers are, not that this
// code may touch them: address() is for the arguments of kernels, and host() (kernels/host.h) is the door to the numbers.
// tools/check_includes.py knows which rooms may use which.
template <class T>
class View {
 public:
  int rows = 0, cols = 0, stride = 0;

  View() = default;
  View(T* data, int rows_, int cols_, int stride_) : rows(rows_), cols(cols_), stride(stride_), data_(data) {}

  explicit operator bool() const { return data_ != nullptr; }  // false: no numbers, "not wanted" or "absent"
  T* address() const { return data_; }
  T* address(int row) const {
    assert(row >= 0 && row < rows);
    return data_ + static_cast<ptrdiff_t>(row) * stride;
  }
  // Rows [first, first + count).
  View middle(int first, int count) const { return {data_ + static_cast<ptrdiff_t>(first) * stride, count, cols, stride}; }
  // Columns [first, first + count) of every row.
  View columns(int first, int count) const { return {data_ + first, rows, count, stride}; }
  operator View<const T>() const { return {data_, rows, cols, stride}; }

 private:
  T* data_ = nullptr;
};

}  // namespace rnn::core
