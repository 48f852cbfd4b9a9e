// Why: how the units of a recogniser spell words, for all that decodes them: which text a unit is, and where words begin and end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rnn::core {

// Characters have a unit that is the space; sub-words begin a word or continue one. A table without either spells a single word.
struct Spelling {
  std::vector<std::string>
      text;                     // [K] of each unit, as it is written; of the blank, of the space and of a mere beginning ""
  int32_t space = -1;           // the unit between two words; -1: none
  std::vector<uint8_t> begins;  // [K] 1: the unit begins a word; empty: none does

  bool begins_word(int32_t unit) const { return !begins.empty() && begins[static_cast<size_t>(unit)] != 0; }
  const std::string& of(int32_t unit) const { return text[static_cast<size_t>(unit)]; }
  // Some unit says where a word ends.
  bool has_words() const { return space >= 0 || !begins.empty(); }
};

// A word is units [first, end) of a text, without the spaces around it. A word without a letter is none.
struct SpeltWord {
  std::string text;
  size_t first = 0, end = 0;
};
std::vector<SpeltWord> spelt_words(const Spelling& spelling, std::span<const int32_t> units);
// The words with one space between two.
std::string spelt_text(const Spelling& spelling, std::span<const int32_t> units);

}  // namespace rnn::core
