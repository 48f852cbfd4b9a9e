// Why: the one exception type of the library, for those who write it and for those who use it.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

// What a shared library of rnn shows; everything else in it is hidden.
#define RNN_API __attribute__((visibility("default")))

namespace rnn {

// Exit status of the program, and the class of a failure.
enum class Exit : int { ok = 0, internal = 1, usage = 2, data = 3, model = 4, diverged = 5, check = 6 };

// A failure with a stable code such as "data/utf8", one sentence that says what and where (file:line), and one that says
// what to do. Thrown at the edge (load, parse, build); hot paths never throw.
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
