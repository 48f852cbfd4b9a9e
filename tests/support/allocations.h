// Why: "allocates nothing" and "allocates little" are promises of several rooms, counted in one way. Include it in only one file
// of a program.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>

// Every allocation of the process is counted below operator new and std::aligned_alloc. Sanitizers bring their own malloc.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RNN_COUNT_ALLOCATIONS 1
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#undef RNN_COUNT_ALLOCATIONS
#endif
#endif

inline std::atomic<int64_t> allocations{0};
inline std::atomic<size_t> largest_allocation{0};  // bytes

inline size_t counted_allocation(size_t bytes) {
  ++allocations;
  for (size_t largest = largest_allocation; bytes > largest && !largest_allocation.compare_exchange_weak(largest, bytes);) {
  }
  return bytes;
}

#ifdef RNN_COUNT_ALLOCATIONS
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void* malloc(size_t size) { return __libc_malloc(counted_allocation(size)); }
void* calloc(size_t count, size_t size) { return counted_allocation(count * size), __libc_calloc(count, size); }
void* realloc(void* old, size_t size) { return __libc_realloc(old, counted_allocation(size)); }
void* aligned_alloc(size_t alignment, size_t size) { return __libc_memalign(alignment, counted_allocation(size)); }
void* memalign(size_t alignment, size_t size) { return __libc_memalign(alignment, counted_allocation(size)); }
int posix_memalign(void** out, size_t alignment, size_t size) {
  *out = __libc_memalign(alignment, counted_allocation(size));
  return *out ? 0 : 12;
}
}
#endif
