// Why: only the trainer and the tokenizer of a sub-word model see what is in its file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

// U+2581: what SentencePiece writes for a space.
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

// Settings inside the file that decide how its pieces become text.
struct SubwordSettings {
  std::string_view kind;         // "unigram", "bpe"; "" for others
  bool leading_space = true;     // every line is read as if it began with a space
  bool space_behind = false;     // a space belongs to the piece before it, not after it
  bool spaces_marked = true;     // a space is written as kSpaceMark
  bool sound_characters = true;  // its map of characters stays within its own memory (text/character_map.h)
};

// Throws std::exception when the bytes are not a SentencePiece model.
SubwordSettings subword_settings(std::string_view bytes);

// Learns a model; returns its bytes. `vocabulary` 0: as default_subwords() says. Throws as build_tokenizer() does, and Error{data, "tokenizer/text"} for a text without
// a character to learn from. One thread: the same text gives the same bytes.
std::string train_subwords(std::string_view kind, const std::vector<std::string_view>& documents, int vocabulary);

// Cuts text into runs that SentencePiece reads as they are, and single bytes that it would change: ends of line, NUL, the
// bytes of a space mark that occurs in the text itself, and what is not UTF-8. The text must outlive it.
class SubwordRuns {
 public:
  explicit SubwordRuns(std::string_view text) : text_(text) {}
  // False at the end. `single`: `run` is one byte on its own.
  bool next(std::string_view& run, bool& single);

 private:
  size_t single_bytes() const;  // at position_; 0: a character of a run begins there

  std::string_view text_;
  size_t position_ = 0, singles_ = 0;
};

}  // namespace rnn::core
