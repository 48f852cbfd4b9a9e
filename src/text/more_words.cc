// Why: see more_words.h. A vocabulary is a list of pieces, in memory as in a model file.
#include "text/more_words.h"

#include <cassert>
#include <nlohmann/json.hpp>

namespace rnn::core {

std::unique_ptr<Tokenizer> with_more_words(const Tokenizer& tokenizer, const std::vector<std::string>& words) {
  assert(is_word_kind(tokenizer.kind()));
  nlohmann::json content = tokenizer.to_json();
  for (const std::string& word : words) content.at("pieces").push_back(word);
  return tokenizer_from_json(content);
}

bool is_new_word(const Tokenizer& tokenizer, const std::string& word) {
  const std::vector<std::string> unknown = tokenizer.unknown_pieces(word);
  return unknown.size() == 1 && unknown[0] == word && tokenizer.encode(word).size() == 1;
}

}  // namespace rnn::core
