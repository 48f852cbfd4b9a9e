// Why: sentence pairs become tokens and batches in the same way for new runs, resumed runs and evaluations; and the baseline
// of the nearest sentence.
#pragma once

#include <string>
#include <vector>

#include "data/pair_batcher.h"
#include "data/pairs.h"
#include "data/split.h"
#include "runs/run_data.h"

namespace rnn::core {

struct PairData {
  PairSet train, valid;
  std::string hash;   // of the files
  std::string split;  // how a part was held out, for people; "": it was not
};

// Without `valid` a part of the pairs, at least one, is held out by the rule.
struct PairSplit {
  std::vector<std::string> valid;
  double share = 0.05;
  SplitRule rule = SplitRule::shuffled;
};
// Of the run that made a model, from what its file says about the data. Throws nlohmann::json::exception, Error{usage}.
PairSplit recorded_split(const ModelFile& file);

// Reads and splits. Throws as read_pairs(), and Error{data, "data/too_short"}.
PairData read_pair_data(const std::vector<std::string>& paths, const PairSplit& how);
std::vector<SplitItem> split_items(const std::vector<Pair>& pairs);

// The tokens for these pairs if --tokens is auto: words if there are few different ones, sub-words for sentences, else
// characters.
Decision choose_pair_tokens(const std::string& wanted, const std::vector<Pair>& pairs);
// One tokenizer for both sides. As choose_tokenizer().
Decision choose_pair_tokenizer(const ModelOptions& options, const std::vector<Pair>& pairs,
                               std::unique_ptr<Tokenizer>& tokenizer);

std::vector<TokenPair> encode_pairs(const Tokenizer& tokenizer, const std::vector<Pair>& pairs);

// For each line the target of the training pair whose source is nearest: the largest cosine of word counts, weighted by
// inverse document frequency (Sparck Jones 1972); the first of equal pairs. An empty line, or one without a known word, gets
// the first target.
std::vector<std::string> nearest_targets(const std::vector<Pair>& train, const std::vector<std::string>& lines);

}  // namespace rnn::core
