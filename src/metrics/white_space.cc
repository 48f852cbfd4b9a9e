// Why: the white space of Unicode as ranges, and splitting a line there.
#include "metrics/white_space.h"

#include "text/utf8.h"

namespace rnn::core {

bool is_white_space(char32_t c) noexcept {
  if (c < 0x80) return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t past = 0; past < text.size();) {
    const size_t end = past;
    if (!is_white_space(next_code_point(text, past))) continue;
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = past;
  }
  if (begin < text.size()) words.push_back(text.substr(begin));
  return words;
}

}  // namespace rnn::core
