// Why: a beam search that is a little wrong still finds good texts; only all texts of a small vocabulary show it.
#include "decode/beam.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

#include "support/failure.h"
#include "support/history_scorer.h"

namespace rnn::core::test {
namespace {

using Ids = std::vector<int32_t>;

bool has(std::span<const int32_t> ids, int32_t id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

bool repeats(const Ids& ids, int n) {
  for (int a = 0; n > 0 && a + n <= static_cast<int>(ids.size()); ++a) {
    for (int b = 0; b < a; ++b) {
      if (std::equal(ids.begin() + a, ids.begin() + a + n, ids.begin() + b)) return true;
    }
  }
  return false;
}

struct Question {
  const HistoryScorer& scorer;
  const BeamOptions& options;
  Ids prompt, forced;
  Source source;
};

// All leaves below `h`, by the definition. `looked`: sums of what was looked at each position of the source.
void all_leaves(const Question& q, const Hypothesis& h, std::vector<double> looked, std::vector<Hypothesis>& out) {
  const BeamOptions& o = q.options;
  Ids history = q.prompt;
  history.insert(history.end(), h.ids.begin(), h.ids.end());
  const std::vector<float> log_p = q.scorer.after(history, q.source), shares = q.scorer.looks(history, q.source);
  double covered = 0;
  for (size_t j = 0; j < looked.size(); ++j) {
    looked[j] += shares[j];
    covered += looked[j] >= 1 ? 0 : std::log(looked[j] < FLT_MIN ? static_cast<double>(FLT_MIN) : looked[j]);
  }
  for (int32_t id = 0; id < q.scorer.vocabulary(); ++id) {
    Hypothesis next = h;
    next.ids.push_back(id);
    next.log_prob += log_p[static_cast<size_t>(id)];
    const size_t n = next.ids.size();
    if (!std::isfinite(next.log_prob) || has(o.banned, id) || repeats(next.ids, o.no_repeat)) continue;
    if (n <= q.forced.size() && q.forced[n - 1] != id) continue;
    next.finished = has(o.ends, id) || (o.finished && o.finished(next.ids));
    if (next.finished && static_cast<int>(n) < o.min_tokens) continue;
    if (!next.finished && static_cast<int>(n) < o.max_tokens) {
      all_leaves(q, next, looked, out);
      continue;
    }
    const double length = o.length_rule == LengthRule::wu ? (5.0 + static_cast<double>(n)) / 6 : static_cast<double>(n);
    next.score = next.log_prob / std::pow(length, o.alpha) + o.coverage * covered;
    out.push_back(next);
  }
}

std::vector<Hypothesis> brute_force(const Question& q) {
  std::vector<Hypothesis> all;
  all_leaves(q, {}, std::vector<double>(static_cast<size_t>(q.source.length)), all);
  std::sort(all.begin(), all.end(),
            [](const Hypothesis& a, const Hypothesis& b) { return a.score != b.score ? a.score > b.score : a.ids < b.ids; });
  if (all.size() > static_cast<size_t>(q.options.n_best)) all.resize(static_cast<size_t>(q.options.n_best));
  return all;
}

void expect_same(const std::vector<Hypothesis>& got, const std::vector<Hypothesis>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].ids, want[i].ids) << what << " " << i;
    EXPECT_EQ(got[i].log_prob, want[i].log_prob) << what << " " << i;
    EXPECT_NEAR(got[i].score, want[i].score, 1e-12) << what << " " << i;
    EXPECT_EQ(got[i].finished, want[i].finished) << what << " " << i;
  }
}

