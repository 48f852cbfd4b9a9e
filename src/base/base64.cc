// Why: three bytes are four characters of six bits each.
#include "base/base64.h"

#include <array>
#include <cstdint>

namespace rnn::core {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> values_of_signs() {
  std::array<int8_t, 256> values{};
  for (auto& v : values) v = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i) values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kValues = values_of_signs();

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kAlphabet[three >> (18 - 6 * k) & 63];
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    const size_t signs = i + 4 == text.size() ? 4 - padding : 4;
    uint32_t three = 0;
    for (size_t k = 0; k < 4; ++k) {
      const int value = k < signs ? kValues[static_cast<uint8_t>(text[i + k])] : 0;
      if (value < 0) return std::nullopt;
      three = three << 6 | static_cast<uint32_t>(value);
    }
    for (size_t k = 0; k < 3; ++k) {
      const char byte = static_cast<char>(three >> (16 - 8 * k) & 255);
      if (k + 1 < signs) {
        bytes += byte;
      } else if (byte != 0) {
        return std::nullopt;  // bits that belong to no byte
      }
    }
  }
  return bytes;
}

}  // namespace rnn::core
