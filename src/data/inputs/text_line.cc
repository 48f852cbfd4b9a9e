// Why: the wording of errors that every reader of lines can meet.
#include "data/inputs/text_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "text/utf8.h"

namespace rnn::core {

std::string_view utf16_name(std::string_view bytes) noexcept {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "UTF-16";
  constexpr size_t kHead = 4096, kEnough = 8;
  const size_t pairs = std::min(bytes.size(), kHead) / 2;
  if (pairs < kEnough) return "";
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < 2 * pairs; ++i) zeros[i % 2] += bytes[i] == 0;
  if (zeros[0] == 0 && zeros[1] > pairs / 2) return "UTF-16LE";
  return zeros[1] == 0 && zeros[0] > pairs / 2 ? "UTF-16BE" : "";
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(kWhiteSpace) == std::string_view::npos; }

std::string not_utf8(size_t column, char byte) {
  return fmt::format("byte {} of the line is 0x{:02X}, which is not UTF-8", column, static_cast<uint8_t>(byte));
}

std::string not_text(size_t column) {
  return fmt::format("byte {} of the line is 0x00: this is a binary file, not text", column);
}

void refuse_line(const LinePlace& place, const char* code, const std::string& message, const std::string& help) {
  throw Error(Exit::data, code, fmt::format("{}:{}: {}", place.file, place.number, message), help);
}

void require_text(const LinePlace& place, std::string_view line) {
  const size_t bad = utf8_error(line);
  if (bad != std::string_view::npos) refuse_line(place, "data/utf8", not_utf8(bad + 1, line[bad]), kToUtf8);
  const size_t nul = line.find('\0');
  if (nul != std::string_view::npos) refuse_line(place, "data/binary", not_text(nul + 1), "name a text file");
}

void require_sentence(const LinePlace& place, std::string_view text, const char* help) {
  if (text.size() <= 2 * static_cast<size_t>(kMaxWords)) return;  // too short for so many words
  int64_t words = 0;
  for (size_t at = text.find_first_not_of(kWhiteSpace); at < text.size();
       at = text.find_first_not_of(kWhiteSpace, at), ++words) {
    at = std::min(text.find_first_of(kWhiteSpace, at), text.size());
  }
  if (words <= kMaxWords) return;
  refuse_line(place, "data/long_line", fmt::format("the sentence has {} words, more than {}", words, kMaxWords), help);
}

}  // namespace rnn::core
