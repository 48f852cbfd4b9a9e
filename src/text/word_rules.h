// Why: what a word is, and how words are joined into prose again, in one place: the splitter and the joiner must agree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rnn::core {

// Cuts text into words, symbols and line ends, each a slice of the text; other white space only separates.
//  - A word is a maximal run of letters, digits and marks (Unicode general categories L, N, M). Between two of
//    them it may contain one apostrophe, hyphen or joiner (don't, well-known), and . , : between two digits (3.14, 10:30).
//    After a final s it keeps the apostrophe of a plural (the dogs' bones), unless a ' quote is open on the line.
//  - Chinese and Japanese write no spaces: each ideograph and kana is a word.
//  - <...> without spaces inside, 64 bytes at most, not attached to a word, is one token (<unk>).
//  - A detached 's 're 've 'll 'd 'm (as in tokenised corpora) is one token.
//  - A run of two or more hyphens is one token, a dash.
//  - "\n" is a token; every other visible character (grapheme cluster: an emoji with its modifiers is one) is its own token.
// Ill-formed bytes are tokens of one byte. The text must outlive the scanner.
class WordScanner {
 public:
  explicit WordScanner(std::string_view text) : text_(text) {}
  // False at the end of the text.
  bool next(std::string_view& token);

 private:
  size_t word_end(size_t begin) const;
  size_t bracket_end(size_t begin) const;
  size_t clitic_end(size_t begin) const;
  size_t cluster_end(size_t begin) const;

  std::string_view text_;
  size_t position_ = 0;
  bool after_word_ = false;  // the character before position_ belongs to a word
  bool quote_open_ = false;  // an odd number of ' tokens on this line
};

// What precedes in a line of joined words: decides if a space goes before the next one. A value.
struct WordSpacing {
  bool line_start = true;
  bool glued = false;       // no space goes after the previous token
  bool wide = false;        // the previous token is Chinese or Japanese
  uint8_t open_quotes = 0;  // bit 0: " is open, bit 1: ' is open; a new line closes both
};

// Appends a space where English prose has one, then the token, and updates `spacing`.
void join_word(std::string_view token, WordSpacing& spacing, std::string& out);

}  // namespace rnn::core
