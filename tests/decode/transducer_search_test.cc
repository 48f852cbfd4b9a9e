// Why: an unlimited beam of a transducer is an exhaustive search; greedy follows the best class; neither depends on portions.
#include "decode/transducer_search.h"

#include <gtest/gtest.h>

#include <functional>

#include "decode/every_path.h"
#include "decode/sample.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr int kClasses = 3;

// A transducer made of a hash of the row's number, which is what a row of its encoder has, and of all labels so far.
class HashLabels final : public LabelScorer {
 public:
  explicit HashLabels(double blank_bonus = 0) : blank_bonus_(blank_bonus) {}
  void start(int slots) override {
    memory_.assign(static_cast<size_t>(slots), 0);
    known_.assign(static_cast<size_t>(slots), false);
    known_[0] = true;
  }
  void step(std::span<const SlotStep> steps) override {
    for (const SlotStep& s : steps) {
      EXPECT_TRUE(known_.at(static_cast<size_t>(s.from)));
      memory_.at(static_cast<size_t>(s.to)) = mixed(memory_.at(static_cast<size_t>(s.from)), static_cast<uint64_t>(s.unit));
      known_[static_cast<size_t>(s.to)] = true;
    }
  }
  void read(View<const float> rows) override {
    numbers_.clear();
    for (int t = 0; t < rows.rows; ++t) numbers_.push_back(static_cast<uint64_t>(row_of(rows, t)[0]));
  }
  View<const float> next(int row, std::span<const int> slots) override {
    const View<float> out = rows_.at_least(static_cast<int>(slots.size()), kClasses);
    for (size_t i = 0; i < slots.size(); ++i) {
      EXPECT_TRUE(known_.at(static_cast<size_t>(slots[i])));
      const std::vector<float> y = at(numbers_.at(static_cast<size_t>(row)), memory_.at(static_cast<size_t>(slots[i])));
      std::copy(y.begin(), y.end(), host(out).row(static_cast<int>(i)));
    }
    return out;
  }
  std::vector<float> at(uint64_t number, uint64_t memory) const {
    std::vector<double> logits;
    double sum = 0;
    for (uint64_t k = 0; k < kClasses; ++k) {
      logits.push_back(drawn_log_prob(mixed(mixed(number + 50, memory), k)) + (k == 0 ? blank_bonus_ : 0));
      sum += std::exp(logits.back());
    }
    std::vector<float> y;
    for (const double logit : logits) y.push_back(static_cast<float>(logit - std::log(sum)));
    return y;
  }

 private:
  double blank_bonus_;
  std::vector<uint64_t> memory_, numbers_;
  std::vector<bool> known_;
  Matrix<float> rows_;
};

Matrix<float> numbered_rows(int count, int first = 0) {
  Matrix<float> rows(count, 1);
  for (int t = 0; t < count; ++t) rows(t, 0) = static_cast<float>(first + t);
  return rows;
}

// Every way of at most `most` labels per row.
std::map<Units, double> every_way(const HashLabels& model, int rows, int most) {
  std::map<Units, double> texts;
  const std::function<void(int, int, Units, uint64_t, double)> go = [&](int t, int said, const Units& units, uint64_t memory,
                                                                        double log_p) {
    if (t == rows) {
      texts[units] += std::exp(log_p);
      return;
    }
    const std::vector<float> y = model.at(static_cast<uint64_t>(t), memory);
    go(t + 1, 0, units, memory, log_p + static_cast<double>(y[0]));
    for (int32_t k = 1; k < kClasses && said < most; ++k) {
      Units longer = units;
      longer.push_back(k);
      go(t, said + 1, longer, mixed(memory, static_cast<uint64_t>(k)),
         log_p + static_cast<double>(y[static_cast<size_t>(k)]));
    }
  };
  go(0, 0, {}, 0, 0);
  return texts;
}

TransducerBeamOptions unlimited(int most, const FusionOptions& fusion = {}) {
  return {{.width = 5000, .top_units = 0, .unit_floor = -1e9, .fusion = fusion}, most};
}

TEST(TransducerBeam, UnlimitedIsExhaustive) {
  for (int most = 1; most <= 3; ++most) {
    HashLabels model;
    const std::map<Units, double> texts = every_way(model, 3, most);
    TransducerBeam beam(model, unlimited(most));
    beam.push(numbered_rows(3).view());
    const std::vector<RecognisedText> found = beam.finished(1 << 20);
    ASSERT_EQ(found.size(), texts.size());
    for (const RecognisedText& text : found) {
      EXPECT_NEAR(text.log_prob, std::log(texts.at(text.units)), kDoubleTwoWays * 10);
      EXPECT_EQ(text.score, text.log_prob);
    }
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
  }
}

