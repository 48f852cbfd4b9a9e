// Why: n-gram models come from other toolkits; what is read answers every question with a number, in memory of the file's size.
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "text/arpa.h"

namespace rnn::core::fuzz {
namespace {

constexpr int32_t kMostWords = 24;  // of which all pairs are asked

std::vector<double> answers(const ArpaModel& model) {
  const int32_t n = std::min(model.vocabulary(), kMostWords);
  std::vector<double> all;
  for (int32_t a = 0; a < n; ++a) {
    for (int32_t b = 0; b < n; ++b) {
      const int32_t context[] = {a, b, a};
      for (size_t length = 0; length <= 3; ++length)
        all.push_back(model.log_prob(std::span(context).first(length), (a + b) % n));
    }
  }
  return all;
}

void test(std::string_view input) {
  std::optional<ArpaModel> model;
  if (!reads([&] { model.emplace(input, "input.arpa"); })) return;
  ++accepted;
  require(model->order() >= 1 && model->order() <= kMaxArpaOrder, "an order is one that can be read");
  const std::vector<std::string>& words = model->words().words;
  require(std::set<std::string>(words.begin(), words.end()).size() == words.size(), "a word has one number");
  for (const std::string& word : words) arpa_piece(word);
  int64_t ngrams = 0;
  for (int n = 1; n <= model->order(); ++n) ngrams += model->ngrams(n);
  require(ngrams <= static_cast<int64_t>(input.size()) && model->bytes() <= 4096 + 64 * static_cast<int64_t>(input.size()),
          "a model is as large as its file");
  const std::vector<double> found = answers(*model);
  for (const double p : found) require(!std::isnan(p), "an n-gram has a probability");
  if (!model->has_unknown()) return;
  // With the words given, the same file is the same model.
  const ArpaModel again(input, "input.arpa", &model->words());
  require(again.vocabulary() == model->vocabulary() && answers(again) == found,
          "a model with its own words is the same model");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
