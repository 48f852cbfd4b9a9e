// Why: see ngram_rows.h.
#include "tasks/language_model/ngram_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "data/inputs/data_file.h"
#include "metrics/figures.h"
#include "text/arpa.h"

namespace rnn::core {

int ngram_order(std::string_view kind) { return kind == "char" || kind == "byte" ? 8 : 5; }

std::string ngram_name(int order) { return order == 3 ? "trigram" : fmt::format("Kneser-Ney {}-gram", order); }

TokenDocuments ngram_streams(const TokenDocuments& documents, const Tokenizer& tokenizer, bool sentences) {
  return sentences ? sentences_of(documents, tokenizer.newline_id()) : documents;
}

NgramModel count_ngrams(const TokenDocuments& streams, const Tokenizer& tokenizer, int order,
                        const std::vector<int>& prune) {
  return NgramModel({streams.begin(), streams.end()}, tokenizer.size(), order, {tokenizer.newline_id(), prune});
}

double ngram_loss(const AnyNgram& model, const TokenDocuments& streams, int32_t newline) {
  double nats = 0;
  int64_t tokens = 0;
  std::vector<int32_t> stream;
  const auto reach = static_cast<size_t>(model.order() - 1);
  for (const auto& read : streams) {
    stream.assign(1, newline);
    stream.insert(stream.end(), read.begin(), read.end());
    for (size_t i = 1; i < stream.size(); ++i) {
      if (tokens % 4096 == 0) end_if_interrupted();
      const size_t length = std::min(i, reach);
      nats -= model.log_prob(std::span<const int32_t>(stream).subspan(i - length, length), stream[i]);
      ++tokens;
    }
  }
  return tokens > 0 ? nats / static_cast<double>(tokens) : 0;
}

ArpaModel read_arpa(const std::string& path, const ArpaWords* words) {
  return ArpaModel(text_of_bytes(read_data_bytes(path), path), path, words);
}

std::vector<ResultRow> ngram_rows(const TokenDocuments& train, const TokenDocuments& text, const Tokenizer& tokenizer,
                                  bool sentences, const ByteRate& rate, std::string* note) {
  const TokenDocuments learned = ngram_streams(train, tokenizer, sentences),
                       read = ngram_streams(text, tokenizer, sentences);
  std::vector<ResultRow> rows;
  for (const int order : {3, ngram_order(tokenizer.kind())}) {
    if (order > 3 && count_of(learned) > kMaxNgramTokens) {
      *note = fmt::format("no {} row: the training text has more than {} million tokens", ngram_name(order),
                          kMaxNgramTokens / 1'000'000);
      break;
    }
    const double loss = ngram_loss(count_ngrams(learned, tokenizer, order), read, tokenizer.newline_id());
    rows.push_back(text_row(ngram_name(order), loss, rate));
  }
  return rows;
}

ResultRow zstd_row(std::string_view text) {
  return ResultRow("zstd -19").set(figure::kBitsPerByte, zstd_bits_per_byte(text));
}

}  // namespace rnn::core
