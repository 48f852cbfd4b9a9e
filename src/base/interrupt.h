// Why: a signal ends what may last long, wherever it happens: waiting for a pipe, measuring, counting.
#pragma once

#include <atomic>

#include "base/error.h"

namespace rnn::core {

// The code of the Error that leaves what was interrupted.
constexpr const char* kInterruptedCode = "io/interrupted";

// From now on a flag that is not 0 interrupts the process; null: nothing does. It must outlive its use. For programs: a library has no
// signals of its own.
void interrupt_by(const std::atomic<int>* flag) noexcept;
bool interrupted() noexcept;
// Throws Error{internal, "io/interrupted"} if interrupted().
void end_if_interrupted();

// Runs `what`; false: it was interrupted.
template <class What>
bool uninterrupted(What&& what) {
  try {
    what();
    return true;
  } catch (const Error& error) {
    if (error.code() != kInterruptedCode) throw;
    return false;
  }
}

}  // namespace rnn::core
