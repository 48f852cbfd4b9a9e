// Why: a line that is not text, or not a sentence, is always refused with its place and in the same words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rnn::core {

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";
constexpr int kMaxWords = 10000;  // in a sentence, separated by white space
constexpr const char* kToUtf8 = "convert the text, for example: iconv -f WINDOWS-1252 -t UTF-8";

// The place of a line, written as "train.en:17".
struct LinePlace {
  std::string_view file;
  int64_t number = 0;  // from 1
};

bool is_blank(std::string_view text);
// Without the white space at its ends.
std::string_view trimmed(std::string_view text);

// "UTF-16" after its byte order mark, "UTF-16LE" or "UTF-16BE" where every second byte of the beginning is 0, as in European texts; "" for
// anything else.
std::string_view utf16_name(std::string_view bytes) noexcept;

// "byte 3 of the line is 0xE9, which is not UTF-8"; `column` from 1.
std::string not_utf8(size_t column, char byte);
// "byte 3 of the line is 0x00: this is a binary file, not text".
std::string not_text(size_t column);

// Throws Error{data, code} with the place before the message.
[[noreturn]] void refuse_line(const LinePlace& place, const char* code, const std::string& message, const std::string& help);
// Throws Error{data}: data/utf8 for ill-formed UTF-8, data/binary for a NUL byte.
void require_text(const LinePlace& place, std::string_view line);
// Throws Error{data, "data/long_line"} for more than kMaxWords words.
void require_sentence(const LinePlace& place, std::string_view text, const char* help);

}  // namespace rnn::core
