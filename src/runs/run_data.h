// Why: text files become tokens and batches in the same way for new runs, resumed runs and evaluations.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batcher.h"
#include "data/inputs/text_files.h"
#include "io/model_file.h"
#include "metrics/figures.h"
#include "options/options.h"
#include "text/tokenizer.h"

namespace rnn::core {

using TokenDocuments = std::vector<std::vector<int32_t>>;

struct RunText {
  std::vector<Document> train, valid;
  TextReport report;  // on the training files before the split
  std::vector<std::string> paths;
  std::string valid_path;  // empty: the last part of the training text
  std::string hash;        // of the training and validation text
};

// Reads and splits. Throws Error{data} with file:line.
RunText read_run_text(const std::vector<std::string>& paths, const std::string& valid, double valid_share);

// The training and validation text of the run that made a model. Empty: it is gone or has changed, or the model is not from
// such a run.
std::optional<RunText> text_of_run(const ModelFile& file);
// The validation text of the run that made a model, as documents. Empty: it is gone or has changed, or the model is not from
// such a run.
std::vector<Document> validation_text(const ModelFile& file);

// What the run decides for an option that is auto, and why.
struct Decision {
  std::string value, reason;
};
Decision choose_tokens(const std::string& wanted, const TextReport& report);
// The tokenizer of a new run: learnt from the training text, or read from options.tokenizer. For sub-words the reason gives
// the size that was reached. Throws as build_tokenizer() and read_subwords(), and Error{usage, "usage/tokens"} if the file
// is of another kind than requested.
Decision choose_tokenizer(const ModelOptions& options, const RunText& text, std::unique_ptr<Tokenizer>& tokenizer);
Decision choose_mode(const std::string& wanted, const std::vector<Document>& documents);

TokenDocuments encode_documents(const Tokenizer& tokenizer, const std::vector<Document>& documents);
std::vector<std::vector<int32_t>> sentences_of(const TokenDocuments& documents, int32_t newline);

// Throws Error{usage, "usage/bptt_random"} for --bptt-random with sentences.
std::unique_ptr<Batcher> training_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer,
                                          const TrainOptions& options, bool sentences);
// Every token is counted once. streams > 1: faster, but each part of the text starts from a zero state.
std::unique_ptr<Batcher> evaluation_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer, int streams,
                                            int window, bool sentences);

int64_t bytes_of(const std::vector<Document>& documents);
int64_t count_of(const TokenDocuments& documents);
UnknownText unknown_text(const Tokenizer& tokenizer, const std::vector<Document>& documents);
// Of the documents, of which a model predicts `tokens` tokens.
ByteRate byte_rate_of(const Tokenizer& tokenizer, const std::vector<Document>& documents, int64_t tokens);

}  // namespace rnn::core
