// Why: kinds have names for people and numbers for programs; the conversion from name to number is defined once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace rnn::core {

// The index of `name` in `names`, whose order is that of the enumeration; n if it is not among them.
template <size_t n>
constexpr size_t index_of(const std::string_view (&names)[n], std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

}  // namespace rnn::core