TEST(Beam, FindsTheBestOfAllTextsWhenItHoldsThemAll) {
  const Ids end = {0}, banned = {2}, prompt = {1, 3};
  for (uint32_t seed = 0; seed < 12; ++seed) {
    for (const bool coarse : {false, true}) {
      for (const auto& [alpha, rule] :
           {std::pair{0.0, LengthRule::power}, {1.0, LengthRule::power}, {0.7, LengthRule::wu}}) {
        HistoryScorer scorer(4, seed, coarse);
        BeamOptions o;
        o.beam = 1024, o.n_best = 7, o.max_tokens = 5, o.ends = end, o.alpha = alpha, o.length_rule = rule;
        const std::string what = std::to_string(seed) + " " + std::to_string(alpha) + (coarse ? " coarse" : "");
        expect_same(beam_search(scorer, prompt, o), brute_force({scorer, o, prompt, {}, {}}), what);
        o.min_tokens = 3, o.no_repeat = 2;
        expect_same(beam_search(scorer, prompt, o), brute_force({scorer, o, prompt, {}, {}}), what + " min");
        o.banned = banned, o.no_repeat = 1;
        expect_same(beam_search(scorer, prompt, o), brute_force({scorer, o, prompt, {}, {}}), what + " banned");
        const Ids forced = {3, 1};
        o.banned = {}, o.no_repeat = 0, o.min_tokens = 0, o.allow = begin_with(forced);
        expect_same(beam_search(scorer, prompt, o), brute_force({scorer, o, prompt, forced, {}}), what + " forced");
        o.allow = nullptr, o.finished = [](std::span<const int32_t> ids) { return ids.size() >= 2 && ids.back() == 1; };
        expect_same(beam_search(scorer, prompt, o), brute_force({scorer, o, prompt, {}, {}}), what + " stop");
      }
    }
  }
}

// Three searches of sources of unlike lengths at once, each against all its texts.
TEST(Beam, WithACoveragePenaltyIsStillTheBestOfAllTexts) {
  const Ids end = {0}, prompt = {2};
  const std::vector<Source> sources = {{1, 3}, {2, 1}, {3, 5}};
  int other = 0;  // the penalty chose another text
  for (uint32_t seed = 0; seed < 12; ++seed) {
    HistoryScorer scorer(4, seed, seed % 2 == 1, sources);
    for (const double coverage : {0.2, 5.0}) {
      BeamOptions o;
      o.beam = 1024, o.n_best = 6, o.max_tokens = 5, o.ends = end, o.alpha = 0.6, o.length_rule = LengthRule::wu;
      BeamOptions plain = o;
      o.coverage = coverage;
      const auto got = beam_search(scorer, prompt, std::vector<BeamOptions>(sources.size(), o));
      const auto without = beam_search(scorer, prompt, std::vector<BeamOptions>(sources.size(), plain));
      ASSERT_EQ(got.size(), sources.size());
      for (size_t i = 0; i < sources.size(); ++i) {
        const std::string what = std::to_string(seed) + " " + std::to_string(coverage) + " " + std::to_string(i);
        expect_same(got[i], brute_force({scorer, o, prompt, {}, sources[i]}), what);
        expect_same(without[i], brute_force({scorer, plain, prompt, {}, sources[i]}), what + " plain");
        other += got[i][0].ids != without[i][0].ids;
      }
    }
  }
  EXPECT_GT(other, 5);
}

TEST(Beam, RefusesACoveragePenaltyWhereNothingIsLookedAt) {
  HistoryScorer scorer(4, 1);
  BeamOptions o;
  o.coverage = 0.1;
  const Failure f = failure_of([&] { beam_search(scorer, Ids{1}, o); });
  EXPECT_EQ(f.code, "search/coverage");
  EXPECT_EQ(f.exit, Exit::usage);
}

TEST(Beam, OneHypothesisIsGreedy) {
  const Ids end = {0};
  for (uint32_t seed = 0; seed < 20; ++seed) {
    HistoryScorer scorer(9, seed);
    BeamOptions o;
    o.beam = 1, o.max_tokens = 12, o.ends = end;
    Ids history = {5};
    Hypothesis want;
    while (want.ids.size() < 12 && !want.finished) {
      const std::vector<float> log_p = scorer.after(history);
      const auto best = std::max_element(log_p.begin(), log_p.end());
      want.ids.push_back(static_cast<int32_t>(best - log_p.begin()));
      history.push_back(want.ids.back());
      want.log_prob += *best;
      want.finished = want.ids.back() == 0;
    }
    want.score = want.log_prob;
    expect_same(beam_search(scorer, Ids{5}, o), {want}, std::to_string(seed));
  }
}

// The greedy text is among what a wider beam finds or beats; never a worse one than with the beam of one.
TEST(Beam, AWiderBeamOfAllIsNeverWorse) {
  const Ids end = {0};
  double one = 0, five = 0;
  for (uint32_t seed = 0; seed < 50; ++seed) {
    HistoryScorer scorer(12, seed);
    BeamOptions o;
    o.max_tokens = 8, o.ends = end;
    o.beam = 1;
    one += beam_search(scorer, Ids{3}, o)[0].score;
    o.beam = 5;
    five += beam_search(scorer, Ids{3}, o)[0].score;
  }
  EXPECT_GT(five, one + 5);  // nats over 50 texts
}

