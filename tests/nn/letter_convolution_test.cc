// Why: a convolution that reads past the end of a word, or gives the gradient to another letter than the largest, is still smooth: it is
// compared with its formula, letter by letter, and its gradients with differences of that.
#include "nn/layers/letter_convolution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/rng.h"
#include "kernels/host.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

using Words = std::vector<std::vector<int32_t>>;

constexpr LetterConvolutionOptions kLetters = {.vocabulary = 7, .embed = 5, .width = 3, .filters = 35, .longest = 6};

template <class T>
struct Letters {
  explicit Letters(const LetterConvolutionOptions& o = kLetters, int threads = 1)
      : layer(o, table, forms), weights(table, std::move(forms)), pool(threads) {
    Random random(4, Purpose::test);
    for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id)
      for (T& w : weights.params().values(id)) w = static_cast<T>(random.uniform(-1, 1));
    weights.pack(pool, true);
  }
  T weight(const char* name, int r, int c) const { return host(weights.params().view(table.find(name)))(r, c); }

  ParamTable table;
  Packed<T> forms;
  LetterConvolution<T> layer;
  Weights<T> weights;
  Pool pool;
};

// A column before the letters, as the word's own id has it.
std::vector<int32_t> ids_of(const Words& words, int longest) {
  std::vector<int32_t> ids;
  for (const std::vector<int32_t>& word : words) {
    ids.push_back(99);
    ids.insert(ids.end(), word.begin(), word.end());
    ids.insert(ids.end(), static_cast<size_t>(longest) - word.size(), -1);
  }
  return ids;
}

const Words kSomeWords = {{0, 1, 2}, {3}, {}, {6, 6, 6, 6, 6, 6}, {2, 4}, {0, 1, 2}, {5, 4, 3, 2, 1}};

template <class T>
std::vector<T> read_words(Letters<T>& l, const Words& words) {
  Arena arena;
  Context<T> context{l.pool, arena};
  const LetterConvolutionOptions& o = l.layer.options();
  const std::vector<int32_t> ids = ids_of(words, o.longest);
  const View<T> y = arena.matrix<T>(static_cast<int>(words.size()), o.filters);
  l.layer.forward(context, l.weights, ids.data() + 1, 1 + o.longest, y);
  return {host(y).data, host(y).data + words.size() * static_cast<size_t>(o.filters)};
}

// The paper's formula: every window of the word, zeros outside, the largest of each filter.
double largest_window(const Letters<double>& l, const std::vector<int32_t>& word, int f) {
  const LetterConvolutionOptions& o = l.layer.options();
  const int n = static_cast<int>(word.size());
  double best = n > 0 ? -1e300 : 0;
  for (int p = 0; p < n; ++p) {
    double sum = l.weight("letters.bias", 0, f);
    for (int k = 0; k < o.width; ++k) {
      const int q = p + k - (o.width - 1) / 2;
      for (int i = 0; i < o.embed && q >= 0 && q < n; ++i)
        sum += l.weight("letters.weight", k * o.filters + f, i) *
               l.weight("letters.embedding.weight", word[static_cast<size_t>(q)], i);
    }
    best = std::max(best, sum);
  }
  return best;
}

TEST(LetterConvolution, IsTheLargestOfAllWindows) {
  for (const int width : {1, 2, 3, 5, 9}) {
    LetterConvolutionOptions o = kLetters;
    o.width = width;
    Letters<double> l(o);
    const std::vector<double> y = read_words(l, kSomeWords);
    for (size_t word = 0; word < kSomeWords.size(); ++word)
      for (int f = 0; f < o.filters; ++f)
        EXPECT_NEAR(y[word * static_cast<size_t>(o.filters) + static_cast<size_t>(f)],
                    largest_window(l, kSomeWords[word], f), kDoubleTwoWays)
            << "width " << width << ", word " << word;
  }
}

