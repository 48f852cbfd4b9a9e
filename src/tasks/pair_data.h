// Why: sentence pairs become tokens and batches in one way for new runs, resumed ones and evaluations; and what costs nothing is measured.
#pragma once

#include <string>
#include <vector>

#include "data/pair_batcher.h"
#include "data/pairs.h"
#include "runs/run_data.h"

namespace rnn::core {

struct PairData {
  PairSet train, valid;
  std::string hash;  // of the files read
};

// Reads and splits: without `valid` the last part of the pairs is kept, at least one. Throws as read_pairs(), and
// Error{data, "data/too_short"}.
PairData read_pair_data(const std::vector<std::string>& paths, const std::vector<std::string>& valid, double valid_share);

// What tokens suit these pairs where --tokens says auto: words where there are few different ones, sub-words of sentences, else
// characters.
Decision choose_pair_tokens(const std::string& wanted, const std::vector<Pair>& pairs);
// One tokenizer for both sides. As choose_tokenizer().
Decision choose_pair_tokenizer(const ModelOptions& options, const std::vector<Pair>& pairs,
                               std::unique_ptr<Tokenizer>& tokenizer);

// The ids of a line and the end of a line.
std::vector<int32_t> encode_line(const Tokenizer& tokenizer, std::string_view line);
std::vector<TokenPair> encode_pairs(const Tokenizer& tokenizer, const std::vector<Pair>& pairs);

// For each line the target of the training pair whose source is nearest: the largest cosine of word counts, weighted by how rare
// a word is (Sparck Jones 1972); of equals the first pair. An empty line, and one without a known word, gets the first target.
std::vector<std::string> nearest_targets(const std::vector<Pair>& train, const std::vector<std::string>& lines);

}  // namespace rnn::core
