// Why: published figures of word models are for corpora whose words already stand apart: a word is what stands between white space.
#pragma once

#include <cstddef>
#include <string_view>

namespace rnn::core {

// Cuts text at ASCII white space, each word a slice of the text; "\n" is a token. The text must outlive the scanner.
class SpaceScanner {
 public:
  explicit SpaceScanner(std::string_view text) : text_(text) {}
  // False at the end of the text.
  bool next(std::string_view& token);

 private:
  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace rnn::core