TEST(LetterConvolution, AWordHasTheSameBitsAloneAndWithAnyThreads) {
  Letters<float> one, three(kLetters, 3);
  Words many;
  for (int i = 0; i < 60; ++i) many.push_back(kSomeWords[static_cast<size_t>(i) % kSomeWords.size()]);
  const std::vector<float> together = read_words(three, many);
  for (size_t i = 0; i < many.size(); ++i) {
    const std::vector<float> alone = read_words(one, {many[i]});
    EXPECT_EQ(std::memcmp(alone.data(), together.data() + i * alone.size(), alone.size() * sizeof(float)), 0) << i;
  }
}

// Gradients of the sum of all outputs, each times a number of its own.
template <class T>
std::vector<T> letter_gradients(Letters<T>& l, const Words& words) {
  Arena arena;
  Context<T> context{l.pool, arena};
  const LetterConvolutionOptions& o = l.layer.options();
  const std::vector<int32_t> ids = ids_of(words, o.longest);
  const View<T> y = arena.matrix<T>(static_cast<int>(words.size()), o.filters), dy = arena.matrix<T>(y.rows, y.cols);
  for (int i = 0; i < y.rows * y.cols; ++i) host(dy).data[i] = static_cast<T>(std::sin(i + 1.0));
  const auto saved = l.layer.forward(context, l.weights, ids.data() + 1, 1 + o.longest, y);
  Params<T> grads(l.table);
  l.layer.backward(context, l.weights.packed(), saved, dy, grads);
  return {grads.data(), grads.data() + grads.size()};
}

double weighted_sum(Letters<double>& l, const Words& words) {
  l.weights.pack(l.pool, true);
  const std::vector<double> y = read_words(l, words);
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += y[i] * std::sin(static_cast<double>(i) + 1.0);
  return sum;
}

TEST(LetterConvolution, GradientsAreThoseOfDifferences) {
  Letters<double> l;
  const std::vector<double> exact = letter_gradients(l, kSomeWords);
  double norm = 0;
  for (const ParamInfo& info : l.table.all()) {
    for (size_t i = info.offset; i < info.offset + info.size(); ++i) {
      double& w = l.weights.params().data()[i];
      const double before = w, step = 1e-6;
      w = before + step;
      const double above = weighted_sum(l, kSomeWords);
      w = before - step;
      const double below = weighted_sum(l, kSomeWords);
      w = before;
      EXPECT_NEAR(exact[i], (above - below) / (2 * step), 1e-7) << info.name << " " << i - info.offset;  // cancellation
      norm += exact[i] * exact[i];
    }
  }
  EXPECT_GT(norm, 1);
}

TEST(LetterConvolution, OfEqualWindowsTheFirstGetsTheGradient) {
  LetterConvolutionOptions o = kLetters;
  o.width = 1;
  Letters<double> l(o);
  Arena arena;
  Context<double> context{l.pool, arena};
  const std::vector<int32_t> ids = ids_of({{4, 4, 4}}, o.longest);
  const auto saved = l.layer.forward(context, l.weights, ids.data() + 1, 1 + o.longest, arena.matrix<double>(1, o.filters));
  for (int f = 0; f < o.filters; ++f) EXPECT_EQ(saved.best[f], 0);
}

TEST(LetterConvolution, GradientsHaveTheSameBitsWithAnyThreads) {
  Letters<float> one, three(kLetters, 3);
  const std::vector<float> a = letter_gradients(one, kSomeWords), b = letter_gradients(three, kSomeWords);
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0);
}

TEST(LetterConvolution, WordsWithoutLettersAreZerosAndHaveNoGradient) {
  Letters<double> l;
  for (const double y : read_words(l, {{}, {}})) EXPECT_EQ(y, 0);
  for (const double d : letter_gradients(l, {{}, {}})) EXPECT_EQ(d, 0);
}

}  // namespace
}  // namespace rnn::core::test
