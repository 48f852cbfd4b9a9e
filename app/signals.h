// Why: Ctrl-C and SIGTERM save what was learnt; a second one does not wait.
#pragma once

#include <atomic>

namespace rnn::core::app {

// From now on the first SIGINT or SIGTERM sets the flag to its number, the second ends the program at once.
const std::atomic<int>* watch_signals();
int signal_seen();  // 0: none

}  // namespace rnn::core::app
