// Why: the list of tokenizers, the choice by name, and streaming text that never cuts a character.
#include "text/tokenizer.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/subword_model.h"
#include "text/subwords.h"
#include "text/tokenizer_kinds.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr std::array<TokenizerKind, 6> kKinds = {{
    {"byte", "256 bytes; nothing is unknown", build_bytes, load_bytes},
    {"char", "Unicode characters of the training text", build_chars, load_chars},
    {"word", "words and punctuation; rare words become <unk>", build_words, load_words},
    {"space", "what stands between white space, as in tokenised corpora; rare words become <unk>", build_space_words,
     load_space_words},
    {"unigram", "sub-words of a unigram model; anything else is spelt in bytes", build_unigram, load_subwords},
    {"bpe", "sub-words of byte pair encoding; anything else is spelt in bytes", build_bpe, load_subwords},
}};

const TokenizerKind* find_kind(std::string_view name) {
  for (const TokenizerKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::string names_of_kinds() {
  std::string names;
  for (const TokenizerKind& kind : kKinds) names += (names.empty() ? "" : ", ") + std::string(kind.name);
  return names;
}

}  // namespace

std::span<const TokenizerKind> tokenizer_kinds() { return kKinds; }

bool is_word_kind(std::string_view kind) { return kind == "word" || kind == "space"; }

std::unique_ptr<Tokenizer> build_tokenizer(std::string_view kind, const std::vector<std::string_view>& documents,
                                           const TokenizerOptions& options) {
  const TokenizerKind* found = find_kind(kind);
  if (!found) {
    throw Error(Exit::usage, "usage/tokens", fmt::format("there is no tokenizer '{}'", kind),
                "choose one of: " + names_of_kinds());
  }
  if (options.min_count < 1) {
    throw Error(Exit::usage, "usage/tokens", fmt::format("a minimum count of {} is impossible", options.min_count),
                "give 1 or more");
  }
  if (options.max_vocabulary < 0 || (options.max_vocabulary > 0 && options.max_vocabulary < 3)) {
    throw Error(Exit::usage, "usage/tokens", fmt::format("a vocabulary of {} is impossible", options.max_vocabulary),
                "give 3 or more (the unknown piece, the end of line and one other), or 0 for no limit");
  }
  return found->build(documents, options);
}

std::unique_ptr<Tokenizer> tokenizer_from_json(const nlohmann::json& content) {
  const auto fail = [](const std::string& what, const char* help) {
    throw Error(Exit::model, "model/tokenizer", "the tokenizer of the model is damaged: " + what, help);
  };
  const char* again = "get the model file from its source again";
  if (!content.is_object()) fail("it is not an object", again);
  const auto kind = content.find("kind");
  if (kind == content.end() || !kind->is_string()) fail("it has no 'kind'", again);
  const TokenizerKind* found = find_kind(kind->get<std::string>());
  if (!found) {
    fail(fmt::format("its kind '{}' is none of: {}", kind->get<std::string>(), names_of_kinds()),
         "a newer version of the program may read it");
  }
  return found->load(content);
}

std::string marked_piece(const Tokenizer& tokenizer, int32_t id) {
  const std::string piece = tokenizer.piece(id);
  const bool subword = is_subword_kind(tokenizer.kind());
  if (piece.size() == 1 && static_cast<uint8_t>(piece[0]) >= 0x80)
    return fmt::format("<0x{:02X}>", static_cast<unsigned>(static_cast<uint8_t>(piece[0])));
  if (!subword) return piece == " " ? "\xE2\x90\xA3" : repair_utf8(piece);
  std::string marked;
  for (const char c : piece) marked += c == ' ' ? std::string(kSpaceMark) : std::string(1, c);
  return repair_utf8(marked);
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  Detokenizer detokenizer(*this);
  std::string text;
  for (const int32_t id : ids) text += detokenizer.push(id);
  return text + detokenizer.flush();
}

std::string Tokenizer::as_written(std::string_view text, WordSpacing) const { return std::string(text); }

void Detokenizer::seed(std::span<const int32_t> prompt, bool space_written) {
  std::string shown;
  for (const int32_t id : prompt) tokenizer_->append(id, spacing_, shown);
  pending_.clear();
  if (space_written) spacing_.glued = true;
}

std::string Detokenizer::push(int32_t id) {
  tokenizer_->append(id, spacing_, pending_);
  const size_t whole = complete_utf8(pending_);
  std::string text = repair_utf8(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
  return text;
}

std::string Detokenizer::bytes_of(int32_t id) const {
  WordSpacing spacing = spacing_;
  std::string bytes;
  tokenizer_->append(id, spacing, bytes);
  return bytes;
}

std::string Detokenizer::flush() {
  std::string text = repair_utf8(pending_);
  pending_.clear();
  return text;
}

// Layout: one byte of flags, one of open quotes, then the pending bytes.
std::string Detokenizer::save() const {
  const bool flags[] = {spacing_.line_start, spacing_.glued, spacing_.wide};
  unsigned bits = 0;
  for (unsigned i = 0; i < 3; ++i) bits |= unsigned{flags[i]} << i;
  return std::string{static_cast<char>(bits), static_cast<char>(spacing_.open_quotes)} + pending_;
}

void Detokenizer::load(std::string_view bytes) {
  if (bytes.size() < 2 || bytes.size() > 5 || static_cast<uint8_t>(bytes[0]) > 7 || static_cast<uint8_t>(bytes[1]) > 3 ||
      complete_utf8(bytes.substr(2)) != 0) {
    throw Error(Exit::model, "model/state", "the saved state of the text output is damaged", "save the state again");
  }
  const auto bit = [&](int i) { return (static_cast<uint8_t>(bytes[0]) >> i & 1) != 0; };
  spacing_ = {bit(0), bit(1), bit(2), static_cast<uint8_t>(bytes[1])};
  pending_ = bytes.substr(2);
}

}  // namespace rnn::core
