// Why: Ctrl-C, SIGTERM and a closed terminal (SIGHUP) save what was learnt; a second signal ends the program at once.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace rnn::core::app {

// After this call the first of these signals sets the flag to its number, which interrupts the process (base/interrupt.h), and the second
// ends the program at once. SIGHUP and SIGINT that were ignored when the program started stay so: under nohup, in the background of a script.
const std::atomic<int>* watch_signals();
// The same flag, without a watch: until watch_signals() is called a signal ends the program, because there is nothing to save yet. It
// removes those of `folders` that are empty, which stay as they are until forget_folders(); null: those named before.
const std::atomic<int>* end_on_signals(const std::vector<std::string>* folders = nullptr);
void forget_folders();
int signal_seen();  // 0: none
// 128 + the signal, or `status` if there was none.
int status_of(int status);

}  // namespace rnn::core::app
