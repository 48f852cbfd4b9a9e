// Why: see letter_case.h; the tables are those of utf8proc.
#include "text/letter_case.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "text/utf8.h"

namespace rnn::core {
namespace {

utf8proc_category_t letter_category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_white(char32_t c) {
  const utf8proc_category_t k = letter_category(c);
  return k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_CC;
}

}  // namespace

std::vector<char32_t> composed_text(std::string_view text) {
  const std::string well_formed = repair_utf8(text);
  utf8proc_uint8_t* out = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(well_formed.data()),
                                             static_cast<utf8proc_ssize_t>(well_formed.size()), &out, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (size < 0) throw std::bad_alloc();  // the text is well-formed, so nothing else can fail
  return decode_utf8({reinterpret_cast<const char*>(out), static_cast<size_t>(size)});
}

char32_t lower_letter(char32_t c) { return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))); }

std::string plain_text(std::string_view text, bool keep_case) {
  const std::vector<char32_t> all = composed_text(text);
  size_t begin = 0, end = all.size();
  while (begin < end && is_white(all[begin])) ++begin;
  while (end > begin && is_white(all[end - 1])) --end;
  std::string out;
  for (size_t i = begin; i < end; ++i) append_utf8(out, keep_case ? all[i] : lower_letter(all[i]));
  return out;
}

std::string word_shape(std::string_view word) {
  std::string shape;
  char32_t last = 0;
  int run = 0;
  for (const char32_t c : decode_utf8(word)) {
    const utf8proc_category_t k = letter_category(c);
    char32_t kind = c;
    if (k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LT) kind = U'X';
    if (k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LM || k == UTF8PROC_CATEGORY_LO) kind = U'x';
    if (k == UTF8PROC_CATEGORY_ND) kind = U'd';
    run = kind == last ? run + 1 : 1;
    last = kind;
    if (run <= 2) append_utf8(shape, kind);
  }
  return shape;
}

}  // namespace rnn::core
