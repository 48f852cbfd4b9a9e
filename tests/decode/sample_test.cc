// Why: a sampler that is a little wrong still writes plausible text; only brute force and statistics show it.
#include "decode/sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "support/allocations.h"

namespace rnn::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<float> random_logits(int n, Random& random, double spread) {
  std::vector<float> logits(static_cast<size_t>(n));
  for (float& l : logits) l = static_cast<float>(spread * random.normal());
  return logits;
}

// The definition, with long double and full sorts.
std::vector<Candidate> brute_force(const std::vector<float>& logits, const SampleOptions& o) {
  using Entry = std::pair<long double, int32_t>;  // -weight, id: sorted, the likeliest come first
  const std::set<int32_t> banned(o.banned.begin(), o.banned.end()), recent(o.recent.begin(), o.recent.end());
  std::vector<Entry> all;
  const auto mass = [&] {
    long double sum = 0;
    for (const auto& a : all) sum -= a.first;
    return sum;
  };
  // Keeps the first entries whose mass reaches p.
  const auto keep_mass = [&](double p) {
    const long double sum = mass();
    long double reached = 0;
    size_t keep = 0;
    while (keep < all.size() && (keep == 0 || reached < p * sum)) reached -= all[keep++].first;
    all.resize(keep);
  };
  for (size_t i = 0; i < logits.size(); ++i) {
    if (banned.count(static_cast<int32_t>(i))) continue;
    float x = logits[i];
    if (recent.count(static_cast<int32_t>(i)))
      x = static_cast<float>(x > 0 ? x / o.repetition_penalty : x * o.repetition_penalty);
    all.push_back({-expl(static_cast<long double>(x) / o.temperature), static_cast<int32_t>(i)});
  }
  std::sort(all.begin(), all.end());
  if (o.top_k > 0 && static_cast<size_t>(o.top_k) < all.size()) all.resize(static_cast<size_t>(o.top_k));
  if (o.typical_p < 1) {
    const long double sum = mass();
    long double entropy = 0;
    for (const auto& a : all) entropy += a.first / sum * logl(-a.first / sum);
    std::stable_sort(all.begin(), all.end(), [&](const Entry& a, const Entry& b) {
      return fabsl(logl(-a.first / sum) + entropy) < fabsl(logl(-b.first / sum) + entropy);
    });
    keep_mass(o.typical_p);
    std::sort(all.begin(), all.end());
  }
  if (o.top_p < 1) keep_mass(o.top_p);
  while (all.size() > 1 && -all.back().first < o.min_p * -all[0].first) all.pop_back();
  const long double left = mass();
  std::vector<Candidate> result;
  for (const auto& a : all) result.push_back({a.second, static_cast<double>(-a.first / left)});
  return result;
}

TEST(Sampler, EveryCutAgreesWithBruteForce) {
  Random random(4, Purpose::test);
  size_t cut = 0;
  for (const int n : {1, 2, 7, 100, 3000}) {
    for (const int top_k : {0, 5}) {
      for (const double top_p : {0.7, 1.0}) {
        for (const double typical : {0.2, 0.9, 1.0}) {
          for (const double min_p : {0.0, 0.1, 1.0}) {
            for (const double penalty : {1.0, 1.3, 0.8}) {
              const std::vector<float> logits = random_logits(n, random, 2);
              const std::vector<int32_t> banned = n > 2 ? std::vector<int32_t>{1, -4} : std::vector<int32_t>{},
                                         recent = {0, n / 2, n + 3};
              SampleOptions o{0.9, top_k, top_p, banned};
              o.typical_p = typical, o.min_p = min_p, o.repetition_penalty = penalty, o.recent = recent;
              Sampler sampler(n);
              const auto actual = sampler.distribution(logits, o);
              const auto expected = brute_force(logits, o);
              ASSERT_EQ(actual.size(), expected.size())
                  << n << ' ' << top_k << ' ' << top_p << ' ' << typical << ' ' << min_p;
              for (size_t i = 0; i < actual.size(); ++i) {
                ASSERT_EQ(actual[i].id, expected[i].id) << i;
                ASSERT_NEAR(actual[i].probability, expected[i].probability, 1e-12);
              }
              cut += actual.size() < static_cast<size_t>(n);
              o.temperature = 0;
              Random unused(1, Purpose::test);
              o.top_k = 0, o.top_p = o.typical_p = 1, o.min_p = 0;
              const int32_t greedy = sampler.draw(logits, o, unused);
              o.temperature = 1;
              ASSERT_EQ(greedy, brute_force(logits, o)[0].id);
            }
          }
        }
      }
    }
  }
  EXPECT_GT(cut, 100U);
}

