// Why: text files become tokens and batches in one way, for a new run, a resumed one and an evaluation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/batcher.h"
#include "data/inputs/text_files.h"
#include "io/model_file.h"
#include "options/options.h"
#include "text/tokenizer.h"

namespace rnn::core {

using TokenDocuments = std::vector<std::vector<int32_t>>;

struct RunText {
  std::vector<Document> train, valid;
  TextReport report;  // of the training files before the split
  std::vector<std::string> paths;
  std::string valid_path;  // empty: the last part of the training text
  std::string hash;        // of the training and validation text
};

// Reads and splits. Throws Error{data} with file:line.
RunText read_run_text(const std::vector<std::string>& paths, const std::string& valid, double valid_share);

// What the run that made a model checked it on: the documents of its validation text. Empty: gone or changed since, or the model
// is not of such a run.
std::vector<Document> validation_text(const ModelFile& file);

// What the run decides where an option says auto, and why.
struct Decision {
  std::string value, reason;
};
Decision choose_tokens(const std::string& wanted, const TextReport& report);
// The tokenizer of a new run: learnt from the training text, or read from options.tokenizer. The reason says to what size sub-words
// came. Throws as build_tokenizer() and read_subwords(), and Error{usage, "usage/tokens"} when the file is of another kind than asked.
Decision choose_tokenizer(const ModelOptions& options, const RunText& text, std::unique_ptr<Tokenizer>& tokenizer);
Decision choose_mode(const std::string& wanted, const std::vector<Document>& documents);

TokenDocuments encode_documents(const Tokenizer& tokenizer, const std::vector<Document>& documents);
std::vector<std::vector<int32_t>> sentences_of(const TokenDocuments& documents, int32_t newline);

// Throws Error{usage, "usage/bptt_random"} for --bptt-random where sentences are read.
std::unique_ptr<Batcher> training_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer,
                                          const TrainOptions& options, bool sentences);
// Every token counted once. streams > 1: faster, each part of the text starts from the zero state.
std::unique_ptr<Batcher> evaluation_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer, int streams,
                                            int window, bool sentences);

int64_t bytes_of(const std::vector<Document>& documents);
int64_t count_of(const TokenDocuments& documents);
// bits per byte = factor * (nats per token).
double bits_per_byte_factor(int64_t tokens, int64_t bytes);

}  // namespace rnn::core
