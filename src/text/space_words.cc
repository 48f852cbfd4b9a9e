// Why: see space_words.h. Words are joined by single spaces, so a text comes back up to its white space.
#include "text/space_words.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/listed_words.h"
#include "text/tokenizer_kinds.h"

namespace rnn::core {
namespace {

struct SpaceRules {
  static constexpr std::string_view kKind = "space";
  using Scanner = SpaceScanner;
  static void join(std::string_view token, WordSpacing& spacing, std::string& out) {
    const bool line_end = token == "\n";
    if (!line_end && !spacing.line_start && !spacing.glued) out += ' ';
    out += token;
    spacing = {.line_start = line_end};
  }
};

}  // namespace

template <>
nlohmann::json ListedWords<SpaceRules>::to_json() const {
  return {{"kind", kind()}, {"pieces", vocabulary_.pieces()}};
}

bool SpaceScanner::next(std::string_view& token) {
  position_ = std::min(text_.find_first_not_of(" \t\r\v\f", position_), text_.size());
  if (position_ == text_.size()) return false;
  const size_t end = std::min(text_.find_first_of(" \t\n\r\v\f", position_), text_.size());
  const size_t length = text_[position_] == '\n' ? 1 : end - position_;
  token = text_.substr(position_, length);
  position_ += length;
  return true;
}

std::unique_ptr<Tokenizer> build_space_words(const std::vector<std::string_view>& documents,
                                             const TokenizerOptions& options) {
  return ListedWords<SpaceRules>::learn(documents, options);
}
std::unique_ptr<Tokenizer> load_space_words(const nlohmann::json& content) {
  return std::make_unique<ListedWords<SpaceRules>>(Vocabulary(content));
}

}  // namespace rnn::core
