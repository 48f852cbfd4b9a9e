// Why: the required beginning of a text can be split into tokens in many ways; the model chooses one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

// Which tokens may be generated so that the text begins with given characters. Any tokens that agree with them are allowed:
// single characters, one long token, or one that extends beyond the end ("sleep" may become "sleeping"). One space may
// precede them unless they begin with white space; a tokenizer that sets spaces itself decides about spaces
// (Tokenizer::as_written).
class PrefixRule {
 public:
  // `before`: what was read and generated before the text begins. Its tokenizer must outlive the rule.
  PrefixRule(const Detokenizer& before, std::string_view prefix);
  const std::string& text() const { return prefix_; }

  // The number of tokens of `written` that make up the prefix; -1 while it is incomplete.
  int complete(std::span<const int32_t> written) const;
  // Sets allowed[id] for the tokens that may follow and returns true; false: the prefix is complete and any token may
  // follow.
  bool allow(std::span<const int32_t> written, std::vector<uint8_t>& allowed) const;

 private:
  // Whether `text` is a prefix of prefix_, or prefix_ a prefix of `text`.
  bool agrees(std::string_view text) const;
  std::string_view without_space(std::string_view text) const;

  Detokenizer before_;
  std::string prefix_;
};

}  // namespace rnn::core
