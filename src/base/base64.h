// Why: bytes inside JSON, whose strings hold only text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rnn::core {

// RFC 4648, section 4: the standard alphabet, padded with '='.
std::string to_base64(std::string_view bytes);
// The inverse; nullopt when `text` is not what to_base64() writes (a character outside the alphabet, wrong padding, bits
// left over).
std::optional<std::string> from_base64(std::string_view text);

}  // namespace rnn::core
