// Why: the baseline must be right: its probabilities add up and agree with a second, slow implementation of the definition.
#include "text/ngram.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "base/error.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;

std::string code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.code();
  }
  return "none";
}

// The definition of NgramModel once more, by scanning the text for every question asked.
class SlowKneserNey {
 public:
  SlowKneserNey(std::vector<Ids> streams, int vocabulary, int order, NgramOptions options = {})
      : streams_(std::move(streams)), vocabulary_(vocabulary), order_(order), options_(std::move(options)) {
    if (options_.begin >= 0) {
      for (Ids& stream : streams_) stream.insert(stream.begin(), options_.begin);
    }
    for (int n = 1; n <= order; ++n) counts_.push_back(count(n));
  }

  double probability(Ids context, int32_t id) const {
    if (static_cast<int>(context.size()) >= order_) context.erase(context.begin(), context.end() - (order_ - 1));
    const double shorter = context.empty() ? 1.0 / vocabulary_ : probability(Ids(context.begin() + 1, context.end()), id);
    const auto& counts = counts_[context.size()];
    double total = 0, own = 0, reserved = 0;
    for (const auto& [ngram, c] : counts) {
      if (!std::equal(context.begin(), context.end(), ngram.begin())) continue;
      const double d = discount(static_cast<int>(context.size()) + 1, c);
      const bool rare = is_rare(ngram);
      total += c, reserved += rare ? c : d;
      if (ngram.back() == id && !rare) own = c - d;
    }
    return total == 0 ? shorter : own / total + reserved / total * shorter;
  }
  double discount(int n, int c) const {
    double of[5] = {};
    for (const auto& [ngram, count] : counts_[static_cast<size_t>(n - 1)]) {
      if (count <= 4) of[count] += 1;
    }
    const double fallback[] = {0.5, 1.0, 1.5};
    if (of[1] == 0 || of[2] == 0 || of[3] == 0) return fallback[std::min(c, 3) - 1];
    const double y = of[1] / (of[1] + 2 * of[2]);
    const double d[] = {1 - 2 * y * of[2] / of[1], 2 - 3 * y * of[3] / of[2], 3 - 4 * y * of[4] / of[3]};
    for (int k = 0; k < 3; ++k) {
      if (d[k] <= 0 || d[k] >= k + 1) return fallback[std::min(c, 3) - 1];
    }
    return d[std::min(c, 3) - 1];
  }

 private:
  bool is_rare(const Ids& ngram) const {
    if (options_.prune.empty() || ngram.size() == 1) return false;
    int times = 0;
    for (const Ids& stream : streams_) {
      for (size_t i = 0; i + ngram.size() <= stream.size(); ++i) {
        times += std::equal(ngram.begin(), ngram.end(), stream.begin() + static_cast<ptrdiff_t>(i));
      }
    }
    return times <= options_.prune[std::min(ngram.size(), options_.prune.size()) - 1];
  }
  std::map<Ids, int> count(int n) const {
    std::map<Ids, std::set<int32_t>> before;
    std::map<Ids, int> times, result;
    for (size_t s = 0; s < streams_.size(); ++s) {
      const Ids& stream = streams_[s];
      for (size_t i = 0; i + static_cast<size_t>(n) <= stream.size(); ++i) {
        if (i == 0 && n == 1 && options_.begin >= 0) continue;
        const Ids ngram(stream.begin() + static_cast<ptrdiff_t>(i), stream.begin() + static_cast<ptrdiff_t>(i) + n);
        ++times[ngram];
        before[ngram].insert(i == 0 ? -1 - static_cast<int32_t>(s) : stream[i - 1]);  // each begin is a word of its own
      }
    }
    for (const auto& [ngram, c] : times) result[ngram] = n == order_ ? c : static_cast<int>(before[ngram].size());
    return result;
  }

  std::vector<Ids> streams_;
  std::vector<std::map<Ids, int>> counts_;
  int vocabulary_, order_;
  NgramOptions options_;
};