TEST(Beam, EndsWhenNothingCanBecomeBetter) {
  const Ids end = {0};
  HistoryScorer scorer(6, 1), longer(6, 1);
  BeamOptions o;
  o.beam = 4, o.max_tokens = 20, o.ends = end;
  const auto short_limit = beam_search(scorer, Ids{2}, o);
  o.max_tokens = 2000;
  expect_same(beam_search(longer, Ids{2}, o), short_limit, "the limit is far away");
  EXPECT_LT(longer.steps(), 4 * 100);
}

TEST(Beam, NothingIsInventedWhereNothingIsPossible) {
  HistoryScorer scorer(4, 2);
  BeamOptions o;
  o.beam = 3, o.n_best = 3, o.max_tokens = 4;
  const Ids all = {0, 1, 2, 3};
  o.banned = all;
  EXPECT_TRUE(beam_search(scorer, Ids{1}, o).empty());
  o.banned = {};
  o.max_tokens = 0;
  const auto none = beam_search(scorer, Ids{1}, o);
  ASSERT_EQ(none.size(), 1u);
  EXPECT_TRUE(none[0].ids.empty());
}

TEST(Scorer, LogSoftmaxIsItsFormulaAndKnowsInfinity) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Matrix<float> x(5, 4);
  const float rows[5][4] = {
      {1, 2, 3, 4}, {1000, 999, -1000, -inf}, {nan, 0, 0, -inf}, {-inf, -inf, -inf, -inf}, {inf, 3, inf, nan}};
  for (int r = 0; r < 5; ++r) std::copy_n(rows[r], 4, x.row(r));
  log_softmax(x.view(), x.view());
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0) + std::exp(4.0);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(x(0, i), i + 1 - std::log(sum), 1e-6);
  EXPECT_NEAR(x(1, 0), -std::log(1 + std::exp(-1.0)), 1e-6);
  EXPECT_NEAR(x(1, 2), -2000 - std::log1p(std::exp(-1.0)), 1e-3);  // a float has 7 digits
  EXPECT_EQ(x(1, 3), -inf);
  EXPECT_EQ(x(2, 0), -inf);
  EXPECT_NEAR(x(2, 1), -std::log(2.0), 1e-6);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(x(3, i), -std::log(4.0), 1e-6);
  EXPECT_NEAR(x(4, 0), -std::log(2.0), 1e-6);
  EXPECT_EQ(x(4, 1), -inf);
  EXPECT_EQ(x(4, 3), -inf);
}

// Rows that the kernel takes beside rows that it leaves, in place and apart, few and many: what the careful loop says.
TEST(Scorer, LogSoftmaxWithAPoolIsTheSame) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Pool pool(2);
  Random random(3, Purpose::test);
  for (const int cols : {1, 5, 16, 70, 900}) {
    Matrix<float> x(24, cols), apart(24, cols), want(24, cols);
    for (size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(4 * random.normal());
    for (int r = 0; r < x.rows(); r += 3) {  // every third row is a strange one
      const auto anywhere = [&]() -> float& { return x(r, static_cast<int>(random.below(static_cast<uint32_t>(cols)))); };
      if (r % 4 == 0) anywhere() = nan;
      if (r % 4 == 1) anywhere() = inf;
      if (r % 4 == 2) std::fill_n(x.row(r), cols, -inf);
      if (r % 4 == 3) anywhere() = -inf;
      if (r % 4 == 2 && r > 12) anywhere() = nan;
    }
    log_softmax(x.view(), want.view());
    log_softmax(kernels<float>(), pool, x.view(), apart.view());
    log_softmax(kernels<float>(), pool, x.view(), x.view());
    for (int r = 0; r < x.rows(); ++r) {
      for (int i = 0; i < cols; ++i) {
        EXPECT_EQ(x(r, i), apart(r, i)) << cols << " " << r << " " << i;
        if (std::isfinite(want(r, i))) {
          EXPECT_NEAR(x(r, i), want(r, i), 2e-6 * (1 + std::abs(want(r, i)))) << cols << " " << r << " " << i;
          EXPECT_LE(x(r, i), 0);
        } else {
          EXPECT_EQ(x(r, i), want(r, i)) << cols << " " << r << " " << i;
        }
      }
    }
  }
}

