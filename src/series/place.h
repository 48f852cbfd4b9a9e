// Why: whatever is wrong with a table is said with its file and line, and a value of a series can be traced back to its row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rnn::core {

// A text in memory: well-formed UTF-8 without NUL, which is for the caller to ensure. `name` is its file, for messages.
struct NamedText {
  std::string name;
  std::string_view text;
};

// Where a row stands: the index of its file in the list that was read, its line from 1. Line 0: in no file (a gap).
struct Place {
  uint32_t file = 0, line = 0;
};

inline std::string place_text(std::string_view file, uint32_t line) {
  return std::string(file) + ":" + std::to_string(line);
}

}  // namespace rnn::core
