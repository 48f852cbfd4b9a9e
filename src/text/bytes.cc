// Why: bytes as tokens: 256 ids, nothing is unknown, any file works.
#include <nlohmann/json.hpp>

#include "text/tokenizer_kinds.h"

namespace rnn::core {
namespace {

class ByteTokenizer final : public Tokenizer {
 public:
  std::string_view kind() const override { return "byte"; }
  int size() const override { return 256; }
  int32_t newline_id() const override { return '\n'; }
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids(text.size());
    for (size_t i = 0; i < text.size(); ++i) ids[i] = static_cast<uint8_t>(text[i]);
    return ids;
  }
  std::string piece(int32_t id) const override { return std::string(1, static_cast<char>(id)); }
  std::vector<std::string> unknown_pieces(std::string_view) const override { return {}; }
  nlohmann::json to_json() const override { return {{"kind", "byte"}}; }
  void append(int32_t id, WordSpacing&, std::string& out) const override { out += static_cast<char>(id); }
};

}  // namespace

std::unique_ptr<Tokenizer> build_bytes(const std::vector<std::string_view>&, const TokenizerOptions&) {
  return std::make_unique<ByteTokenizer>();
}
std::unique_ptr<Tokenizer> load_bytes(const nlohmann::json&) { return std::make_unique<ByteTokenizer>(); }

}  // namespace rnn::core