TEST(Sampler, AgreesWithBruteForce) {
  Random random(3, Purpose::test);
  for (const int n : {1, 2, 7, 100, 3000})
    for (const double temperature : {0.3, 0.8, 1.0, 5.0})
      for (const int top_k : {0, 1, 5, 64, 65, 5000})
        for (const double top_p : {0.05, 0.5, 0.9, 0.999, 1.0}) {
          const std::vector<float> logits = random_logits(n, random, 3);
          const std::vector<int32_t> banned = n > 2 ? std::vector<int32_t>{0, n - 1, n + 5, -1} : std::vector<int32_t>{};
          SampleOptions options{temperature, top_k, top_p, banned};
          Sampler sampler(n);
          const auto actual = sampler.distribution(logits, options);
          const auto expected = brute_force(logits, options);
          ASSERT_EQ(actual.size(), expected.size()) << n << ' ' << temperature << ' ' << top_k << ' ' << top_p;
          for (size_t i = 0; i < actual.size(); ++i) {
            ASSERT_EQ(actual[i].id, expected[i].id) << i;
            ASSERT_NEAR(actual[i].probability, expected[i].probability, 1e-12);
          }
        }
}

TEST(Sampler, KnownNumbers) {
  const std::vector<float> logits = {std::log(1.f), std::log(4.f), std::log(2.f), std::log(1.f)};
  Sampler sampler(4);
  auto d = sampler.distribution(logits, {.temperature = 1});
  ASSERT_EQ(d.size(), 4u);
  EXPECT_EQ(d[0].id, 1);
  EXPECT_NEAR(d[0].probability, 0.5, 1e-7);
  EXPECT_EQ(d[2].id, 0);  // equal to 3: the lower id first
  EXPECT_EQ(d[3].id, 3);
  EXPECT_EQ(sampler.distribution(logits, {.temperature = 1, .top_p = 0.49}).size(), 1u);
  EXPECT_EQ(sampler.distribution(logits, {.temperature = 1, .top_p = 0.51}).size(), 2u);
  EXPECT_EQ(sampler.distribution(logits, {.temperature = 1, .top_p = 0.0}).size(), 1u);
  d = sampler.distribution(logits, {.temperature = 0.5, .top_k = 2});
  EXPECT_NEAR(d[0].probability, 16.0 / 20, 1e-7);
  // top_p looks at the mass that top_k left: 4/6 of it is the first alone.
  EXPECT_EQ(sampler.distribution(logits, {.temperature = 1, .top_k = 2, .top_p = 0.6}).size(), 1u);
}

TEST(Sampler, MassReachedExactlyStopsThere) {
  const std::vector<float> logits = {0, 0, 0, 0};
  Sampler sampler(4);
  EXPECT_EQ(sampler.distribution(logits, {.temperature = 1, .top_p = 0.5}).size(), 2u);
  const std::vector<float> tenths(10, 1.5f);
  Sampler ten(10);
  for (int k = 1; k <= 10; ++k)
    EXPECT_EQ(ten.distribution(tenths, {.temperature = 1, .top_p = k / 10.0}).size(), static_cast<size_t>(k));
}

TEST(Sampler, GreedyTakesTheLowestOfEquals) {
  Sampler sampler(4);
  Random random(1, Purpose::sample);
  const std::vector<float> logits = {1, 3, 3, 2};
  EXPECT_EQ(sampler.draw(logits, {.temperature = 0}, random), 1);
  const std::vector<int32_t> one = {1}, all = {0, 1, 2, 3};
  EXPECT_EQ(sampler.draw(logits, {.temperature = 0, .banned = one}, random), 2);
  EXPECT_EQ(sampler.draw(logits, {.temperature = 0, .banned = all}, random), 1);
  EXPECT_EQ(sampler.draw(std::vector<float>{kNaN, -kInf, -5, kNaN}, {.temperature = 0}, random), 2);
  EXPECT_EQ(sampler.draw(std::vector<float>(4, kNaN), {.temperature = 0}, random), 0);
  const auto d = sampler.distribution(logits, {.temperature = 0});
  ASSERT_EQ(d.size(), 1u);
  EXPECT_EQ(d[0].id, 1);
  EXPECT_EQ(d[0].probability, 1);
  Random untouched(1, Purpose::sample);
  EXPECT_EQ(random.word(), untouched.word());  // greedy takes no random number
}

TEST(Sampler, StrangeLogits) {
  Sampler sampler(4);
  const auto ids = [&](std::vector<float> logits, SampleOptions options) {
    std::vector<int32_t> result;
    double sum = 0;
    for (const Candidate& c : sampler.distribution(logits, options)) result.push_back(c.id), sum += c.probability;
    EXPECT_NEAR(sum, 1, 1e-12);
    return result;
  };
  EXPECT_EQ(ids({kNaN, 1, -kInf, 2}, {}), (std::vector<int32_t>{3, 1}));
  EXPECT_EQ(ids({kInf, 1, kInf, 2}, {}), (std::vector<int32_t>{0, 2}));
  EXPECT_EQ(ids({-kInf, -kInf, kNaN, -kInf}, {}), (std::vector<int32_t>{0, 1, 2, 3}));
  const std::vector<int32_t> two = {2}, all = {0, 1, 2, 3};
  EXPECT_EQ(ids({-kInf, -kInf, 5, -kInf}, {.banned = two}), (std::vector<int32_t>{0, 1, 3}));
  EXPECT_EQ(ids({1, 2, 3, 4}, {.banned = all}), (std::vector<int32_t>{3, 2, 1, 0}));
  EXPECT_EQ(ids({3e38f, -3e38f, 3e38f, 0}, {.temperature = 1}), (std::vector<int32_t>{0, 2}));
  EXPECT_EQ(ids({1, 2, 3, 4}, {.temperature = 1e-300}), (std::vector<int32_t>{3}));
  EXPECT_EQ(ids({1, -kInf, 3, 4}, {.temperature = std::numeric_limits<double>::infinity()}),
            (std::vector<int32_t>{0, 2, 3}));
}

