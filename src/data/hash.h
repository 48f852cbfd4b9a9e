// Why: a run records a hash of the bytes it was trained on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rnn::core {

// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): detects changed files, not forged ones.
inline uint64_t fnv1a64(std::string_view bytes, uint64_t hash = 0xCBF29CE484222325u) noexcept {
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
  return hash;
}

// "fnv1a64:" and 16 hexadecimal digits.
inline std::string content_hash(uint64_t hash) {
  std::string text = "fnv1a64:0000000000000000";
  for (size_t i = text.size(); hash != 0; hash >>= 4) text[--i] = "0123456789abcdef"[hash & 15];
  return text;
}
inline std::string content_hash(std::string_view bytes) { return content_hash(fnv1a64(bytes)); }

}  // namespace rnn::core
