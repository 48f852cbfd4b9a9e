// Why: a buffer between two guard zones, so that a number stored out of bounds is found in every build.
#pragma once

#include <algorithm>

#include "base/matrix.h"

namespace rnn::core::test {

// `size` numbers, 64-byte aligned, initially all `value`.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(size_t size, T value = 0) : buffer_(size + 2 * kZone), size_(size) {
    for (auto& x : buffer_) x = kMark;
    std::fill_n(data(), size, value);
  }
  T* data() { return buffer_.data() + kZone; }
  const T* data() const { return buffer_.data() + kZone; }
  size_t size() const { return size_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }

  bool intact() const {
    if (buffer_.size() == 0) return true;
    for (size_t i = 0; i < kZone; ++i) {
      if (buffer_[i] != kMark || buffer_[kZone + size_ + i] != kMark) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kZone = 64;
  static constexpr T kMark = static_cast<T>(-12345.678);
  Buffer<T> buffer_;
  size_t size_ = 0;
};

}  // namespace rnn::core::test
