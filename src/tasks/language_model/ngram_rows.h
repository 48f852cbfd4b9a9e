// Why: honest baselines: how good n-gram models over the network's own tokens are on the same text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runs/run_data.h"
#include "tasks/language_model/evaluate_text.h"
#include "text/ngram.h"

namespace rnn::core {

// Above this number the longer row is omitted: counting takes about 100 bytes and a few microseconds per token.
constexpr int64_t kMaxNgramTokens = 20'000'000;

// Order of the baseline: 5, or 8 for characters and bytes, since a word takes several of them.
int ngram_order(std::string_view kind);
// "Kneser-Ney 5-gram"; "trigram" for 3.
std::string ngram_name(int order);

// The parts of the text that the network reads from a zero state: sentences or documents, each after an end of line that is
// not counted.
TokenDocuments ngram_streams(const TokenDocuments& documents, const Tokenizer& tokenizer, bool sentences);
NgramModel count_ngrams(const TokenDocuments& streams, const Tokenizer& tokenizer, int order,
                        const std::vector<int>& prune = {});
// Nats per token; the context of each stream begins with an end of line. 0 for no tokens.
double ngram_loss(const AnyNgram& model, const TokenDocuments& streams, int32_t newline);

// An n-gram model in ARPA form, plain or packed. Throws Error{data} as read_data_bytes and ArpaModel do.
class ArpaModel read_arpa(const std::string& path, const struct ArpaWords* words = nullptr);

// The trigram and the row of ngram_order(), trained on one text and measured on another. `note` says why a row is missing.
std::vector<ResultRow> ngram_rows(const TokenDocuments& train, const TokenDocuments& text, const Tokenizer& tokenizer,
                                  bool sentences, const ByteRate& rate, std::string* note);
// "zstd -19": bits per byte of the text, packed.
ResultRow zstd_row(std::string_view text);

}  // namespace rnn::core
