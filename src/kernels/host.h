// Why: the door to a View's numbers: code that includes this file reads or writes them itself, in the memory of the processor.
#pragma once

#include "base/view.h"

namespace rnn::core {

// The numbers of a View. tools/check_includes.py lists the files above the kernels that may look at them.
template <class T>
struct Numbers {
  T* data = nullptr;
  int rows = 0, cols = 0, stride = 0;

  T* row(int r) const {
    assert(r >= 0 && r < rows);
    return data + static_cast<ptrdiff_t>(r) * stride;
  }
  T& operator()(int r, int c) const { return row(r)[c]; }
};

template <class T>
Numbers<T> host(View<T> view) {
  return {view.address(), view.rows, view.cols, view.stride};
}

}  // namespace rnn::core
