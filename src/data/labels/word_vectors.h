// Why: vectors of words that were learnt from much text (word2vec, GloVe, fastText) say what a word means that the examples have seldom or
// never; a model of labels begins with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rnn::core {

// As they stand in a file: a line each, a word and its numbers, with spaces between; a first line "count width" may say how many.
struct WordVectors {
  std::string file, hash;  // of the bytes
  int width = 0;           // numbers of a word
  std::vector<std::string> words;
  std::vector<float> numbers;  // [words * width]
  const float* row(size_t i) const { return numbers.data() + i * static_cast<size_t>(width); }
};

// Compressed or not. A word may have spaces inside: the last `width` parts of a line are its numbers.
// Throws Error{data} with file:line: data/missing, data/empty, data/header (the first line counts other words or numbers than there are),
// data/ragged (a line has more or fewer numbers), data/number (what is no number, or too large for 32 bits), data/nan, data/utf8, data/binary.
WordVectors read_word_vectors(const std::string& path);

using WordCounts = std::unordered_map<std::string, int64_t>;

// The words of a file as a model reads them. Of several spellings that it does not tell apart the vector of its own spelling is taken,
// else the first.
class VectorWords {
 public:
  // `vectors` must outlive it.
  VectorWords(const WordVectors& vectors, bool keep_case);
  const std::vector<std::string>& words() const { return words_; }  // in the order of the file, each once
  bool has(std::string_view word) const { return rows_.count(word) > 0; }
  size_t row(std::string_view word) const { return rows_.at(word); }  // of the file; has(word)

  // Words that are not `known` yet, and may be: first those that stand in training, then the others, in the order of the file.
  std::vector<std::string> others(const WordCounts& training, const std::function<bool(const std::string&)>& known) const;
  // "12,345 words of 300 numbers from FILE; 83.2% of the words of training have one". Throws Error{data, "data/vectors"} if none has.
  std::string summary(const WordCounts& training) const;

 private:
  const WordVectors& vectors_;
  std::vector<std::string> words_;
  std::unordered_map<std::string_view, size_t> rows_;  // of words_
};

}  // namespace rnn::core
