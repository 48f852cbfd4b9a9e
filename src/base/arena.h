// Why: activations live for one pass; an arena gives them memory without heap calls once it has grown to its working size.
#pragma once

#include <algorithm>
#include <vector>

#include "base/matrix.h"

namespace rnn::core {

// A stack of bytes in blocks that are kept: take() grows it, release() goes back to a mark. Memory is not zeroed between
// uses. One thread.
class Arena {
 public:
  struct Mark {
    size_t block = 0, used = 0;
  };

  // Memory for `count` numbers, 64-byte aligned, contents undefined. Allocates only when it has to grow.
  template <class T>
  T* take(size_t count) {
    return static_cast<T*>(take_bytes(count * sizeof(T)));
  }
  template <class T>
  View<T> matrix(int rows, int cols) {
    return {take<T>(static_cast<size_t>(rows) * cols), rows, cols, cols};
  }
  Mark mark() const { return {block_, used_}; }
  void release(Mark m) { block_ = m.block, used_ = m.used; }
  void clear() { release({}); }
  size_t capacity() const {  // bytes
    size_t sum = 0;
    for (const auto& b : blocks_) sum += b.size();
    return sum;
  }

 private:
  void* take_bytes(size_t bytes) {
    // One extra line between adjacent buffers, so that they start in different sets of the first-level cache.
    bytes = (bytes + 2 * kAlignment - 1) / kAlignment * kAlignment;
    while (block_ < blocks_.size() && used_ + bytes > blocks_[block_].size()) ++block_, used_ = 0;
    if (block_ == blocks_.size()) {
      blocks_.emplace_back(std::max(bytes, next_));
      if (bytes <= next_) next_ = std::min(2 * next_, size_t{64} << 20);
    }
    void* p = blocks_[block_].data() + used_;
    used_ += bytes;
    return p;
  }

  std::vector<Buffer<unsigned char>> blocks_;
  size_t block_ = 0, used_ = 0;
  size_t next_ = 65536;  // bytes of the next block; a larger request gets a block of its own
};

// Releases at the end of a scope what the scope took.
class ArenaScope {
 public:
  explicit ArenaScope(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  ~ArenaScope() { arena_.release(mark_); }
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

}  // namespace rnn::core
