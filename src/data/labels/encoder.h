// Why: a text, words or frames become what a network reads in the same way in training, in evaluation and in use.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/labels/raw_labels.h"
#include "data/labels/word_letters.h"
#include "data/labels/word_vectors.h"
#include "data/sequences.h"
#include "options/options.h"
#include "text/tokenizer.h"

namespace rnn::core {

// Learnt from training examples alone.
struct LearntFront {
  SequenceShape shape;
  std::unique_ptr<Tokenizer> tokenizer;                 // of texts
  std::string reading;                                  // for the plan: "words, lower case: 1,234 are seen twice or more"
  std::string vectors;                                  // the same of word vectors
  std::vector<std::pair<int32_t, size_t>> vector_rows;  // symbols that begin with a row of these
};
// vectors: null, or vectors of words: all words that they have become known, too (model.max_vocabulary bounds that). Throws Error{usage,
// "usage/option"} for vectors of texts whose tokens are no words, Error{data, "data/vectors"} if no word of the set has one.
LearntFront learn_front(const RawSet& set, TargetForm target, const LabelOptions& labels, const ModelOptions& model,
                        const WordVectors* vectors = nullptr);

// Of every label: the mean weight of an example is 1, all labels together weigh the same.
std::vector<float> balanced_weights(const RawSet& set, const std::vector<std::string>& labels);

// Encodes with the front of a shape. Both arguments must outlive it. Const and thread-safe.
class LabelEncoder {
 public:
  // tokenizer: of a front of texts, else null.
  LabelEncoder(const SequenceShape& shape, const Tokenizer* tokenizer);

  SequenceExample text(std::string_view text) const;                // a text without tokens is one unknown one
  SequenceExample words(std::span<const std::string> words) const;  // at least one
  // values [steps * width], NaN: missing, which is as the value before it, else the mean of training. before: the encoded frame before
  // these [width]; empty: there is none.
  SequenceExample frames(std::span<const float> values, std::span<const float> before = {}) const;
  // With its labels; one that the shape does not have is -1. Throws Error{data}: "data/sequence" for frames of another width.
  SequenceExample example(const RawSet& set, const RawExample& e) const;
  std::vector<SequenceExample> examples(const RawSet& set) const;
  int32_t label(const std::string& name) const;  // -1: unknown
  int32_t whole(const std::string& name) const;  // of a sentence beside its tags; -1: unknown, or it has none

 private:
  const SequenceShape& shape_;
  const Tokenizer* tokenizer_;
  WordLetters letters_;
  std::unordered_map<std::string_view, int32_t> symbols_, labels_;
};

// The words of a line of running text: runs of letters and digits, other characters on their own (text/word_rules.h); with `tokenized`
// what stands between white space.
std::vector<std::string> words_of_line(std::string_view line, bool tokenized);

}  // namespace rnn::core
