// Why: words and symbols as tokens, by the rules of word_rules.h.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/tokenizer_kinds.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {
namespace {

class WordTokenizer final : public Tokenizer {
 public:
  explicit WordTokenizer(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}
  std::string_view kind() const override { return "word"; }
  int size() const override { return vocabulary_.size(); }
  int32_t unknown_id() const override { return 0; }
  int32_t newline_id() const override { return vocabulary_.newline_id(); }
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size() / 4);
    WordScanner scanner(text);
    for (std::string_view word; scanner.next(word);) ids.push_back(vocabulary_.find(word));
    return ids;
  }
  std::string piece(int32_t id) const override { return vocabulary_.pieces().at(static_cast<size_t>(id)); }
  std::vector<std::string> unknown_pieces(std::string_view text) const override {
    std::vector<std::string> unknown;
    WordScanner scanner(text);
    for (std::string_view word; scanner.next(word);) {
      if (vocabulary_.find(word) != 0 || word == kUnknownPiece) continue;
      std::string piece = repair_utf8(word);
      if (std::find(unknown.begin(), unknown.end(), piece) == unknown.end()) unknown.push_back(std::move(piece));
    }
    return unknown;
  }
  nlohmann::json to_json() const override { return {{"kind", "word"}, {"pieces", vocabulary_.pieces()}}; }
  void append(int32_t id, WordSpacing& spacing, std::string& out) const override {
    join_word(vocabulary_.pieces()[static_cast<size_t>(id)], spacing, out);
  }
  // White space at the end requires a finished word.
  std::string as_written(std::string_view text, WordSpacing spacing) const override {
    std::string out;
    WordScanner scanner(text);
    for (std::string_view word; scanner.next(word);) join_word(word, spacing, out);
    if (!out.empty() && out.back() != '\n' && text.back() == ' ') out += ' ';
    return out;
  }

 private:
  Vocabulary vocabulary_;
};

}  // namespace

std::unique_ptr<Tokenizer> build_words(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
  PieceCounts counts;
  for (const std::string_view text : documents) {
    WordScanner scanner(text);
    for (std::string_view word; scanner.next(word);) ++counts[word];
  }
  return std::make_unique<WordTokenizer>(Vocabulary(counts, options));
}
std::unique_ptr<Tokenizer> load_words(const nlohmann::json& content) {
  return std::make_unique<WordTokenizer>(Vocabulary(content));
}

}  // namespace rnn::core
