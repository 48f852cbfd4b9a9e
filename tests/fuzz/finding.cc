// Why: in a signal handler only system calls are allowed, so this is written with them alone.
#include "fuzz/finding.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// A sanitizer's runtime, where there is one, calls back before it ends the process.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace rnn::core::fuzz {
namespace {

constexpr size_t kShown = 256;  // bytes of an input as hexadecimal digits

char target_name[64], finding_file[80];
unsigned seconds_allowed = 0;
const char* input_data = nullptr;  // null: no target is at work
size_t input_size = 0;
const char* input_path = nullptr;
alignas(16) char signal_stack[65536];

void tell(const char* text) {
  size_t left = std::strlen(text);
  while (left > 0) {
    const ssize_t n = ::write(STDERR_FILENO, text, left);
    if (n <= 0) return;
    text += n, left -= static_cast<size_t>(n);
  }
}

void keep_input() {
  const int file = ::open(finding_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const char* data = input_data;
  for (size_t left = input_size; file >= 0 && left > 0;) {
    const ssize_t n = ::write(file, data, left);
    if (n <= 0) break;
    data += n, left -= static_cast<size_t>(n);
  }
  if (file >= 0) ::close(file);
}

void tell_bytes() {
  constexpr char kDigits[] = "0123456789abcdef";
  char line[2 * kShown + 1];
  const size_t shown = std::min(input_size, kShown);
  for (size_t i = 0; i < shown; ++i) {
    const auto byte = static_cast<uint8_t>(input_data[i]);
    line[2 * i] = kDigits[byte >> 4], line[2 * i + 1] = kDigits[byte & 15];
  }
  line[2 * shown] = '\0';
  tell("  its bytes: ");
  tell(line);
  tell(input_size > shown ? "... (the rest stands in the file)\n" : "\n");
}

// Tells once which input was at work; nothing when none was.
void name_input(const char* what) {
  if (!input_data) return;
  tell("\nfinding in ");
  tell(target_name);
  tell(": ");
  tell(what);
  if (!*input_path) keep_input();
  const char* file = *input_path ? input_path : finding_file;
  tell("\n  the input: ");
  tell(file);
  tell("\n");
  tell_bytes();
  tell("  once more: replay_");
  tell(target_name);
  tell(" ");
  tell(file);
  tell("\n");
  input_data = nullptr;
}

void on_signal(int number) {
  name_input(number == SIGALRM   ? "it takes too long"
             : number == SIGSEGV ? "it reads or writes where it may not, or its stack is full"
             : number == SIGABRT ? "it was aborted, see above"
                                 : "it died of a signal");
  ::_exit(1);
}

void on_exit() {
  if (!input_data) return;
  name_input("it called exit()");
  ::_exit(1);
}

}  // namespace

void watch(const std::string& target, unsigned seconds) {
  std::snprintf(target_name, sizeof target_name, "%s", target.c_str());
  std::snprintf(finding_file, sizeof finding_file, "%s.finding", target_name);
  seconds_allowed = seconds;
  if (__sanitizer_set_death_callback)
    __sanitizer_set_death_callback([] { name_input("a sanitizer stopped it, see above"); });
  stack_t stack{};
  stack.ss_sp = signal_stack, stack.ss_size = sizeof signal_stack;
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  // A sanitizer tells more about a bad address than we can.
  if (!__sanitizer_set_death_callback) {
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigaction(number, &action, nullptr);
  }
  for (const int number : {SIGABRT, SIGALRM}) ::sigaction(number, &action, nullptr);
  std::atexit(on_exit);
}

void begin_input(std::string_view input, const char* path) {
  input_data = input.data() ? input.data() : "", input_size = input.size(), input_path = path;
  ::alarm(seconds_allowed);
}

void end_input() {
  input_data = nullptr;
  ::alarm(0);
}

void finding(const char* what) {
  name_input(what);
  std::exit(1);
}

}  // namespace rnn::core::fuzz
