// Why: composed letters and their case, the same for transcripts, texts and tagged words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// The code points of the text in form NFC; ill-formed bytes are U+FFFD.
std::vector<char32_t> composed_text(std::string_view text);
char32_t lower_letter(char32_t c);
// Composed, without white space at the ends, and in lower case unless `keep_case`.
std::string plain_text(std::string_view text, bool keep_case);

// What a word looks like: X a capital, x a small letter, d a digit, other characters as they are; more than two of a kind are two:
// "McDonald's" is XxXxx'x, "2017" dd.
std::string word_shape(std::string_view word);

}  // namespace rnn::core
