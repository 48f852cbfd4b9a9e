// Why: to see the effect of a word, it is replaced by another of the same kind; the kinds of words are a visible list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

// A kind of words: content words name things, people, actions, qualities; function words (the, is, in, .) connect them.
struct WordKind {
  std::string_view name;
  bool content;
  std::string_view words;  // separated by spaces, the most useful first
};
// For words, and for single characters.
extern const std::vector<WordKind> kWordKinds, kCharacterKinds;

// The substitutes in one vocabulary, which must outlive this object.
class Substitutes {
 public:
  explicit Substitutes(const Tokenizer& tokenizer);
  Substitutes(const Substitutes&) = delete;
  Substitutes& operator=(const Substitutes&) = delete;

  // At most `count` other ids that can replace `id`: those of its kind, in the list's order; if it is of no kind, the most
  // frequent words (letters) of the vocabulary.
  std::vector<int32_t> of(int32_t id, int count) const;
  // The position of the first content word after the first token; else of the first token with a letter and no kind; else 1.
  int first_content(const std::vector<int32_t>& ids) const;
  const WordKind* kind_of(int32_t id) const;  // nullptr: none
  bool is_word(int32_t id) const;             // has a letter

 private:
  bool begins_word(int32_t id) const;          // true for whole words and characters
  std::string_view word_of(int32_t id) const;  // the piece without the space that starts a sub-word
  const Tokenizer& tokenizer_;
  const bool subwords_, words_;  // sub-words; sub-words or whole words
  const std::vector<WordKind>& kinds_;
  std::vector<std::string> pieces_;
  std::unordered_map<std::string_view, int32_t> ids_;
  std::unordered_map<std::string_view, const WordKind*> kind_;  // by word
};

}  // namespace rnn::core
