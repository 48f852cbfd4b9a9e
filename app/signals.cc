// Why: the signal handlers; they may only touch lock-free variables and call what is safe in a handler.
#include "signals.h"

#include <unistd.h>
#include <csignal>

#include "base/interrupt.h"

namespace rnn::core::app {
namespace {

std::atomic<int> seen{0};
std::atomic<const std::vector<std::string>*> unused_folders{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const void*>::is_always_lock_free);

// As if there were no handler, but for the folders.
void end_now(int number) {
  if (const std::vector<std::string>* folders = unused_folders.load())
    for (size_t i = folders->size(); i-- > 0;) ::rmdir((*folders)[i].c_str());
  std::signal(number, SIG_DFL);
  std::raise(number);  // when this handler returns
}

void on_signal(int number) {
  int none = 0;
  if (!seen.compare_exchange_strong(none, number)) ::_exit(128 + number);
}

const std::atomic<int>* set_all(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (number == SIGTERM || before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  interrupt_by(&seen);
  return &seen;
}

}  // namespace

const std::atomic<int>* watch_signals() { return set_all(on_signal); }

const std::atomic<int>* end_on_signals(const std::vector<std::string>* folders) {
  if (folders) unused_folders.store(folders);
  return set_all(end_now);
}

void forget_folders() { unused_folders.store(nullptr); }

int signal_seen() { return seen.load(); }

int status_of(int status) { return signal_seen() != 0 ? 128 + signal_seen() : status; }

}  // namespace rnn::core::app
