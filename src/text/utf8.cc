// Why: the byte rules of UTF-8, stated once as the range of the second byte for each lead byte.
#include "text/utf8.h"

#include <cstdint>
#include <cstring>

namespace rnn::core {
namespace {

// What a lead byte requires: sequence length (0: not a lead byte) and the range of its second byte.
struct Lead {
  int length;
  uint8_t low, high;
};

Lead lead_of(uint8_t byte) noexcept {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};  // continuation bytes and the overlong leads C0, C1
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte < 0xF0)
    return {3, static_cast<uint8_t>(byte == 0xE0 ? 0xA0 : 0x80), static_cast<uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
  if (byte < 0xF5)
    return {4, static_cast<uint8_t>(byte == 0xF0 ? 0x90 : 0x80), static_cast<uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

// How many bytes of the sequence at `position` are well-formed, and how many it needs. complete() when they are equal.
struct Extent {
  int good, needed;
  bool complete() const { return needed > 0 && good == needed; }
};

Extent extent_at(std::string_view text, size_t position) noexcept {
  const Lead lead = lead_of(static_cast<uint8_t>(text[position]));
  if (lead.length == 0) return {0, 0};
  int good = 1;
  while (good < lead.length && position + good < text.size()) {
    const uint8_t byte = static_cast<uint8_t>(text[position + good]);
    const uint8_t low = good == 1 ? lead.low : 0x80, high = good == 1 ? lead.high : 0xBF;
    if (byte < low || byte > high) break;
    ++good;
  }
  return {good, lead.length};
}

}  // namespace

size_t utf8_error(std::string_view text) noexcept {
  size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size()) {  // eight ASCII bytes at once
      uint64_t word;
      std::memcpy(&word, text.data() + i, 8);
      if ((word & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const Extent extent = extent_at(text, i);
    if (!extent.complete()) return i;
    i += static_cast<size_t>(extent.needed);
  }
  return std::string_view::npos;
}

size_t complete_utf8(std::string_view text) noexcept {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const size_t start = text.size() - back;
    const Extent extent = extent_at(text, start);
    if (extent.needed == 0) continue;  // a continuation byte: its lead byte is further back
    const bool cut = static_cast<size_t>(extent.good) == back && extent.good < extent.needed;
    return cut ? start : text.size();
  }
  return text.size();
}

char32_t next_code_point(std::string_view text, size_t& position) noexcept {
  const Extent extent = extent_at(text, position);
  const auto byte = [&](int k) { return static_cast<uint8_t>(text[position + static_cast<size_t>(k)]); };
  if (!extent.complete()) {
    ++position;
    return kReplacementCharacter;
  }
  char32_t value = byte(0);
  if (extent.needed > 1) value &= 0x7Fu >> extent.needed;
  for (int k = 1; k < extent.needed; ++k) value = value << 6 | (byte(k) & 0x3F);
  position += static_cast<size_t>(extent.needed);
  return value;
}

std::vector<char32_t> decode_utf8(std::string_view text) {
  std::vector<char32_t> points;
  points.reserve(text.size());
  for (size_t i = 0; i < text.size();) points.push_back(next_code_point(text, i));
  return points;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacementCharacter;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6), tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12), tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0);
  }
}

std::string encode_utf8(char32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t bad = utf8_error(text);
    out.append(text.substr(0, bad));
    if (bad == std::string_view::npos) break;
    append_utf8(out, kReplacementCharacter);
    text.remove_prefix(bad + 1);
  }
  return out;
}

}  // namespace rnn::core
