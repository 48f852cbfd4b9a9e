// Why: walks back through time are independent: running whole walks in parallel avoids waiting between their small steps.
#pragma once

#include <algorithm>
#include <exception>
#include <vector>

#include "base/thread_pool.h"

namespace rnn::core {

// Splits [0, count) into blocks of at most `block` and calls f(first, size, own) for each, where `own` is a pool of one
// thread. The first exception is rethrown after all have finished.
template <class F>
void in_blocks(Pool& pool, int count, int block, F&& f) {
  const int fair = (count + pool.size() - 1) / pool.size();  // every thread gets one
  const int size = std::max(1, std::min(block, fair)), blocks = (count + size - 1) / size;
  std::vector<std::exception_ptr> failed(static_cast<size_t>(pool.size()));
  pool.run([&](int worker) {
    try {
      Pool own(1);
      for (int b = worker; b < blocks; b += pool.size()) f(b * size, std::min(size, count - b * size), own);
    } catch (...) {
      failed[static_cast<size_t>(worker)] = std::current_exception();
    }
  });
  for (const std::exception_ptr& e : failed) {
    if (e) std::rethrow_exception(e);
  }
}

}  // namespace rnn::core
