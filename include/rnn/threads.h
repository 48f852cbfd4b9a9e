// Why: threads that many sessions, writers and translators share.
#pragma once

#include <memory>

#include "rnn/error.h"

namespace rnn {
inline namespace v1 {

// A cheap handle: copies are the same threads, and a number where Threads are expected makes new ones. Everything that is given the
// same handle may be used from threads of its own; one that finds them busy does its work in its caller's thread. The number of
// threads never changes a result.
class RNN_API Threads {
 public:
  // count in [0, 1024], the caller's thread included; 0: RNN_THREADS or all cores. Throws Error{Exit::usage, "session/size"}.
  Threads(int count = 1);  // NOLINT(google-explicit-constructor): Session(model, 1, 4)
  int count() const noexcept;

 private:
  friend struct Access;
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
