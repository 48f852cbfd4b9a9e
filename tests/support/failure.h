// Why: tests check all of a failure: its code, its message, its help, the exit status.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"

namespace rnn::core {

struct Failure {
  std::string code, message, help;
  Exit exit = Exit::ok;
};

// What f throws as rnn::Error; code "none" if it does not throw.
inline Failure failure_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return {error.code(), error.what(), error.help(), error.exit()};
  }
  return {"none", "", ""};
}

}  // namespace rnn::core
