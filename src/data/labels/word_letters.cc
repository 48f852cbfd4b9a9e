// Why: see word_letters.h.
#include "data/labels/word_letters.h"

#include <map>

#include "text/letter_case.h"
#include "text/utf8.h"

namespace rnn::core {

std::vector<std::string> learn_letters(const RawSet& set, int min_count) {
  std::map<char32_t, int64_t> counts;
  for (const RawExample& e : set.examples)
    for (const std::string& word : e.words)
      for (const char32_t c : composed_text(word)) ++counts[c];
  std::vector<std::string> letters = {""};
  for (const auto& [c, count] : counts)
    if (count >= min_count) letters.push_back(encode_utf8(c));
  return letters;
}

WordLetters::WordLetters(const std::vector<std::string>& letters, int longest) : longest_(static_cast<size_t>(longest)) {
  for (size_t i = 1; i < letters.size(); ++i) {
    const std::vector<char32_t> own = decode_utf8(letters[i]);
    if (!own.empty()) ids_.emplace(own[0], static_cast<int32_t>(i));
  }
}

void WordLetters::append(std::string_view word, std::vector<int32_t>& ids) const {
  if (longest_ == 0) return;
  const std::vector<char32_t> letters = composed_text(word);
  const size_t n = letters.size(), head = n > longest_ ? longest_ / 2 : n, tail = n > longest_ ? longest_ - head : 0;
  const auto add = [&](char32_t c) {
    const auto found = ids_.find(c);
    ids.push_back(found == ids_.end() ? 0 : found->second);
  };
  for (size_t i = 0; i < head; ++i) add(letters[i]);
  for (size_t i = n - tail; i < n; ++i) add(letters[i]);
  ids.insert(ids.end(), longest_ - head - tail, -1);
}

}  // namespace rnn::core