// Pearson's chi-square: 99.9 % quantiles of the distribution with n - 1 degrees of freedom from its Wilson-Hilferty form.
void expect_draws_match(const std::vector<float>& logits, const SampleOptions& options, uint64_t seed) {
  const int draws = 200000, n = static_cast<int>(logits.size());
  Sampler sampler(n);
  Random random(seed, Purpose::sample);
  std::vector<int> seen(logits.size());
  for (int i = 0; i < draws; ++i) ++seen[static_cast<size_t>(sampler.draw(logits, options, random))];
  double chi = 0;
  int cells = 0, counted = 0;
  for (const Candidate& c : brute_force(logits, options)) {
    const double expected = c.probability * draws, difference = seen[static_cast<size_t>(c.id)] - expected;
    ASSERT_GT(expected, 5);
    chi += difference * difference / expected;
    counted += seen[static_cast<size_t>(c.id)];
    ++cells;
  }
  EXPECT_EQ(counted, draws);  // nothing outside the kept set
  const double df = cells - 1, t = 1 - 2 / (9 * df) + 3.09 * std::sqrt(2 / (9 * df));
  EXPECT_LT(chi, df * t * t * t);
  EXPECT_GT(chi, 0);
}

TEST(Sampler, DrawsFollowTheDistribution) {
  Random random(9, Purpose::test);
  const std::vector<float> logits = random_logits(40, random, 1);
  const std::vector<int32_t> banned = {3, 4};
  expect_draws_match(logits, {.temperature = 1}, 1);
  expect_draws_match(logits, {.temperature = 0.7, .banned = banned}, 2);
  expect_draws_match(logits, {.temperature = 1.3, .top_k = 10}, 3);
  expect_draws_match(logits, {.temperature = 0.8, .top_p = 0.8}, 4);
  expect_draws_match(logits, {.temperature = 1, .top_k = 20, .top_p = 0.9}, 5);
}

TEST(Sampler, SameSeedSameTokens) {
  Random random(9, Purpose::test);
  const std::vector<float> logits = random_logits(500, random, 2);
  Sampler a(500), b(500);
  Random ra(7, Purpose::sample), rb(7, Purpose::sample), rc(8, Purpose::sample);
  int differ = 0;
  for (int i = 0; i < 200; ++i) {
    const int32_t id = a.draw(logits, {.top_p = 0.95}, ra);
    EXPECT_EQ(id, b.draw(logits, {.top_p = 0.95}, rb));
    differ += id != b.draw(logits, {.top_p = 0.95}, rc);
  }
  EXPECT_GT(differ, 100);
}

TEST(Sampler, TopIsTheFullSoftmax) {
  Random random(4, Purpose::test);
  const std::vector<float> logits = random_logits(1000, random, 2);
  Sampler sampler(1000);
  std::vector<Candidate> top;
  sampler.top(logits, 5, top);
  const auto expected = brute_force(logits, {.temperature = 1});
  ASSERT_EQ(top.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(top[i].id, expected[i].id);
    EXPECT_NEAR(top[i].probability, expected[i].probability, 1e-13);
  }
  sampler.top(logits, 2000, top);
  EXPECT_EQ(top.size(), 1000u);
  sampler.top(logits, 0, top);
  EXPECT_TRUE(top.empty());
}

TEST(Sampler, AllocatesNothing) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "the sanitizer has its own malloc";
#else
  Random random(4, Purpose::test);
  const std::vector<float> logits = random_logits(5000, random, 2);
  const std::vector<int32_t> banned = {1};
  Sampler sampler(5000);
  std::vector<Candidate> top;
  top.reserve(5);
  const int64_t before = allocations;
  for (const double t : {0.0, 1.0})
    for (const int k : {0, 40})
      for (const double p : {0.9, 1.0}) {
        sampler.distribution(logits, {t, k, p, banned});
        sampler.draw(logits, {t, k, p, banned}, random);
      }
  sampler.top(logits, 5, top);
  EXPECT_EQ(allocations - before, 0);
  EXPECT_GT(before, 0);
#endif
}

}  // namespace
}  // namespace rnn::core
