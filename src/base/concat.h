// Why: messages of files that running programs link are put together without a formatting library.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace rnn::core {

// Texts and whole numbers, one after another.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  const auto append = [&out](const auto& part) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(part)>>) {
      out += std::to_string(part);
    } else {
      out += std::string_view(part);
    }
  };
  (append(parts), ...);
  return out;
}

}  // namespace rnn::core
