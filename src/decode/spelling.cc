// Why: see spelling.h.
#include "decode/spelling.h"

#include <utility>

namespace rnn::core {

std::vector<SpeltWord> spelt_words(const Spelling& spelling, std::span<const int32_t> units) {
  std::vector<SpeltWord> words;
  SpeltWord word;
  const auto finish = [&](size_t end, size_t next) {
    word.end = end;
    if (!word.text.empty()) words.push_back(std::move(word));
    word = {"", next, next};
  };
  for (size_t i = 0; i < units.size(); ++i) {
    if (units[i] == spelling.space) {
      finish(i, i + 1);
      continue;
    }
    if (spelling.begins_word(units[i])) finish(i, i);
    word.text += spelling.of(units[i]);
  }
  finish(units.size(), units.size());
  return words;
}

std::string spelt_text(const Spelling& spelling, std::span<const int32_t> units) {
  std::string text;
  for (const SpeltWord& word : spelt_words(spelling, units)) {
    if (!text.empty()) text += ' ';
    text += word.text;
  }
  return text;
}

}  // namespace rnn::core
