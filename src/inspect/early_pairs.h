// Why: a network remembers a word if what it expects later is right with it and right with another one in its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/reading.h"

namespace rnn::core {

// A pair of line beginnings that differ in one early word, with the word that continues each.
struct EarlyPair {
  std::string first, first_word, second, second_word;
  std::string wrong;  // if both words are the same: another one, which would be wrong after both; else empty
};

// A line per pair: first, first_word, second, second_word and, where the words are the same, wrong, separated by tabs; lines
// that begin with # are skipped. Throws Error{data, "data/pairs"} with `name` and the line.
std::vector<EarlyPair> read_early_pairs(std::string_view text, const std::string& name);

// After each beginning, which of the two words is likelier, and by how much. Words of several tokens are compared by the
// chances of all their tokens. Pairs with words that the tokenizer does not know are counted, not answered; if they are more
// than half of all, nothing is.
PairTest test_pairs(const Model<float>& model, const Tokenizer& tokenizer, const std::vector<EarlyPair>& pairs);

// Index of the pair of test.needed whose mean margin over the tests is the middle one; -1: there is none. The tests must be
// of the same pairs.
int median_pair(const std::vector<const PairTest*>& tests);

}  // namespace rnn::core
