// Why: Unicode code points as tokens: the alphabet is that of the training text.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/tokenizer_kinds.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {
namespace {

class CharTokenizer final : public Tokenizer {
 public:
  explicit CharTokenizer(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {
    for (int32_t id = 1; id < size(); ++id) {
      size_t end = 0;
      const std::string& piece = vocabulary_.pieces()[static_cast<size_t>(id)];
      const char32_t c = next_code_point(piece, end);
      if (end != piece.size())
        throw Error(Exit::model, "model/tokenizer", "character '" + piece + "' of the model is more than one character");
      if (c >= ids_.size()) ids_.resize(c + 1, 0);
      ids_[c] = id;
    }
  }
  std::string_view kind() const override { return "char"; }
  int size() const override { return vocabulary_.size(); }
  int32_t unknown_id() const override { return 0; }
  int32_t newline_id() const override { return vocabulary_.newline_id(); }
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size());
    for (size_t i = 0; i < text.size();) ids.push_back(find(next_code_point(text, i)));
    return ids;
  }
  std::string piece(int32_t id) const override { return vocabulary_.pieces().at(static_cast<size_t>(id)); }
  std::vector<std::string> unknown_pieces(std::string_view text) const override {
    std::vector<std::string> unknown;
    for (size_t i = 0; i < text.size();) {
      const char32_t c = next_code_point(text, i);
      if (find(c) != 0) continue;
      std::string piece = encode_utf8(c);
      if (std::find(unknown.begin(), unknown.end(), piece) == unknown.end()) unknown.push_back(std::move(piece));
    }
    return unknown;
  }
  UnknownText unknown_text(std::string_view text) const override {
    UnknownText unknown;
    for (size_t i = 0; i < text.size();) {
      const size_t begin = i;
      if (find(next_code_point(text, i)) == 0) ++unknown.pieces, unknown.bytes += static_cast<int64_t>(i - begin);
    }
    return unknown;
  }
  nlohmann::json to_json() const override { return {{"kind", "char"}, {"pieces", vocabulary_.pieces()}}; }
  void append(int32_t id, WordSpacing&, std::string& out) const override {
    if (id == 0) {
      append_utf8(out, kReplacementCharacter);
    } else {
      out += vocabulary_.pieces()[static_cast<size_t>(id)];
    }
  }

 private:
  int32_t find(char32_t c) const { return c < ids_.size() ? ids_[c] : 0; }

  Vocabulary vocabulary_;
  std::vector<int32_t> ids_;  // [largest code point + 1], 0: not in the alphabet
};

}  // namespace

std::unique_ptr<Tokenizer> build_chars(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
  PieceCounts counts;
  for (const std::string_view text : documents) {
    for (size_t i = 0; i < text.size();) {
      const size_t begin = i;
      next_code_point(text, i);
      ++counts[text.substr(begin, i - begin)];
    }
  }
  return std::make_unique<CharTokenizer>(Vocabulary(counts, options));
}
std::unique_ptr<Tokenizer> load_chars(const nlohmann::json& content) {
  return std::make_unique<CharTokenizer>(Vocabulary(content));
}

}  // namespace rnn::core
