// Why: models of labels pool their hidden rows, add several ids of a step, or put a chain over their tags: their gradients are exact, and a
// ragged batch is its sequences one by one.
#include <gtest/gtest.h>

#include <cmath>

#include "alignment/chain.h"
#include "alignment/log_space.h"
#include "alignment/tag_places.h"
#include "heads/crf.h"
#include "kernels/host.h"
#include "nn/layers/pooling.h"
#include "support/tiny_run.h"
#include "support/tolerances.h"
#include "train/gradient_check.h"
#include "train/one_by_one.h"

namespace rnn::core::test {
namespace {

constexpr int kLabelIds = 7, kLabelWidth = 3, kLabels = 5, kLabelLetters = 6;

struct LabelCase {
  const char* name;
  Pooling pool = Pooling::last;
  int columns = 1;
  bool frames = false, both = false, crf = false, grammar = false;
  int whole = 0;    // labels of the sequence beside those of its steps
  int letters = 0;  // of a word
  Answers answers = Answers::one;
  bool tags() const { return crf || whole > 0; }
};
void PrintTo(const LabelCase& c, std::ostream* out) { *out << c.name; }

// O, B-x, I-x, B-y, I-y
std::vector<int> bio_places() {
  return {0, place_code({TagKind::begin, 1}), place_code({TagKind::inside, 1}), place_code({TagKind::begin, 2}),
          place_code({TagKind::inside, 2})};
}

ModelConfig config_of(const LabelCase& l, CellKind cell) {
  ModelConfig c;
  c.task = l.tags() ? "tag" : "classify";
  c.whole_labels = l.whole;
  c.rnn.cell = cell;
  c.rnn.hidden = 6, c.rnn.layers = 2, c.rnn.input = kLabelWidth;
  c.rnn.bidirectional = l.both;
  c.vocabulary = l.frames ? 0 : kLabelIds;
  c.output = kLabels;
  c.dropout = c.rnn.dropout = 0.2;
  c.pool = l.pool, c.columns = l.columns, c.crf = l.crf, c.answers = l.answers;
  if (l.columns > 1) c.drops.words = 0.3;
  if (l.letters > 0) c.letters = {.vocabulary = kLabelLetters, .embed = 4, .width = 3, .filters = 5, .longest = l.letters};
  if (l.grammar) c.places = bio_places();
  return c;
}

// Some ids of several are missing; one label of a chain is not known.
Batch batch_of(const LabelCase& l, const std::vector<int>& lengths) {
  Batch b;
  b.in.seq = Seq::ragged(lengths);
  b.to.last_step = !l.tags();
  b.in.width = l.frames ? kLabelWidth : 0, b.in.columns = l.columns + l.letters;
  Random random(12, Purpose::test);
  const auto below = [&](int n) { return static_cast<int32_t>(random.below(static_cast<uint32_t>(n))); };
  for (int i = 0; i < b.in.seq.rows() * l.columns && !l.frames; ++i) {
    b.in.ids.push_back(l.columns > 1 && i % 4 == 1 ? -1 : below(kLabelIds));
    if ((i + 1) % l.columns != 0) continue;
    for (int k = 0, n = l.letters > 0 ? below(l.letters + 1) : 0; k < l.letters; ++k)
      b.in.ids.push_back(k < n ? below(kLabelLetters) : -1);
  }
  for (int i = 0; i < b.in.seq.rows() * b.in.width; ++i) b.in.frames.push_back(static_cast<float>(random.normal()));
  constexpr int32_t kFree[] = {0, 1, 3};  // may follow each other
  const bool several = l.answers == Answers::several;
  for (int64_t i = 0; i < b.target_rows() && !several; ++i) b.to.ids.push_back(l.grammar ? kFree[below(3)] : below(kLabels));
  b.to.width = several ? kLabels : 0;
  for (int64_t i = 0; i < b.target_rows() * b.to.width; ++i) b.to.values.push_back(static_cast<float>(below(2)));
  b.to.weights.assign(static_cast<size_t>(b.target_rows()), 1);
  b.to.weights[1] = 0;
  for (int r = 0; r < b.in.seq.streams() && l.whole > 0; ++r) b.to.whole.push_back(r == 2 ? -1 : below(l.whole));
  return b;
}

std::unique_ptr<Model<double>> random_model(const ModelConfig& config) {
  auto model = std::make_unique<Model<double>>(config);
  Random random(5, Purpose::test);
  for (size_t i = 0; i < model->params().size(); ++i) model->params().data()[i] = random.uniform(-0.6, 0.6);
  return model;
}

class LabelModels : public testing::TestWithParam<LabelCase> {};

TEST_P(LabelModels, GradientsAreExact) {
  for (const CellKind cell : {CellKind::lstm, CellKind::gru}) {
    const auto model = random_model(config_of(GetParam(), cell));
    CheckOptions options;
    options.per_tensor = 30;
    if (GetParam().whole > 0 && !GetParam().crf) options.label_smoothing = 0.1;
    for (const TensorCheck& c : check_gradients(*model, batch_of(GetParam(), {5, 2, 7, 1}), options)) {
      EXPECT_LE(c.worst, 1e-6) << c.name;
      EXPECT_GT(c.norm, 1e-5) << c.name << " has no gradient";
    }
  }
}

TEST_P(LabelModels, ARaggedBatchIsItsSequencesOneByOne) {
  expect_one_by_one(config_of(GetParam(), CellKind::gru), batch_of(GetParam(), {3, 6, 1, 4}), 2);
}

INSTANTIATE_TEST_SUITE_P(
    All, LabelModels,
    testing::Values(LabelCase{"mean", Pooling::mean, 1, false, true}, LabelCase{"max", Pooling::max, 1, true, true},
                    LabelCase{"attention", Pooling::attention, 1, false, true},
                    LabelCase{"attention forward", Pooling::attention, 1, true, false},
                    LabelCase{"max forward", Pooling::max, 1, false, false},
                    LabelCase{"columns", Pooling::mean, 3, false, true},
                    LabelCase{"chain", Pooling::last, 1, false, true, true},
                    LabelCase{"chain of spans", Pooling::last, 3, false, true, true, true},
                    LabelCase{"tags and a label", Pooling::last, 3, false, true, false, false, 4},
                    LabelCase{"tags and a label forward", Pooling::last, 1, true, false, false, false, 4},
                    LabelCase{"chain of spans and a label", Pooling::last, 1, true, true, true, true, 3},
                    LabelCase{"letters", Pooling::max, 1, false, true, false, false, 0, 4},
                    LabelCase{"letters and columns", Pooling::last, 3, false, true, true, true, 0, 5},
                    LabelCase{"several", Pooling::max, 1, false, true, false, false, 0, 0, Answers::several},
                    LabelCase{"ordered", Pooling::mean, 1, true, true, false, false, 0, 0, Answers::ordered},
                    LabelCase{"ordered forward", Pooling::last, 1, false, false, false, false, 0, 0, Answers::ordered}));

// By the definition: the softmax of the scores, with scores so far apart that the largest has to be taken off.
TEST(AttentionRows, AreTheMeanWeightedByTheSoftmaxOfTheScores) {
  constexpr int kWidth = 5;
  const Seq seq = Seq::ragged({4, 0, 7, 1});
  Random random(3, Purpose::test);
  std::vector<double> h(static_cast<size_t>(seq.rows()) * kWidth), query(kWidth), out(4 * kWidth),
      scores(static_cast<size_t>(seq.rows()));
  for (double& x : h) x = 30 * random.normal();
  for (double& x : query) x = 3 * random.normal();
  std::vector<Attended<double>> found(4);
  Pool pool(2);
  Arena arena;
  Context<double> context{pool, arena};
  attention_rows<double>(context, seq, {h.data(), seq.rows(), kWidth, kWidth}, query.data(), {out.data(), 4, kWidth, kWidth},
                         scores.data(), found.data());
  std::vector<int> lengths(4);
  seq.lengths(lengths.data());
  for (int r = 0; r < 4; ++r) {
    std::vector<double> s(static_cast<size_t>(lengths[static_cast<size_t>(r)])), sum(kWidth, 0);
    const auto row = [&](size_t t) { return h.data() + static_cast<size_t>(seq.start[t] + r) * kWidth; };
    double largest = -1e300, total = 0;
    for (size_t t = 0; t < s.size(); ++t) {
      for (int i = 0; i < kWidth; ++i) s[t] += row(t)[i] * query[static_cast<size_t>(i)];
      largest = std::max(largest, s[t]);
    }
    for (const double x : s) total += std::exp(x - largest);
    for (size_t t = 0; t < s.size(); ++t)
      for (size_t i = 0; i < kWidth; ++i) sum[i] += std::exp(s[t] - largest) / total * row(t)[i];
    for (size_t i = 0; i < kWidth; ++i) EXPECT_NEAR(out[static_cast<size_t>(r) * kWidth + i], sum[i], 1e-10) << r;
  }
}

// The loss of a chain, and the hidden rows that it is of, in the arena.
struct ChainLoss {
  LossSum sum;
  std::vector<double> rows;
  View<double> hidden;
};
ChainLoss chain_loss(const Model<double>& model, const Batch& batch, Context<double>& context) {
  ChainLoss found;
  State<double> state = model.initial(batch.in.seq.streams());
  const Seq* seq = nullptr;
  found.hidden = model.forward_hidden(context, batch, state, nullptr, &seq);
  LossArgs<double> args;
  args.seq = seq, args.rows = &found.rows;
  found.sum = model.loss(context, found.hidden, batch.to, args);
  return found;
}

// The loss of a stream from outputs, the chain and its paths alone.
TEST(CrfHead, IsTheChainOfItsOutputs) {
  const LabelCase l{"chain of spans", Pooling::last, 1, true, false, true, true};
  ModelConfig config = config_of(l, CellKind::gru);
  config.dropout = config.rnn.dropout = 0;
  const auto model = random_model(config);
  Pool pool(1);
  model->pack(pool, true);
  const Batch batch = batch_of(l, {4, 2});  // row 1 is step 0 of the second sequence
  Arena arena;
  Context<double> context{pool, arena};
  const auto [sum, rows, h] = chain_loss(*model, batch, context);
  Matrix<double> y(h.rows, kLabels);
  model->forward_output(context, h, y.view());
  const ChainScores scores = model->head().crf()->scores(model->weights());
  double want = 0;
  for (int s = 0; s < 2; ++s) {
    std::vector<double> emission;
    std::vector<int32_t> known;
    const int r = batch.in.seq.positions()[static_cast<size_t>(s)];
    for (int t = 0; t < (s == 0 ? 4 : 2); ++t) {
      const int row = batch.in.seq.start[static_cast<size_t>(t)] + r;
      emission.insert(emission.end(), y.row(row), y.row(row) + kLabels);
      known.push_back(batch.to.weights[static_cast<size_t>(row)] > 0 ? batch.to.ids[static_cast<size_t>(row)] : -1);
    }
    double all = kLogZero, agreeing = kLogZero;
    const size_t T = known.size();
    for (size_t n = 0; n < static_cast<size_t>(std::pow(kLabels, T)); ++n) {
      std::vector<int32_t> labels;
      bool agrees = true;
      for (size_t t = 0, rest = n; t < T; ++t, rest /= kLabels) {
        labels.push_back(static_cast<int32_t>(rest % kLabels));
        agrees = agrees && (known[t] < 0 || known[t] == labels[t]);
      }
      const double score = chain_score(scores, emission, labels);
      all = log_add(all, score);
      if (agrees) agreeing = log_add(agreeing, score);
    }
    want += all - agreeing;
  }
  EXPECT_NEAR(sum.loss, want, kDoubleTwoWays * 50);
  EXPECT_EQ(sum.counted, 5);
  EXPECT_EQ(sum.weight, 5);
  EXPECT_TRUE(sum.correct.has_value());
}

TEST(CrfHead, ForbiddenTagsAreLeftOut) {
  const LabelCase l{"chain of spans", Pooling::last, 1, true, false, true, true};
  const auto model = random_model(config_of(l, CellKind::gru));
  Pool pool(1);
  model->pack(pool, true);
  Batch batch = batch_of(l, {3, 3});
  batch.to.weights.assign(6, 1);
  batch.to.ids = {2, 0, 0, 0, 0, 0};  // the first sequence begins with I-x
  Arena arena;
  Context<double> context{pool, arena};
  const auto [sum, rows, h] = chain_loss(*model, batch, context);
  EXPECT_EQ(sum.impossible, 1);
  EXPECT_EQ(sum.counted, 3);
  EXPECT_TRUE(std::isfinite(sum.loss));
  EXPECT_TRUE(std::isinf(rows[0]) && std::isfinite(rows[1]));
}

}  // namespace
}  // namespace rnn::core::test
