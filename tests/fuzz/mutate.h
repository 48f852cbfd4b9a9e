// Why: inputs near those of the corpus, made without libFuzzer: the same seed gives the same inputs with any compiler.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace rnn::core::fuzz {

// Changes bytes by flips, cuts, copies, splices, numbers and words. Const after construction; all chance comes from `random`.
class Mutator {
 public:
  // `others`: what is spliced in, at least one; it outlives this. `words`: what a format is made of, may be empty.
  Mutator(const std::vector<std::string>& others, std::vector<std::string> words);

  // One small change of `bytes`, which afterwards has at most `longest` bytes.
  void change(std::string& bytes, size_t longest, Random& random) const;

 private:
  void flip_bit(std::string& bytes, Random& random) const;
  void set_byte(std::string& bytes, Random& random) const;
  void cut_end(std::string& bytes, Random& random) const;
  void erase_span(std::string& bytes, Random& random) const;
  void repeat_span(std::string& bytes, Random& random) const;
  void insert_bytes(std::string& bytes, Random& random) const;
  void splice(std::string& bytes, Random& random) const;
  void edit_digits(std::string& bytes, Random& random) const;
  void edit_integer(std::string& bytes, Random& random) const;
  void write_word(std::string& bytes, Random& random) const;

  const std::vector<std::string>& others_;
  std::vector<std::string> words_;
};

// The words of a dictionary in libFuzzer's form: a line has "text" or name="text", in it \" \\ and \xAB; # begins a comment.
// Throws Error{usage, "fuzz/words"} for any other line.
std::vector<std::string> read_words(std::string_view text, const std::string& path);

}  // namespace rnn::core::fuzz
