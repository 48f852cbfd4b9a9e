// Why: a long call is stopped from another thread or a signal handler, at its next step.
#pragma once

#include <atomic>

#include "base/error.h"
#include "base/interrupt.h"

namespace rnn::core {

// Throws Error{internal, "cancelled"} once *cancel is not 0 (null: never), and as end_if_interrupted().
inline void check_cancelled(const std::atomic<int>* cancel) {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed) != 0)
    throw Error(Exit::internal, "cancelled", "the call was cancelled by its caller");
  end_if_interrupted();
}

}  // namespace rnn::core
