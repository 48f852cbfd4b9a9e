// Why: the flag is the program's; here is only where it lies.
#include "base/interrupt.h"

#include "base/error.h"

namespace rnn::core {
namespace {

std::atomic<const std::atomic<int>*> interrupting{nullptr};

}  // namespace

void interrupt_by(const std::atomic<int>* flag) noexcept { interrupting.store(flag); }

bool interrupted() noexcept {
  const std::atomic<int>* flag = interrupting.load();
  return flag && flag->load() != 0;
}

void end_if_interrupted() {
  if (interrupted()) throw Error(Exit::internal, kInterruptedCode, "interrupted by a signal");
}

}  // namespace rnn::core
