// Why: generate and demo both show the table of likeliest next words.
#pragma once

#include <string>

#include "tasks/language_model/evaluate_text.h"

namespace rnn::core::app {

// The cat is ▏sleeping  41%  ████████
//            ▏hungry    17%  ███
std::string next_words_table(Writer& writer, const std::string& prompt, int count);

// One token as shown in tables: printable, with spaces and ends of line made visible.
std::string shown_piece(const Tokenizer& tokenizer, int32_t id);

struct ContinueOptions : WriteOptions {
  int beam = 0;  // > 0: beam search with the options in `search`, but tokens, stop and prefix as above
  TextSearch search;
};

// The texts found by beam search, best first; the state does not change.
std::vector<FoundText> search(Writer& writer, const ContinueOptions& options);

// Samples up to `tokens` tokens, never the unknown piece, and passes each piece of text to `show` as it is generated; or
// searches for them and passes the best text at once. Stops early after `stop` (if not empty), which is shown last. Returns
// the number of tokens.
int64_t write_on(Writer& writer, const ContinueOptions& options, const Random& random,
                 const std::function<void(std::string_view)>& show);

}  // namespace rnn::core::app
