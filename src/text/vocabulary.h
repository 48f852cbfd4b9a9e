// Why: pieces of text with ids, shared by every kind that learns its pieces from counts.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

constexpr std::string_view kUnknownPiece = "<unk>";

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

using PieceCounts = std::unordered_map<std::string_view, int64_t>;

// Distinct pieces, numbered. Piece 0 is <unk>; "\n" is always among them. Immutable.
class Vocabulary {
 public:
  // From counts: <unk>, then by descending count, ties by bytes; rare and surplus pieces are dropped, except "\n".
  Vocabulary(const PieceCounts& counts, const TokenizerOptions& options);
  // From a model file: content["pieces"]. Throws Error{model, "model/tokenizer"}.
  explicit Vocabulary(const nlohmann::json& content);

  int size() const { return static_cast<int>(pieces_.size()); }
  const std::vector<std::string>& pieces() const { return pieces_; }
  // 0 when there is no such piece.
  int32_t find(std::string_view piece) const {
    const auto it = ids_.find(piece);
    return it == ids_.end() ? 0 : it->second;
  }
  int32_t newline_id() const { return newline_id_; }

 private:
  void index();

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, int32_t, StringHash, std::equal_to<>> ids_;
  int32_t newline_id_ = 0;
};

}  // namespace rnn::core
