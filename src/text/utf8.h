// Why: text is read and written as UTF-8; one strict reader and one writer of code points serve every room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

constexpr char32_t kReplacementCharacter = 0xFFFD;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // that some programs put before a text; no part of it

// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, surrogates
// or values above U+10FFFF; a sequence cut off at the end is ill-formed), or npos. Threads: any.
size_t utf8_error(std::string_view text) noexcept;

// Length of the longest prefix that cuts no code point: at most the last 3 bytes are held back, and only when they begin a
// well-formed sequence that the next bytes can complete. Ill-formed bytes are not held back.
size_t complete_utf8(std::string_view text) noexcept;

// The code point at `position` < text.size(); `position` is moved past it. An ill-formed byte reads as U+FFFD, one byte
// long.
char32_t next_code_point(std::string_view text, size_t& position) noexcept;

std::vector<char32_t> decode_utf8(std::string_view text);

// Appends the 1 to 4 bytes of `code_point`; a value that is no Unicode scalar value is written as U+FFFD.
void append_utf8(std::string& out, char32_t code_point);
std::string encode_utf8(char32_t code_point);

// Makes text well-formed UTF-8: every ill-formed byte becomes U+FFFD.
std::string repair_utf8(std::string_view text);

}  // namespace rnn::core
