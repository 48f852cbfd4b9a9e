// Why: the Unicode classes behind the rules of word_rules.h, and the table of which characters attach to which side.
#include "text/word_rules.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "text/utf8.h"

namespace rnn::core {
namespace {

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_ideograph(char32_t c) {
  return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Ideographs, kana and the full-width punctuation written between them.
bool is_wide(char32_t c) { return is_ideograph(c) || (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60); }

bool is_digit(char32_t c) { return (c >= '0' && c <= '9') || (c >= 0x80 && category(c) == UTF8PROC_CATEGORY_ND); }

bool is_mark(char32_t c) {
  if (c < 0x80) return false;
  const utf8proc_category_t k = category(c);
  return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ME;
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  const utf8proc_category_t k = category(c);
  return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO;
}

bool is_space(char32_t c) {
  if (c < 0x80) return c <= 0x20 || c == 0x7F;  // control characters separate, too
  const utf8proc_category_t k = category(c);
  return (k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_CC) || c == 0x200B || c == 0xFEFF;
}

// Apostrophes, hyphens and joiners that may occur inside a word.
bool is_inner(char32_t c) {
  return c == '\'' || c == '-' || c == 0x2019 || c == 0x2010 || c == 0x2011 || c == 0x00AD || c == 0x200C || c == 0x200D;
}

bool is_clitic(std::string_view token) {
  static constexpr std::array<std::string_view, 13> kClitics = {"'s", "'re", "'ve", "'ll", "'d", "'m", "n't",
                                                                "'S", "'RE", "'VE", "'LL", "'D", "'M"};
  for (const std::string_view clitic : kClitics) {
    if (token == clitic) return true;
  }
  return false;
}

}  // namespace

bool WordScanner::next(std::string_view& token) {
  while (position_ < text_.size()) {
    const size_t begin = position_;
    size_t end = begin;
    const char32_t c = next_code_point(text_, end);
    if (c != '\n' && is_space(c)) {
      position_ = end, after_word_ = false;
      continue;
    }
    bool word = false;
    if (c == '\n' || is_ideograph(c)) {
      if (c != '\n') end = cluster_end(begin);
    } else if (is_word(c) && !is_mark(c)) {
      end = word_end(begin), word = true;
      const bool final_s = text_[end - 1] == 's' || text_[end - 1] == 'S';
      if (final_s && !quote_open_ && end < text_.size() && text_[end] == '\'') ++end;
    } else if (const size_t bracket = c == '<' && !after_word_ ? bracket_end(begin) : 0) {
      end = bracket;
    } else if (const size_t clitic = c == '\'' && !after_word_ ? clitic_end(begin) : 0) {
      end = clitic, word = true;
    } else if (text_.substr(begin, 2) == "--") {
      end = std::min(text_.find_first_not_of('-', begin), text_.size());
    } else {
      end = cluster_end(begin);
    }
    token = text_.substr(begin, end - begin);
    if (token == "'") quote_open_ = !quote_open_;
    if (c == '\n') quote_open_ = false;
    position_ = end, after_word_ = word;
    return true;
  }
  return false;
}

size_t WordScanner::word_end(size_t begin) const {
  size_t end = begin;
  char32_t before = next_code_point(text_, end);
  while (end < text_.size()) {
    size_t past = end;
    const char32_t c = next_code_point(text_, past);
    if (is_word(c) && !is_ideograph(c)) {
      end = past, before = c;
      continue;
    }
    if (past >= text_.size()) break;
    const char32_t after = next_code_point(text_, past);
    const bool number = (c == '.' || c == ',' || c == ':') && is_digit(before) && is_digit(after);
    if (!number && !(is_inner(c) && is_word(after) && !is_mark(after) && !is_ideograph(after))) break;
    end = past, before = after;
  }
  return end;
}

size_t WordScanner::bracket_end(size_t begin) const {
  for (size_t i = begin + 1; i < text_.size() && i < begin + 64; ++i) {
    const char c = text_[i];
    if (static_cast<unsigned char>(c) <= ' ' || c == '<') return 0;
    if (c != '>') continue;
    size_t past = i + 1;
    const bool glued = past < text_.size() && is_word(next_code_point(text_, past));
    return i > begin + 1 && !glued ? i + 1 : 0;
  }
  return 0;
}

size_t WordScanner::clitic_end(size_t begin) const {
  size_t end = begin + 1;
  if (end >= text_.size()) return 0;
  size_t past = end;
  if (!is_word(next_code_point(text_, past))) return 0;
  end = word_end(end);
  return is_clitic(text_.substr(begin, end - begin)) ? end : 0;
}

size_t WordScanner::cluster_end(size_t begin) const {
  size_t end = begin;
  char32_t before = next_code_point(text_, end);
  utf8proc_int32_t state = 0;
  while (end < text_.size()) {
    size_t past = end;
    const char32_t c = next_code_point(text_, past);
    if (c < 0x80) break;
    const auto a = static_cast<utf8proc_int32_t>(before), b = static_cast<utf8proc_int32_t>(c);
    if (utf8proc_grapheme_break_stateful(a, b, &state)) break;
    end = past, before = c;
  }
  return end;
}

namespace {

// Where a token of one character attaches: closing to the word before, opening to the word after, tight to both.
enum class Place { word, closing, opening, tight };

Place place_of(char32_t c) {
  switch (c) {
    case '.':
    case ',':
    case '!':
    case '?':
    case ';':
    case ':':
    case '%':
    case ')':
    case ']':
    case '}':
    case 0x2026:
    case 0xB0:
    case 0x3001:
    case 0x3002:
    case 0xFF01:
    case 0xFF0C:
    case 0xFF1A:
    case 0xFF1B:
    case 0xFF1F:
      return Place::closing;
    case '(':
    case '[':
    case '{':
    case '$':
    case '#':
    case '@':
    case '`':
    case 0xBF:
    case 0xA1:
      return Place::opening;
    case '/':
    case 0x2014:  // em dash
      return Place::tight;
    default:
      break;
  }
  if (c < 0x80) return Place::word;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PF:
      return Place::closing;
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_SC:
      return Place::opening;
    default:
      return Place::word;
  }
}

// A straight quote alternately opens and closes.
Place place_of_quote(char c, WordSpacing& spacing) {
  const uint8_t bit = c == '"' ? 1 : 2;
  const bool open = (spacing.open_quotes & bit) != 0;
  spacing.open_quotes = static_cast<uint8_t>(spacing.open_quotes ^ bit);
  return open ? Place::closing : Place::opening;
}

}  // namespace

void join_word(std::string_view token, WordSpacing& spacing, std::string& out) {
  if (token.empty()) return;
  if (token == "\n") {
    out += '\n';
    spacing = {};
    return;
  }
  size_t past = 0;
  const char32_t c = next_code_point(token, past);
  Place place = Place::word;
  if (token == "\"" || token == "'") {
    place = place_of_quote(token[0], spacing);
  } else if (past == token.size()) {
    place = place_of(c);
  } else if (is_clitic(token)) {
    place = Place::closing;
  } else if (token.starts_with("--")) {
    place = Place::tight;
  }
  const bool wide = is_wide(c);
  const bool close =
      spacing.line_start || spacing.glued || place == Place::closing || place == Place::tight || (spacing.wide && wide);
  if (!close) out += ' ';
  out += token;
  spacing.line_start = false;
  spacing.glued = place == Place::opening || place == Place::tight;
  spacing.wide = wide;
}

}  // namespace rnn::core
