// Why: the one exception type of the library, shared by its implementation and its users.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

// Marks the exported symbols of a shared library; all others are hidden.
#define RNN_API __attribute__((visibility("default")))

namespace rnn {

// Exit status of the program, and class of a failure.
enum class Exit : int { ok = 0, internal = 1, usage = 2, data = 3, model = 4, diverged = 5, check = 6 };

// A failure with a stable code such as "data/utf8", one sentence that states what is wrong and where (file:line), and one
// that states what to do. Thrown when loading, parsing or building; hot paths never throw.
class RNN_API Error : public std::runtime_error {
 public:
  Error(Exit exit, std::string code, const std::string& message, std::string help = {})
      : std::runtime_error(message), exit_(exit), code_(std::move(code)), help_(std::move(help)) {}
  Exit exit() const { return exit_; }
  const std::string& code() const { return code_; }
  const std::string& help() const { return help_; }

 private:
  Exit exit_;
  std::string code_, help_;
};

}  // namespace rnn
