// Why: honest rows: what n-gram models of the network's own tokens reach on the same text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runs/run_data.h"
#include "tasks/language_model.h"
#include "text/ngram.h"

namespace rnn::core {

// Above it the longer row is left out: counting takes about 100 bytes and some microseconds per token.
constexpr int64_t kMaxNgramTokens = 20'000'000;

// How long the n-grams of an honest row are: 5, and 8 of characters or bytes, of which a word takes several.
int ngram_order(std::string_view kind);
// "Kneser-Ney 5-gram"; "trigram" of 3.
std::string ngram_name(int order);

// What the network reads from a fresh start: sentences or documents, each behind an end of line that is not counted.
TokenDocuments ngram_streams(const TokenDocuments& documents, const Tokenizer& tokenizer, bool sentences);
NgramModel count_ngrams(const TokenDocuments& streams, const Tokenizer& tokenizer, int order,
                        const std::vector<int>& prune = {});
// Nats per token; the context of each stream begins with an end of line. 0 for no tokens.
double ngram_loss(const AnyNgram& model, const TokenDocuments& streams, int32_t newline);

// An n-gram model in ARPA form, plain or packed. Throws Error{data} as read_data_bytes and ArpaModel do.
class ArpaModel read_arpa(const std::string& path, const struct ArpaWords* words = nullptr);

// The trigram and the row of ngram_order(), trained on one text and measured on another. `note` says why a row is missing.
std::vector<ResultRow> ngram_rows(const TokenDocuments& train, const TokenDocuments& text, const Tokenizer& tokenizer,
                                  bool sentences, double bits_factor, std::string* note);

}  // namespace rnn::core
