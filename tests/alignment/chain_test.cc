// Why: sums, best paths, marginals and counts of a chain are those over all label sequences, one by one.
#include "alignment/chain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "alignment/log_space.h"
#include "alignment/tag_places.h"
#include "base/rng.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr int kChainLabels = 4;

struct ChainCase {
  ChainScores scores;
  std::vector<double> emission;
  size_t steps() const { return emission.size() / kChainLabels; }
};

// `spread`: of the scores; forbidden: some of every kind are.
ChainCase chain_case(int steps, double spread, bool forbidden, uint32_t number) {
  Random random(41, Purpose::test, number);
  ChainCase c;
  c.scores.labels = kChainLabels;
  const auto score = [&](double chance) {
    return forbidden && random.uniform(0, 1) < chance ? kLogZero : random.uniform(-spread, spread);
  };
  for (int i = 0; i < kChainLabels * kChainLabels; ++i) c.scores.transition.push_back(score(0.3));
  for (int k = 0; k < kChainLabels; ++k)
    c.scores.begin.push_back(k == 0 ? 0.3 : score(0.2)), c.scores.end.push_back(k == 0 ? 0.1 : score(0.2));
  c.scores.transition[0] = 0.2;  // one path is always allowed
  for (int i = 0; i < kChainLabels * steps; ++i) c.emission.push_back(random.uniform(-spread, spread));
  return c;
}

template <class Visit>
void every_path(const ChainCase& c, const Visit& visit) {
  size_t count = 1;
  for (size_t t = 0; t < c.steps(); ++t) count *= kChainLabels;
  for (size_t n = 0; n < count; ++n) {
    std::vector<int32_t> labels;
    for (size_t t = 0, rest = n; t < c.steps(); ++t, rest /= kChainLabels)
      labels.push_back(static_cast<int32_t>(rest % kChainLabels));
    visit(labels, chain_score(c.scores, c.emission, labels));
  }
}

struct ByHand {
  double sum = kLogZero, best = kLogZero;
  std::vector<double> marginals;
  ChainCounts counts;
};

ByHand by_hand(const ChainCase& c) {
  ByHand out;
  every_path(c, [&](const std::vector<int32_t>&, double score) {
    out.sum = log_add(out.sum, score), out.best = std::max(out.best, score);
  });
  out.marginals.assign(c.emission.size(), 0);
  out.counts.clear(kChainLabels);
  every_path(c, [&](const std::vector<int32_t>& labels, double score) {
    const double p = std::exp(score - out.sum);
    for (size_t t = 0; t < labels.size(); ++t) {
      const auto k = static_cast<size_t>(labels[t]);
      out.marginals[t * kChainLabels + k] += p;
      if (t > 0) out.counts.transition[static_cast<size_t>(labels[t - 1]) * kChainLabels + k] += p;
    }
    out.counts.begin[static_cast<size_t>(labels.front())] += p;
    out.counts.end[static_cast<size_t>(labels.back())] += p;
  });
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance, const char* what) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], tolerance) << what << " " << i;
}

TEST(Chain, IsTheSumOverAllPaths) {
  for (const bool forbidden : {false, true}) {
    for (const int steps : {1, 2, 3, 6}) {
      for (uint32_t number = 0; number < 8; ++number) {
        const ChainCase c = chain_case(steps, 2, forbidden, number);
        const ByHand want = by_hand(c);
        ChainSums sums(c.scores);
        EXPECT_NEAR(sums.forward(c.emission), want.sum, kDoubleTwoWays * 10);
        std::vector<double> marginals(c.emission.size());
        sums.backward(marginals);
        expect_near(marginals, want.marginals, kDoubleTwoWays * 10, "marginal");
        ChainCounts counts;
        counts.clear(kChainLabels);
        sums.add_counts(1, counts);
        expect_near(counts.transition, want.counts.transition, kDoubleTwoWays * 10, "transition");
        expect_near(counts.begin, want.counts.begin, kDoubleTwoWays * 10, "begin");
        expect_near(counts.end, want.counts.end, kDoubleTwoWays * 10, "end");
        const std::vector<int32_t> best = best_chain(c.scores, c.emission);
        ASSERT_EQ(best.size(), c.steps());
        EXPECT_NEAR(chain_score(c.scores, c.emission, best), want.best, kDoubleTwoWays * 10);
      }
    }
  }
}

// Scores so far apart that products of exponentials are 0 in a double: logarithms take over.
TEST(Chain, HoldsScoresThatNoExponentialHolds) {
  for (uint32_t number = 0; number < 8; ++number) {
    const ChainCase c = chain_case(4, 3000, number % 2 == 1, number);
    const ByHand want = by_hand(c);
    ChainSums sums(c.scores);
    EXPECT_NEAR(sums.forward(c.emission), want.sum, 1e-9 * (1 + std::abs(want.sum)));
    std::vector<double> marginals(c.emission.size());
    sums.backward(marginals);
    expect_near(marginals, want.marginals, 1e-7, "marginal");
    ChainCounts counts;
    counts.clear(kChainLabels);
    sums.add_counts(1, counts);
    expect_near(counts.transition, want.counts.transition, 1e-7, "transition");
  }
}

TEST(Chain, WithoutAnAllowedPathThereIsNone) {
  ChainCase c = chain_case(3, 1, false, 1);
  c.scores.transition.assign(c.scores.transition.size(), kLogZero);
  EXPECT_EQ(ChainSums(c.scores).forward(c.emission), kLogZero);
  EXPECT_TRUE(best_chain(c.scores, c.emission).empty());
  c = chain_case(3, 1, false, 1);
  c.emission[5] = std::nan("");
  EXPECT_TRUE(std::isnan(ChainSums(c.scores).forward(c.emission)));
}

TEST(TagGrammar, SaysWhatMayFollow) {
  enum : int { kO = 0 };
  const int b = place_code({TagKind::begin, 1}), i = place_code({TagKind::inside, 1}),
            other = place_code({TagKind::inside, 2});
  const int e = place_code({TagKind::end, 1}), s = place_code({TagKind::single, 1});
  const std::vector<int> bio = {kO, b, i, other}, bioes = {kO, b, i, e, s};
  const TagGrammar open(bio), closed(bioes), any({});
  EXPECT_TRUE(open.may_begin(kO) && open.may_begin(b) && !open.may_begin(i));
  EXPECT_TRUE(open.may_follow(i, b) && open.may_follow(i, i) && open.may_follow(b, b) && open.may_follow(kO, i));
  EXPECT_FALSE(open.may_follow(i, kO) || open.may_follow(other, b) || open.may_follow(i, other));
  EXPECT_TRUE(open.may_end(b) && open.may_end(i));
  EXPECT_TRUE(closed.may_follow(e, b) && closed.may_follow(i, b) && closed.may_follow(s, e) && closed.may_follow(b, s));
  EXPECT_FALSE(closed.may_follow(kO, b) || closed.may_follow(s, i) || closed.may_follow(e, e) || closed.may_follow(i, s));
  EXPECT_FALSE(closed.may_end(b) || closed.may_end(i) || closed.may_begin(e));
  EXPECT_TRUE(any.may_begin(i) && any.may_follow(i, kO) && any.may_end(b));
}

}  // namespace
}  // namespace rnn::core::test
