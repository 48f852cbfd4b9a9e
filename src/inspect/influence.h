// Why: what a network remembers of a word shows in what changes when the word is replaced.
#pragma once

#include <vector>

#include "inspect/reading.h"
#include "inspect/substitutes.h"

namespace rnn::core {

// For every token of the reading but the first: the reading is repeated with each substitute in its place. `lines` and
// `newline` must be those of the reading.
std::vector<Influence> influences(const Model<float>& model, const Tokenizer& tokenizer, const Substitutes& substitutes,
                                  const Reading& reading, const ReadingOptions& options, int per_word);

// Compares the states of the reading with those of one with `other` at `position` (>= 1), step by step.
StateDistance state_distance(const Model<float>& model, const Tokenizer& tokenizer, const Reading& reading,
                             const ReadingOptions& options, int position, int32_t other);

// 1/2 sum |p - q|: 0 if they are equal, 1 if they have nothing in common.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

}  // namespace rnn::core
