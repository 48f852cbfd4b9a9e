// Why: a text that must begin in a given way may be cut into tokens in many ways; which one is the model's business.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

// What may be written so that the text begins with given characters. Any tokens that agree with them are allowed: single characters, one
// long token, or one that reaches beyond the end ("sleep" may become "sleeping"). One space may stand before them unless they begin
// with white space; a tokenizer that sets spaces itself has its way (Tokenizer::as_written).
class PrefixRule {
 public:
  // `before`: what was read and written before the text begins. Its tokenizer outlives the rule.
  PrefixRule(const Detokenizer& before, std::string_view prefix);
  const std::string& text() const { return prefix_; }

  // The number of tokens of `written` that make up the beginning; -1 while it is not complete.
  int complete(std::span<const int32_t> written) const;
  // Sets allowed[id] for what may follow and returns true; false: the beginning is complete, everything may follow.
  bool allow(std::span<const int32_t> written, std::vector<uint8_t>& allowed) const;

 private:
  // Whether `text` is the beginning of the prefix, or the prefix that of `text`.
  bool agrees(std::string_view text) const;
  std::string_view without_space(std::string_view text) const;

  Detokenizer before_;
  std::string prefix_;
};

}  // namespace rnn::core
