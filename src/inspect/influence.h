// Why: what a network remembers of a word is what changes when the word is changed.
#pragma once

#include <vector>

#include "inspect/reading.h"
#include "inspect/substitutes.h"

namespace rnn::core {

// For every token of the reading but the first: the reading is repeated with each substitute in its place. `lines` and `newline`
// as the reading was made.
std::vector<Influence> influences(const Model<float>& model, const Tokenizer& tokenizer, const Substitutes& substitutes,
                                  const Reading& reading, const ReadingOptions& options, int per_word);

// The states of the reading and of one with `other` at `position` (>= 1), step by step.
StateDistance state_distance(const Model<float>& model, const Tokenizer& tokenizer, const Reading& reading,
                             const ReadingOptions& options, int position, int32_t other);

// 1/2 sum |p - q|: 0 the same table, 1 nothing in common.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

}  // namespace rnn::core
