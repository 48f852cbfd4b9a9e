// Why: what a run on labels begins with besides its own examples: vectors of words, and how the letters of words are read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <utility>

#include "data/labels/word_vectors.h"
#include "data/sequences.h"
#include "networks/model.h"
#include "options/options.h"

namespace rnn::core {

// The vectors of --vectors, if it was given; the embedding (model.embed) gets their width. Throws Error{usage, "usage/option"} where --vectors,
// or --features with letters, does not fit the data, or --embed does not fit the vectors, and what read_word_vectors() does.
std::optional<WordVectors> vectors_of_run(const LabelOptions& labels, InputKind kind, ModelOptions& model);
LetterOptions letters_of(const SequenceShape& shape);
// rows: a row of the embedding, and the vector that it begins with.
void begin_with_vectors(const WordVectors& vectors, std::span<const std::pair<int32_t, size_t>> rows, Model<float>& model);
// File, hash, words, width: what a run records.
nlohmann::json record_of(const WordVectors& vectors);

}  // namespace rnn::core