TEST(Scorer, ContinuationsOfUnlikeLengthsAreTheirOwnSums) {
  HistoryScorer scorer(7, 3);
  const Ids prompt = {1, 4, 2};
  const std::vector<Ids> texts = {{3, 3, 5}, {}, {6}, {1, 2, 3, 4, 5}, {3, 3}};
  const auto got = continuation_log_probs(scorer, prompt, texts);
  ASSERT_EQ(got.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    Ids history = prompt;
    ASSERT_EQ(got[i].size(), texts[i].size());
    for (size_t t = 0; t < texts[i].size(); ++t) {
      EXPECT_EQ(got[i][t], static_cast<double>(scorer.after(history)[static_cast<size_t>(texts[i][t])])) << i << " " << t;
      history.push_back(texts[i][t]);
    }
  }
}

TEST(Ensemble, IsTheMeanOfTheProbabilities) {
  HistoryScorer a(6, 1), b(6, 2), c(6, 3);
  EnsembleScorer equal({&a, &b, &c}), weighted({&a, &b, &c}, {2, 1, 1});
  for (auto* scorer : {&equal, &weighted}) {
    scorer->start(2);
    scorer->step(Ids{1, 2});
    scorer->select({1, 0, 1});
    const View<const float> got = scorer->step(Ids{3, 4, 5});
    const std::vector<Ids> histories = {{2, 3}, {1, 4}, {2, 5}};
    const double w = scorer == &equal ? 1.0 / 3 : 0.5;
    for (int r = 0; r < 3; ++r) {
      double sum = 0;
      for (size_t i = 0; i < 6; ++i) {
        const auto p = [&](const HistoryScorer& s) { return std::exp(static_cast<double>(s.after(histories[r])[i])); };
        const double mean = w * p(a) + (1 - w) / 2 * (p(b) + p(c));
        EXPECT_NEAR(std::exp(static_cast<double>(host(got)(r, static_cast<int>(i)))), mean, 1e-7);
        sum += std::exp(static_cast<double>(host(got)(r, static_cast<int>(i))));
      }
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
}

TEST(Ensemble, LooksWhereItsMembersLookInTheMean) {
  const std::vector<Source> sources = {{1, 3}, {2, 5}}, others = {{7, 3}, {8, 5}}, longer = {{1, 3}, {2, 6}};
  HistoryScorer a(6, 1, false, sources), b(6, 2, false, others), c(6, 3, false, longer), blind(6, 4);
  EnsembleScorer both({&a, &b}, {3, 1}), unlike({&a, &c}), half({&a, &blind});
  for (EnsembleScorer* scorer : {&both, &unlike, &half}) {
    scorer->start(2);
    scorer->step(Ids{1, 2});
    scorer->select({1, 0, 1});
    scorer->step(Ids{3, 4, 5});
    if (scorer != &both) {
      EXPECT_EQ(scorer->attention().rows, 0);
      continue;
    }
    const std::vector<Ids> histories = {{2, 3}, {1, 4}, {2, 5}};
    const std::vector<size_t> source = {1, 0, 1};
    ASSERT_EQ(scorer->attention().rows, 3);
    ASSERT_GE(scorer->attention().cols, 5);
    for (int r = 0; r < 3; ++r) {
      const size_t s = source[static_cast<size_t>(r)];
      const Ids& history = histories[static_cast<size_t>(r)];
      ASSERT_EQ(scorer->looked_at(r), sources[s].length);
      for (int j = 0; j < sources[s].length; ++j) {
        const double of_a = a.looks(history, sources[s])[static_cast<size_t>(j)],
                     of_b = b.looks(history, others[s])[static_cast<size_t>(j)];
        EXPECT_NEAR(host(scorer->attention())(r, j), 0.75 * of_a + 0.25 * of_b, 1e-7);
      }
    }
  }
}

TEST(Ensemble, RefusesUnlikeVocabulariesAndWeights) {
  HistoryScorer a(6, 1), b(7, 2);
  EXPECT_EQ(failure_of([&] { EnsembleScorer({&a, &b}); }).code, "ensemble/tokens");
  EXPECT_EQ(failure_of([&] { EnsembleScorer({&a, &a}, {1}); }).code, "ensemble/weights");
  EXPECT_EQ(failure_of([&] { EnsembleScorer({&a, &a}, {1, 0}); }).code, "ensemble/weights");
  EXPECT_EQ(failure_of([&] { EnsembleScorer({&a, &a}, {1, std::nan("")}); }).code, "ensemble/weights");
}

}  // namespace
}  // namespace rnn::core::test
