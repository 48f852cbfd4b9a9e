// Why: owned memory of numbers, aligned for vectors, movable only, zeroed at allocation.
#pragma once

#include <cstdint>
#include <utility>

#include "base/view.h"

namespace rnn::core {

constexpr size_t kAlignment = 64;  // bytes: one cache line, one AVX-512 vector

// Zeroed, aligned memory; large blocks ask the system for huge pages. Throws std::bad_alloc.
void* allocate_bytes(size_t bytes);
void free_bytes(void* data, size_t bytes) noexcept;

// `size` numbers of a trivial type, initially zero, 64-byte aligned.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t size) : data_(size ? static_cast<T*>(allocate_bytes(size * sizeof(T))) : nullptr), size_(size) {}
  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (data_) free_bytes(data_, size_ * sizeof(T));
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

// An owned View.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(int rows, int cols) : buffer_(static_cast<size_t>(rows) * cols), rows_(rows), cols_(cols) {}
  View<T> view() { return {buffer_.data(), rows_, cols_, cols_}; }
  View<const T> view() const { return {buffer_.data(), rows_, cols_, cols_}; }
  T* row(int r) { return buffer_.data() + static_cast<ptrdiff_t>(r) * cols_; }
  const T* row(int r) const { return buffer_.data() + static_cast<ptrdiff_t>(r) * cols_; }
  T& operator()(int r, int c) { return row(r)[c]; }
  const T& operator()(int r, int c) const { return row(r)[c]; }
  T* data() { return buffer_.data(); }
  const T* data() const { return buffer_.data(); }
  int rows() const { return rows_; }
  int cols() const { return cols_; }
  size_t size() const { return buffer_.size(); }
  // The first `rows` rows, after growing to at least that many; growing loses the contents.
  View<T> at_least(int rows, int cols) {
    if (rows_ < rows || cols_ != cols) *this = Matrix(rows, cols);
    return view().middle(0, rows);
  }

 private:
  Buffer<T> buffer_;
  int rows_ = 0, cols_ = 0;
};

}  // namespace rnn::core
