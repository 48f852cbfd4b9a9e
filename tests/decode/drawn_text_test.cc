// Why: texts drawn together must equal those drawn alone, follow the model's distribution, and share no random number.
#include "decode/drawn_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "support/draw_together.h"
#include "support/history_scorer.h"

namespace rnn::core::test {
namespace {

using Ids = std::vector<int32_t>;

void expect_same(const Hypothesis& got, const Hypothesis& want, const std::string& what) {
  EXPECT_EQ(got.ids, want.ids) << what;
  EXPECT_EQ(got.log_prob, want.log_prob) << what;
  EXPECT_EQ(got.score, want.log_prob) << what;
  EXPECT_EQ(got.finished, want.finished) << what;
}

// By a Sampler of its own, step by step.
Hypothesis draw_alone(const HistoryScorer& scorer, const Source& source, const Ids& prompt, const DrawOptions& how) {
  Sampler sampler(scorer.vocabulary());
  Random random(how.seed, Purpose::sample, how.stream);
  Hypothesis text;
  while (static_cast<int>(text.ids.size()) < how.max_tokens && !text.finished) {
    Ids history = prompt;
    history.insert(history.end(), text.ids.begin(), text.ids.end());
    const std::vector<float> log_p = scorer.after(history, source);
    SampleOptions options = how.sampling;
    options.recent = text.ids;
    const int32_t id = sampler.draw(log_p, options, random);
    text.ids.push_back(id);
    text.log_prob += log_p[static_cast<size_t>(id)];
    text.finished = std::count(how.ends.begin(), how.ends.end(), id) > 0;
  }
  return text;
}

TEST(DrawnText, ATextIsTheSameWhateverIsDrawnBesideIt) {
  const Ids end = {0}, banned = {2, 3}, prompt = {1, 4};
  Random random(5, Purpose::test);
  for (uint32_t trial = 0; trial < 20; ++trial) {
    std::vector<DrawOptions> each(1 + random.below(9));
    std::vector<Source> sources;
    for (DrawOptions& how : each) {
      how.max_tokens = static_cast<int>(random.below(12));
      how.seed = random.below(3), how.stream = random.below(100);
      how.sampling.temperature = random.below(4) * 0.5;
      how.sampling.top_k = random.below(2) == 0 ? 0 : 5;
      how.sampling.top_p = random.below(2) == 0 ? 1 : 0.8;
      how.sampling.repetition_penalty = random.below(2) == 0 ? 1 : 1.5;
      if (random.below(2) == 0) how.ends = end;
      if (random.below(3) == 0) how.sampling.banned = banned;
      sources.push_back({random.below(50), 0});
    }
    HistoryScorer scorer(20, trial, false, sources);
    const std::vector<Hypothesis> got = draw_together(scorer, prompt, each);
    ASSERT_EQ(got.size(), each.size());
    for (size_t i = 0; i < each.size(); ++i) {
      const std::string what = std::to_string(trial) + " " + std::to_string(i);
      expect_same(got[i], draw_alone(scorer, sources[i], prompt, each[i]), what);
      HistoryScorer alone(20, trial, false, {sources[i]});
      expect_same(got[i], draw_together(alone, prompt, {&each[i], 1})[0], what + " alone");
    }
  }
  HistoryScorer scorer(3, 1);
  EXPECT_TRUE(draw_together(scorer, Ids{1}, {}).empty());
}

// Streams of one seed: as many different draws, and the two tokens of a text as often as the model says.
TEST(DrawnText, DrawsFollowTheModel) {
  constexpr int kVocabulary = 4, kTexts = 20000;
  HistoryScorer scorer(kVocabulary, 11);
  std::vector<DrawOptions> each(kTexts);
  for (uint32_t i = 0; i < kTexts; ++i) each[i].max_tokens = 2, each[i].stream = i, each[i].sampling.temperature = 1;
  const Ids prompt = {2};
  int seen[kVocabulary][kVocabulary] = {};
  for (const Hypothesis& text : draw_together(scorer, prompt, each)) {
    ASSERT_EQ(text.ids.size(), 2u);
    ++seen[text.ids[0]][text.ids[1]];
  }
  const std::vector<float> first = scorer.after(prompt);
  for (int32_t a = 0; a < kVocabulary; ++a) {
    const std::vector<float> second = scorer.after({2, a});
    for (int32_t b = 0; b < kVocabulary; ++b) {
      const double log_p = static_cast<double>(first[static_cast<size_t>(a)]) + second[static_cast<size_t>(b)];
      const double p = std::exp(log_p);
      EXPECT_NEAR(seen[a][b], kTexts * p, 5 * std::sqrt(kTexts * p * (1 - p)) + 1e-9) << a << " " << b;  // 5 deviations
    }
  }
}

TEST(DrawnText, WithoutTemperatureIsGreedy) {
  const Ids end = {0}, prompt = {3};
  for (uint32_t seed = 0; seed < 20; ++seed) {
    HistoryScorer scorer(7, seed);
    BeamOptions beam;
    beam.beam = 1, beam.max_tokens = 10, beam.ends = end;
    DrawOptions how;
    how.max_tokens = 10, how.ends = end, how.sampling.temperature = 0;
    expect_same(draw_together(scorer, prompt, {&how, 1})[0], beam_search(scorer, prompt, beam)[0], std::to_string(seed));
  }
}

// What is recent is the text's own: no token comes twice while there are others, and each text counts for itself.
TEST(DrawnText, ARepetitionPenaltyLooksAtTheTextItself) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    HistoryScorer scorer(30, seed);
    std::vector<DrawOptions> each(3);
    for (DrawOptions& how : each) how.max_tokens = 5, how.sampling.temperature = 0, how.sampling.repetition_penalty = 1e6;
    const std::vector<Hypothesis> texts = draw_together(scorer, Ids{3}, each);
    for (const Hypothesis& text : texts) {
      Ids ids = text.ids;
      std::sort(ids.begin(), ids.end());
      EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << seed;
      EXPECT_EQ(text.ids, texts[0].ids) << seed;
    }
  }
}

}  // namespace
}  // namespace rnn::core::test