// The models of language stand in for CTC's and a transducer's beam alike.
TEST(TransducerBeam, LanguageIsScoredAsByBruteForce) {
  const Spelling spelling{{"", "a", ""}, 2, {}};
  const HashWords words;
  HashUnits units(kClasses);
  HashLabels model;
  std::map<std::string, double> best;
  for (const auto& [text, p] : every_way(model, 3, 2)) {
    std::vector<std::string> spelt;
    for (const SpeltWord& word : spelt_words(spelling, text)) spelt.push_back(word.text);
    const double score =
        std::log(p) + 0.5 * HashWords::sentence(spelt) + 0.3 * static_cast<double>(spelt.size()) + 0.7 * units.text(text);
    const auto [at, fresh] = best.try_emplace(spelt_text(spelling, text), score);
    if (!fresh) at->second = std::max(at->second, score);
  }
  TransducerBeam beam(
      model,
      unlimited(2, {.spelling = &spelling, .words = &words, .alpha = 0.5, .beta = 0.3, .units = &units, .unit_alpha = 0.7}));
  beam.push(numbered_rows(3).view());
  const std::vector<RecognisedText> found = beam.finished(1 << 20);
  ASSERT_EQ(found.size(), best.size());
  for (const RecognisedText& text : found) EXPECT_NEAR(text.score, best.at(text.text), kDoubleTwoWays * 10);
}

TEST(TransducerBeam, NarrowBeamsInPortionsAreTheWhole) {
  const Matrix<float> rows = numbered_rows(40);
  for (int width = 1; width <= 4; ++width) {
    HashLabels model(1.0);
    TransducerBeam whole(model, {{.width = width}, 3});
    whole.push(rows.view());
    const RecognisedText expected = whole.finished()[0];
    EXPECT_GT(expected.units.size(), 3U);
    for (int portion = 1; portion <= 5; ++portion) {
      HashLabels other(1.0);
      TransducerBeam beam(other, {{.width = width}, 3});
      Units stable;
      for (int t = 0; t < rows.rows(); t += portion) {
        beam.push(rows.view().middle(t, std::min(portion, rows.rows() - t)));
        const Units now = beam.stable();
        ASSERT_LE(stable.size(), now.size());
        EXPECT_TRUE(std::equal(stable.begin(), stable.end(), now.begin()));
        stable = now;
      }
      EXPECT_EQ(beam.finished()[0].units, expected.units);
      EXPECT_EQ(beam.finished()[0].score, expected.score);
    }
  }
}

TEST(TransducerBeam, AnUtteranceEndsWithNothingLeft) {
  HashLabels model;
  TransducerBeam beam(model, {{}, 2});
  beam.push(numbered_rows(4).view());
  const RecognisedText first = beam.finished()[0];
  beam.end_utterance();
  EXPECT_TRUE(beam.best().units.empty());
  beam.push(numbered_rows(4).view());
  EXPECT_EQ(beam.finished()[0].units, first.units);
  EXPECT_EQ(beam.finished()[0].score, first.score);
}

TEST(TransducerGreedy, FollowsTheBestClass) {
  HashLabels model;
  for (int most = 1; most <= 3; ++most) {
    TransducerGreedy greedy(model, most);
    greedy.push(numbered_rows(12).view());
    Units expected;
    double log_p = 0;
    std::vector<int64_t> rows;
    uint64_t memory = 0;
    for (int t = 0; t < 12; ++t) {
      for (int said = 0;; ++said) {
        const std::vector<float> y = model.at(static_cast<uint64_t>(t), memory);
        const auto best = said == most ? 0 : static_cast<int32_t>(std::max_element(y.begin(), y.end()) - y.begin());
        log_p += static_cast<double>(y[static_cast<size_t>(best)]);
        if (best == 0) break;
        expected.push_back(best), rows.push_back(t);
        memory = mixed(memory, static_cast<uint64_t>(best));
      }
    }
    EXPECT_EQ(greedy.ids(), expected);
    EXPECT_DOUBLE_EQ(greedy.log_prob(), log_p);
    ASSERT_EQ(greedy.units().size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(greedy.units()[i].first, rows[i]);
    EXPECT_GT(expected.size(), 2U);
  }
}

TEST(TransducerGreedy, PortionsAndEndpoints) {
  HashLabels model;
  TransducerGreedy whole(model);
  whole.push(numbered_rows(20).view());
  const std::vector<HeardUnit> expected = whole.units();
  TransducerGreedy greedy(model);
  for (int t = 0; t < 20; ++t) greedy.push(numbered_rows(1, t).view());
  EXPECT_EQ(greedy.units(), expected);
  EXPECT_EQ(greedy.trailing_blanks(), 19 - expected.back().last);
  greedy.end_utterance();
  EXPECT_EQ(greedy.trailing_blanks(), 0);
  greedy.push(numbered_rows(20).view());
  ASSERT_EQ(greedy.units().size(), expected.size()) << "the same rows again: nothing of the utterance before is left";
  EXPECT_EQ(greedy.units()[0].first, expected[0].first + 20);
}

}  // namespace
}  // namespace rnn::core::test
