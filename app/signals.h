// Why: Ctrl-C and SIGTERM save what was learnt; a second signal ends the program at once.
#pragma once

#include <atomic>

namespace rnn::core::app {

// After this call the first SIGINT or SIGTERM sets the flag to its number, and the second ends the program at once.
const std::atomic<int>* watch_signals();
int signal_seen();  // 0: none

}  // namespace rnn::core::app
