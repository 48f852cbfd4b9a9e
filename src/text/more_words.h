// Why: word vectors know words that no training text has; a tokenizer of words may know them, too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace rnn::core {

// The same tokenizer with these words as further pieces after its own, in their order; each is one of its pieces, not yet known, once
// (is_new_word). Only for kinds whose pieces are words of a list: is_word_kind(tokenizer.kind()).
std::unique_ptr<Tokenizer> with_more_words(const Tokenizer& tokenizer, const std::vector<std::string>& words);

// Whether it reads this text as a single piece that it does not know.
bool is_new_word(const Tokenizer& tokenizer, const std::string& word);

}  // namespace rnn::core
