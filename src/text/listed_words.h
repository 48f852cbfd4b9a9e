// Why: kinds of tokens whose pieces are words of a list differ in two rules only: where a text is split, and what goes between words.
#pragma once

#include <algorithm>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/tokenizer.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {

// Rules: kKind, the name; Scanner(text).next(token) as WordScanner; join(token, spacing, out) as join_word().
template <class Rules>
class ListedWords final : public Tokenizer {
 public:
  explicit ListedWords(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}

  static std::unique_ptr<Tokenizer> learn(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
    PieceCounts counts;
    for (const std::string_view text : documents) each_word(text, [&](std::string_view word) { ++counts[word]; });
    return std::make_unique<ListedWords>(Vocabulary(counts, options));
  }

  std::string_view kind() const override { return Rules::kKind; }
  int size() const override { return vocabulary_.size(); }
  int32_t unknown_id() const override { return 0; }
  int32_t newline_id() const override { return vocabulary_.newline_id(); }
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size() / 4);
    each_word(text, [&](std::string_view word) { ids.push_back(vocabulary_.find(word)); });
    return ids;
  }
  std::string piece(int32_t id) const override { return vocabulary_.pieces().at(static_cast<size_t>(id)); }
  std::vector<std::string> unknown_pieces(std::string_view text) const override {
    std::vector<std::string> unknown;
    each_word(text, [&](std::string_view word) {
      if (vocabulary_.find(word) != 0 || word == kUnknownPiece) return;
      std::string piece = repair_utf8(word);
      if (std::find(unknown.begin(), unknown.end(), piece) == unknown.end()) unknown.push_back(std::move(piece));
    });
    return unknown;
  }
  UnknownText unknown_text(std::string_view text) const override {
    UnknownText unknown;
    each_word(text, [&](std::string_view word) {
      if (vocabulary_.find(word) != 0 || word == kUnknownPiece) return;
      ++unknown.pieces, unknown.bytes += static_cast<int64_t>(word.size());
    });
    return unknown;
  }
  nlohmann::json to_json() const override;  // each kind defines it, where JSON is a complete type
  void append(int32_t id, WordSpacing& spacing, std::string& out) const override {
    Rules::join(vocabulary_.pieces()[static_cast<size_t>(id)], spacing, out);
  }
  // White space at the end requires a finished word.
  std::string as_written(std::string_view text, WordSpacing spacing) const override {
    std::string out;
    each_word(text, [&](std::string_view word) { Rules::join(word, spacing, out); });
    if (!out.empty() && out.back() != '\n' && text.back() == ' ') out += ' ';
    return out;
  }

 private:
  template <class Visit>
  static void each_word(std::string_view text, const Visit& visit) {
    typename Rules::Scanner scanner(text);
    for (std::string_view word; scanner.next(word);) visit(word);
  }

  Vocabulary vocabulary_;
};

}  // namespace rnn::core
