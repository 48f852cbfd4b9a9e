// Why: the one signal handler; it may only touch a lock-free flag.
#include "signals.h"

#include <unistd.h>
#include <csignal>

namespace rnn::core::app {
namespace {

std::atomic<int> seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  int none = 0;
  if (!seen.compare_exchange_strong(none, number)) ::_exit(128 + number);
}

}  // namespace

const std::atomic<int>* watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return &seen;
}

int signal_seen() { return seen.load(); }

}  // namespace rnn::core::app