std::vector<std::span<const int32_t>> spans_of(const std::vector<Ids>& streams) { return {streams.begin(), streams.end()}; }

std::vector<Ids> zipf_streams(uint32_t seed, int streams, int length, int vocabulary) {
  Random random(seed, Purpose::test);
  std::vector<Ids> result(static_cast<size_t>(streams));
  for (Ids& stream : result) {
    for (int i = 0; i < length; ++i) {
      const double u = random.uniform();
      stream.push_back(std::min(vocabulary - 2, static_cast<int>(vocabulary * u * u * u)));  // the last id is never seen
    }
  }
  return result;
}

TEST(Ngram, AgreesWithItsDefinitionAndSumsToOne) {
  bool estimated = false;
  for (int order = 1; order <= 4; ++order) {
    for (const auto& [seed, streams, length, vocabulary] :
         std::vector<std::array<int, 4>>{{1, 1, 1, 3}, {2, 1, 12, 4}, {3, 3, 2, 5}, {4, 4, 40, 9}, {5, 1, 400, 12}}) {
      const std::vector<Ids> text = zipf_streams(static_cast<uint32_t>(seed), streams, length, vocabulary);
      NgramOptions options;
      if (order % 2 == 0 || seed == 5) options.begin = 1;
      if (order > 2 && seed > 3) options.prune = {0, 1, 2};
      const NgramModel model(spans_of(text), vocabulary, order, options);
      const SlowKneserNey slow(text, vocabulary, order, options);
      for (int n = 1; n <= order; ++n) {
        for (int c = 1; c <= 3; ++c) ASSERT_NEAR(model.discounts(n)[static_cast<size_t>(c - 1)], slow.discount(n, c), 1e-12);
        estimated = estimated || model.discounts(n)[0] != 0.5;
      }
      Random random(7, Purpose::test);
      for (int round = 0; round < 60; ++round) {
        Ids context;
        for (uint32_t k = random.below(6); k > 0; --k)
          context.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary))));
        if (round % 2) {  // and one from the text
          const Ids& stream = text[random.below(static_cast<uint32_t>(streams))];
          context.assign(stream.begin(), stream.begin() + random.below(static_cast<uint32_t>(stream.size() + 1)));
        }
        double sum = 0;
        for (int id = 0; id < vocabulary; ++id) {
          const double p = std::exp(model.log_prob(context, id));
          ASSERT_GT(p, 0);
          ASSERT_NEAR(p, slow.probability(context, id), 1e-12) << "order " << order << " seed " << seed;
          sum += p;
        }
        ASSERT_NEAR(sum, 1, 1e-12);
      }
    }
  }
  EXPECT_TRUE(estimated);  // not only the fallback was tested
}

TEST(Ngram, ASmallCaseByHand) {
  // a b a b: trigrams aba, bab once each, D = 0.5. Bigrams: ab follows {begin, b}: 2; ba follows {a}: 1. Unigrams: a follows
  // {begin, b}: 2; b follows {a}: 1. With D1 = 0.5, D2 = 1 and V = 4:
  const Ids text = {0, 1, 0, 1};
  const NgramModel model({text}, 4);
  const double a = (2 - 1) / 3.0 + 1.5 / 3 / 4, b = (1 - 0.5) / 3.0 + 1.5 / 3 / 4;
  EXPECT_NEAR(std::exp(model.log_prob({}, 0)), a, 1e-12);
  EXPECT_NEAR(std::exp(model.log_prob({}, 1)), b, 1e-12);
  const double b_after_a = (2 - 1) / 2.0 + 0.5 * b;
  EXPECT_NEAR(std::exp(model.log_prob(Ids{0}, 1)), b_after_a, 1e-12);
  EXPECT_NEAR(std::exp(model.log_prob(Ids{1, 0}, 1)), 0.5 + 0.5 * b_after_a, 1e-12);
  EXPECT_NEAR(model.loss(Ids{0, 1}), -(std::log(a) + std::log(b_after_a)) / 2, 1e-12);
  EXPECT_EQ(model.ngrams(), 2 + 2 + 2);
}

