// Why: files of word vectors come from anywhere; whatever the bytes, every word has as many finite numbers, or the file is refused.
#include <algorithm>
#include <cmath>
#include <string>

#include "data/labels/word_vectors.h"
#include "fuzz/target.h"

namespace rnn::core::fuzz {
namespace {

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("vectors", input);
  WordVectors v;
  if (!reads([&] { v = read_word_vectors(path); })) return;
  ++accepted;
  require(v.width > 0 && !v.words.empty(), "there are words with numbers");
  require(v.numbers.size() == v.words.size() * static_cast<size_t>(v.width), "every word has as many");
  for (const float x : v.numbers) require(std::isfinite(x), "a number is finite");
  for (const std::string& word : v.words) require(!word.empty(), "a word is not empty");
  for (const bool keep_case : {false, true}) {
    const VectorWords words(v, keep_case);
    require(words.words().size() <= v.words.size(), "spellings fall together");
    for (const std::string& word : words.words()) require(words.row(word) < v.words.size(), "a word has a row");
    const std::vector<std::string> others = words.others({}, [](const std::string& word) { return word.size() > 3; });
    require(std::all_of(others.begin(), others.end(), [](const std::string& word) { return word.size() <= 3; }),
            "known words stay");
  }
}

}  // namespace
}  // namespace rnn::core::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rnn::core::fuzz::test(rnn::core::fuzz::text_of(data, size));
  return 0;
}
