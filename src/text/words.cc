// Why: words and symbols as tokens, by the rules of word_rules.h.
#include <nlohmann/json.hpp>

#include "text/listed_words.h"
#include "text/tokenizer_kinds.h"

namespace rnn::core {
namespace {

struct WordRules {
  static constexpr std::string_view kKind = "word";
  using Scanner = WordScanner;
  static void join(std::string_view token, WordSpacing& spacing, std::string& out) { join_word(token, spacing, out); }
};

}  // namespace

template <>
nlohmann::json ListedWords<WordRules>::to_json() const {
  return {{"kind", kind()}, {"pieces", vocabulary_.pieces()}};
}

std::unique_ptr<Tokenizer> build_words(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
  return ListedWords<WordRules>::learn(documents, options);
}
std::unique_ptr<Tokenizer> load_words(const nlohmann::json& content) {
  return std::make_unique<ListedWords<WordRules>>(Vocabulary(content));
}

}  // namespace rnn::core