TEST(Ngram, EdgesAreSafe) {
  const NgramModel nothing({}, 5);
  EXPECT_NEAR(nothing.log_prob(Ids{1, 2}, 3), -std::log(5.0), 1e-12);
  EXPECT_EQ(nothing.loss({}), 0);
  const Ids empty, wrong = {0, 5};
  EXPECT_NEAR(NgramModel({empty, empty}, 2).log_prob({}, 1), -std::log(2.0), 1e-12);
  EXPECT_EQ(code_of([&] { NgramModel({wrong}, 5); }), "ngram/id");
  EXPECT_EQ(code_of([&] { NgramModel({empty}, 5, 0); }), "ngram/order");
  EXPECT_EQ(code_of([&] { NgramModel({empty}, 5, 2, {5, {}}); }), "ngram/order");
  for (const std::vector<int>& prune : std::vector<std::vector<int>>{{1}, {0, 2, 1}, {0, 0, 0, 0}}) {
    EXPECT_EQ(code_of([&] { NgramModel({empty}, 5, 3, {-1, prune}); }), "ngram/prune");
  }
}

TEST(Ngram, TheFirstWordIsCountedAsOftenAsItStandsThere) {
  // Three sentences begin with 1, one with 2; 0 begins and ends each. Bigrams behind the begin: counts 3 and 1.
  const std::vector<Ids> text = {{1, 3, 0}, {1, 4, 0}, {1, 3, 0}, {2, 3, 0}};
  const NgramModel model(spans_of(text), 5, 3, {0, {}});
  // Words before: 1 {0}, 2 {0}, 3 {1, 2}, 4 {1}, 0 {3, 4}; what begins a sentence is no event. D = 0.5, 1, 1.5.
  const double below = (0.5 + 0.5 + 1 + 0.5 + 1) / 7 / 5, one = 0.5 / 7 + below;
  EXPECT_NEAR(std::exp(model.log_prob(Ids{0}, 1)), 1.5 / 4 + 2.0 / 4 * one, 1e-12);
  EXPECT_NEAR(std::exp(model.log_prob(Ids{0}, 2)), 0.5 / 4 + 2.0 / 4 * one, 1e-12);
  EXPECT_NEAR(std::exp(model.log_prob({}, 0)), 1.0 / 7 + below, 1e-12);
  // Of the two-word n-grams "1 4", "2 3", "4 0" and "0 2" occur once and are left out.
  const NgramModel pruned(spans_of(text), 5, 2, {0, {0, 1}});
  EXPECT_EQ(pruned.ngrams(1), 5);
  EXPECT_EQ(pruned.ngrams(2), 3);
  EXPECT_LT(pruned.bytes(), model.bytes());
  double sum = 0;
  for (int id = 0; id < 5; ++id) sum += std::exp(pruned.log_prob(Ids{1}, id));
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Ngram, LongerContextsHelpOnText) {
  const std::vector<Ids> text = [] {
    Ids ids;
    Random random(5, Purpose::test);
    for (int i = 0; i < 30000; ++i)
      ids.push_back(i % 3 == 0 ? static_cast<int32_t>(random.below(20)) : (ids.back() * 7 + i % 3) % 20);
    return std::vector<Ids>{ids};
  }();
  const std::span<const int32_t> all(text[0]), train = all.first(27000), test = all.last(3000);
  const double one = NgramModel({train}, 20, 1).loss(test), two = NgramModel({train}, 20, 2).loss(test);
  const double three = NgramModel({train}, 20, 3).loss(test);
  EXPECT_LT(two, one - 0.5);
  EXPECT_LT(three, two - 0.1);
}

}  // namespace
}  // namespace rnn::core
