// Why: aligned allocation, with huge pages for blocks that are large enough.
#include "base/matrix.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace rnn::core {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t alignment_of(size_t bytes) { return bytes >= 2 * kHugePage ? kHugePage : kAlignment; }

}  // namespace

void* allocate_bytes(size_t bytes) {
  const size_t alignment = alignment_of(bytes);
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = std::aligned_alloc(alignment, rounded);
  if (!data) throw std::bad_alloc();
  if (alignment == kHugePage) madvise(data, rounded, MADV_HUGEPAGE);
  std::memset(data, 0, rounded);
  return data;
}

void free_bytes(void* data, size_t) noexcept { std::free(data); }

}  // namespace rnn::core
