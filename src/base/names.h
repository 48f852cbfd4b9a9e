// Why: kinds have names for people and numbers for programs, and options have lists of names; both are read in one way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// The index of `name` in `names`, whose order is that of the enumeration; n if it is not among them.
template <size_t n>
constexpr size_t index_of(const std::string_view (&names)[n], std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

// What stands between separators, empty pieces too: "a,,b" has three. An empty text has none.
inline std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size() && !text.empty();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}
inline std::vector<std::string> split_commas(std::string_view text) { return split_at(text, ','); }

}  // namespace rnn::core
