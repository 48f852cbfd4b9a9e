// Why: choosing the pieces of a vocabulary and refusing a corrupt one.
#include "text/vocabulary.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

[[noreturn]] void bad_content(const std::string& what) {
  throw Error(Exit::model, "model/tokenizer", "the tokenizer of the model is damaged: " + what,
              "get the model file from its source again");
}

}  // namespace

Vocabulary::Vocabulary(const PieceCounts& counts, const TokenizerOptions& options) {
  std::vector<std::pair<std::string_view, int64_t>> kept;
  for (const auto& entry : counts) {
    const bool special = entry.first == kUnknownPiece || entry.first == "\n";
    if (!special && entry.second >= options.min_count && utf8_error(entry.first) == std::string_view::npos)
      kept.push_back(entry);
  }
  const auto before = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  std::sort(kept.begin(), kept.end(), before);
  if (options.max_vocabulary > 0) kept.resize(std::min(kept.size(), static_cast<size_t>(options.max_vocabulary - 2)));
  const auto newline = counts.find("\n");
  const std::pair<std::string_view, int64_t> line_end = {"\n", newline == counts.end() ? 0 : newline->second};
  kept.insert(std::lower_bound(kept.begin(), kept.end(), line_end, before), line_end);
  pieces_.reserve(kept.size() + 1);
  pieces_.emplace_back(kUnknownPiece);
  for (const auto& entry : kept) pieces_.emplace_back(entry.first);
  index();
}

Vocabulary::Vocabulary(const nlohmann::json& content) {
  const auto list = content.find("pieces");
  if (list == content.end() || !list->is_array()) bad_content("it has no list 'pieces'");
  for (const auto& item : *list) {
    if (!item.is_string()) bad_content(fmt::format("piece {} is not text", pieces_.size()));
    pieces_.push_back(item.get<std::string>());
    const std::string& piece = pieces_.back();
    if (piece.empty()) bad_content(fmt::format("piece {} is empty", pieces_.size() - 1));
    if (utf8_error(piece) != std::string_view::npos) bad_content(fmt::format("piece {} is not UTF-8", pieces_.size() - 1));
  }
  if (pieces_.empty() || pieces_[0] != kUnknownPiece) bad_content("piece 0 is not <unk>");
  index();
  if (static_cast<int>(ids_.size()) != size()) bad_content("a piece appears twice");
  if (newline_id_ == 0) bad_content("it has no end of line");
}

void Vocabulary::index() {
  ids_.reserve(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) ids_.emplace(pieces_[i], static_cast<int32_t>(i));
  newline_id_ = find("\n");
}

}  // namespace rnn::core
