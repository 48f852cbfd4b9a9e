// Why: the table of likeliest next words is shown by generate and by demo.
#pragma once

#include <string>

#include "tasks/language_model.h"

namespace rnn::core::app {

// The cat is ▏sleeping  41%  ████████
//            ▏hungry    17%  ███
std::string next_words_table(Writer& writer, const std::string& prompt, int count);

// One token as a table shows it: printable, a space and an end of line made visible.
std::string shown_piece(const Tokenizer& tokenizer, int32_t id);

struct WriteOptions {
  int64_t tokens = 60;
  SampleOptions sampling = {0.8, 0, 0.95, {}};
  std::string stop;
  std::string prefix;  // what is written begins with it
  int beam = 0;        // > 0: not drawn but searched, as `search` says; its tokens, stop and prefix are those above
  TextSearch search;
};

// The texts that a beam search finds, best first; nothing is read.
std::vector<FoundText> search(Writer& writer, const WriteOptions& options);

// Draws up to `tokens` tokens, never the unknown piece, and hands each piece of text to `show` as it comes; or searches them, and hands
// over the best text at once. Ends early behind `stop` (when not empty), which is the last thing shown. Returns the number of tokens.
int64_t write_on(Writer& writer, const WriteOptions& options, Random& random,
                 const std::function<void(std::string_view)>& show);

}  // namespace rnn::core::app
