// Why: see speech_text.h; one pass over code points that looks at both neighbours.
#include "text/speech_text.h"

#include <utf8proc.h>

#include <vector>

#include "text/letter_case.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

enum class Spoken { letter, digit, mark, format, space, other };

Spoken spoken_class(char32_t c) {
  const utf8proc_category_t k = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (k == UTF8PROC_CATEGORY_ND) return Spoken::digit;
  if (k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME) return Spoken::mark;
  if (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO) return Spoken::letter;
  if (k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_CC) return Spoken::space;
  return k == UTF8PROC_CATEGORY_CF ? Spoken::format : Spoken::other;
}

std::vector<char32_t> without_format(const std::vector<char32_t>& text) {
  std::vector<char32_t> out;
  for (const char32_t c : text) {
    if (spoken_class(c) != Spoken::format) out.push_back(c);
  }
  return out;
}

// What basic rules make of character i; U' ' separates.
char32_t basic_character(const std::vector<char32_t>& text, size_t i) {
  const char32_t c = text[i];
  const Spoken own = spoken_class(c);
  if (own == Spoken::letter) return lower_letter(c);
  if (own == Spoken::digit || own == Spoken::mark || c == kReplacementCharacter) return c;
  const Spoken before = i > 0 ? spoken_class(text[i - 1]) : Spoken::space;
  const Spoken after = i + 1 < text.size() ? spoken_class(text[i + 1]) : Spoken::space;
  const bool apostrophe = c == U'\'' || c == 0x2019;
  if (apostrophe && (before == Spoken::letter || before == Spoken::mark) && after == Spoken::letter) return U'\'';
  if ((c == U'.' || c == U',' || c == U':') && before == Spoken::digit && after == Spoken::digit) return c;
  return U' ';
}

bool separates(char32_t c) { return spoken_class(c) == Spoken::space; }

}  // namespace

std::string speech_text(SpeechText rules, std::string_view text) {
  const bool basic = rules == SpeechText::basic;
  const std::vector<char32_t> all = basic ? without_format(composed_text(text)) : decode_utf8(text);
  std::string out;
  bool gap = false;
  for (size_t i = 0; i < all.size(); ++i) {
    const char32_t c = basic ? basic_character(all, i) : all[i];
    if (separates(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    append_utf8(out, c);
  }
  return out;
}

}  // namespace rnn::core
