// Why: a network reads and writes numbers; a tokenizer defines which number stands for which piece of text.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/word_rules.h"

namespace rnn::core {

// What of a text the ids do not say: the pieces that became the unknown piece. A written <unk> is not among them.
struct UnknownText {
  int64_t pieces = 0, bytes = 0;
};

struct TokenizerOptions {
  int min_count = 1;  // pieces seen less often become the unknown piece; >= 1
  // Total number of ids, including the unknown piece and "\n"; 0: no limit (sub-words: default_subwords()).
  int max_vocabulary = 0;
};

// Text to ids in [0, size()) and back. Immutable after construction; every method may be called from any thread.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::string_view kind() const = 0;  // its name in tokenizer_kinds()
  virtual int size() const = 0;
  virtual int32_t unknown_id() const { return -1; }   // -1: nothing is unknown
  virtual int32_t newline_id() const = 0;             // "\n": every kind has it; ends a line and begins a sentence
  virtual bool space_leads() const { return false; }  // a space is the beginning of the piece after it (sub-words)
  virtual std::vector<int32_t> encode(std::string_view text) const = 0;
  // The text of one id, as a table shows it; may be a lone byte of a longer character. `id` in [0, size()).
  virtual std::string piece(int32_t id) const = 0;
  // The parts of `text` that become the unknown piece, in order of appearance, each once, well-formed UTF-8.
  virtual std::vector<std::string> unknown_pieces(std::string_view text) const = 0;
  // The same, counted: every occurrence.
  virtual UnknownText unknown_text(std::string_view) const { return {}; }
  // Everything tokenizer_from_json() needs.
  virtual nlohmann::json to_json() const = 0;
  // Appends the bytes of `id` as they follow the text described by `spacing`, and updates `spacing`. For Detokenizer.
  virtual void append(int32_t id, WordSpacing& spacing, std::string& out) const = 0;

  // How `text`, which may end within a piece, looks when tokens write it after the text described by `spacing`: unchanged,
  // except for kinds that set the white space themselves.
  virtual std::string as_written(std::string_view text, WordSpacing spacing) const;

  // The text of a whole sequence: what a Detokenizer gives.
  std::string decode(std::span<const int32_t> ids) const;
};

// Turns ids into text as they arrive. Its output is always well-formed UTF-8: bytes of a code point are held back until it
// is complete, and ill-formed ones become U+FFFD. A value: copy it to branch. The tokenizer must outlive it. One thread.
class Detokenizer {
 public:
  explicit Detokenizer(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  // Tells it the preceding text, without output. `space_written`: the prompt as shown already ends with white space.
  void seed(std::span<const int32_t> prompt, bool space_written = false);
  // Whether the last thing was a seed() with space_written.
  bool space_written() const { return spacing_.glued; }
  // The bytes that can be printed now; may be empty.
  std::string push(int32_t id);
  // The bytes that push(id) would add to the text, including those held back.
  std::string bytes_of(int32_t id) const;
  // Tokenizer::as_written after the text so far.
  std::string as_written(std::string_view text) const { return tokenizer_->as_written(text, spacing_); }
  // Flushes what is still held back (each byte of an incomplete code point becomes U+FFFD).
  std::string flush();

  // The state as a few bytes, to be stored with the network's; load() throws Error{model, "model/state"} on other content.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  const Tokenizer* tokenizer_;
  WordSpacing spacing_;
  std::string pending_;  // at most 3 bytes: the beginning of a code point
};

// One kind of tokenizer: how it is built from text and loaded from a model file.
struct TokenizerKind {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Tokenizer> (*build)(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
  std::unique_ptr<Tokenizer> (*load)(const nlohmann::json& content);
};

// A piece as a table shows it: a space of a sub-word as U+2581, a space as a character as U+2423, a byte of a longer
// character as <0xE2>, other ill-formed bytes as U+FFFD. Control characters stay, including "\n".
std::string marked_piece(const Tokenizer& tokenizer, int32_t id);

// All kinds. A new kind is one line in this list.
std::span<const TokenizerKind> tokenizer_kinds();

// Whether each piece of this kind of tokenizer is a whole word or symbol.
bool is_word_kind(std::string_view kind);

// Learns a vocabulary from training text (well-formed UTF-8). Ids: unknown piece, then by descending count, ties by bytes.
// Throws Error{usage, "usage/tokens"} for an unknown kind or impossible options.
std::unique_ptr<Tokenizer> build_tokenizer(std::string_view kind, const std::vector<std::string_view>& documents,
                                           const TokenizerOptions& options = {});

// The inverse of to_json(). Throws Error{model, "model/tokenizer"} when the content is not what to_json() writes.
std::unique_ptr<Tokenizer> tokenizer_from_json(const nlohmann::json& content);

}  // namespace rnn::core
