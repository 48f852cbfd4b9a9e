// Why: a tagged word is also read letter by letter, capitals kept: which letters there are, and those of a word as ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/labels/raw_labels.h"

namespace rnn::core {

inline constexpr int kLettersOfWord = 20;  // that are read; of a longer word the first ten and the last ten

// Those that stand in the words of a set `min_count` times or more, by code point; before them "", which stands for all others.
std::vector<std::string> learn_letters(const RawSet& set, int min_count);

// Const and thread-safe.
class WordLetters {
 public:
  WordLetters(const std::vector<std::string>& letters, int longest);
  // Appends `longest` ids: the letters of the word, then -1. Nothing where `longest` is 0.
  void append(std::string_view word, std::vector<int32_t>& ids) const;

 private:
  std::unordered_map<char32_t, int32_t> ids_;
  size_t longest_;
};

}  // namespace rnn::core
