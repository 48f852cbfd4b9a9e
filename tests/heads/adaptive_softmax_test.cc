// Why: an adaptive softmax is a distribution over all classes, however it is computed: by definition, whole, as a loss, streamed.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>

#include "heads/head.h"
#include "io/model_file.h"
#include "kernels/host.h"
#include "networks/session.h"
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 41, kHidden = 12;

ModelConfig config_of(std::vector<int> cutoffs = {6, 15}, double divide = 2) {
  ModelConfig c = tiny_config(kVariants[2], kVocabulary, kHidden);
  c.softmax = {SoftmaxKind::adaptive, std::move(cutoffs), divide};
  return c;
}

Batch batch_of(int streams, int steps) {
  Batch batch;
  batch.in.seq = Seq::uniform_batch(streams, steps);
  batch.in.ids = random_tokens(streams * steps, kVocabulary, 1),
  batch.to.ids = random_tokens(streams * steps, kVocabulary, 2);
  for (int i = 0; i < streams * steps; ++i)
    batch.to.weights.push_back(i % 7 == 3 ? 0.0f : 0.5f + 0.25f * static_cast<float>(i % 3));
  return batch;
}

template <class T>
struct Pass {
  Pool pool{2};
  Arena arena;
  std::unique_ptr<Model<T>> model;
  Context<T> context{pool, arena};
  explicit Pass(const ModelConfig& config) : model(tiny_model<T>(config)) { model->pack(pool, true); }
  View<T> hidden(const Batch& batch) {
    State<T> state = model->initial(batch.in.seq.streams());
    return model->forward_hidden(context, batch, state, nullptr);
  }
  View<T> outputs(View<const T> h) {
    const View<T> y = arena.matrix<T>(h.rows, kVocabulary);
    model->forward_output(context, h, y);
    return y;
  }
};

std::vector<double> softmax(std::vector<double> x) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  for (double& v : x) v = std::exp(v) / sum;
  return x;
}

std::vector<double> times(View<const double> w, const std::vector<double>& x) {
  std::vector<double> y(w.rows);
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.cols; ++c) y[r] += host(w)(r, c) * x[c];
  }
  return y;
}

// Grave et al. 2017, word for word.
TEST(AdaptiveSoftmax, IsItsDefinitionAndADistribution) {
  const std::vector<int> cutoffs = {6, 15};
  Pass<double> p(config_of(cutoffs));
  const Batch batch = batch_of(3, 4);
  const View<double> h = p.hidden(batch), y = p.outputs(h);
  const auto weight = [&](const std::string& name) {
    const ParamId id = p.model->table().find("output." + name + ".weight");
    EXPECT_GE(id, 0) << name;
    return View<const double>(std::as_const(*p.model).params().view(id));
  };
  EXPECT_EQ(weight("head").rows, 8);
  EXPECT_EQ(weight("tail.1.0").rows, kHidden / 4);
  for (int m = 0; m < h.rows; ++m) {
    const std::vector<double> x(host(h).row(m), host(h).row(m) + h.cols), head = softmax(times(weight("head"), x));
    std::vector<double> expected(head.begin(), head.begin() + cutoffs[0]);
    for (int i = 0; i < 2; ++i) {
      const std::string tail = "tail." + std::to_string(i);
      for (const double q : softmax(times(weight(tail + ".1"), times(weight(tail + ".0"), x))))
        expected.push_back(head[static_cast<size_t>(cutoffs[0] + i)] * q);
    }
    double sum = 0;
    for (int k = 0; k < kVocabulary; ++k) {
      EXPECT_NEAR(std::exp(host(y)(m, k)), expected[static_cast<size_t>(k)], 1e-14);
      sum += std::exp(host(y)(m, k));
    }
    EXPECT_NEAR(sum, 1, 1e-13);
  }
}

// Loss and gradients part by part are those of the whole rows of log-probabilities, which are differentiated another way.
TEST(AdaptiveSoftmax, LossByPartsIsThatOfWholeRows) {
  for (const double divide : {1.0, 2.0}) {
    Pass<double> p(config_of({6, 15}, divide));
    const Batch batch = batch_of(5, 6);
    const View<double> h = p.hidden(batch);
    Params<double> whole_grads(p.model->table()), grads(p.model->table());
    const View<double> whole_dh = p.arena.matrix<double>(h.rows, h.cols), dh = p.arena.matrix<double>(h.rows, h.cols);
    const View<double> y = p.outputs(h);
    std::vector<double> whole_rows, rows, value_rows, cut_rows;
    const LossSum whole = p.model->head().loss_of(p.context, y, batch.to, {0, true}, &whole_rows);
    p.model->backward_output(p.context, h, y, whole_dh, whole_grads);
    const LossSum parts = p.model->loss(p.context, h, batch.to, {0, &rows, &grads, dh});
    p.model->loss(p.context, h, batch.to, {0, &value_rows, nullptr, {}});
    p.context.output_bytes = 1;  // blocks of a few rows
    p.model->loss(p.context, h, batch.to, {0, &cut_rows, nullptr, {}});
    EXPECT_NEAR(parts.loss, whole.loss, 1e-12 * whole.loss);
    EXPECT_EQ(parts.weight, whole.weight);
    EXPECT_EQ(rows, value_rows);
    EXPECT_EQ(rows, cut_rows);
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(rows[i], whole_rows[i], 1e-12);
    for (size_t i = 0; i < grads.size(); ++i) ASSERT_NEAR(grads.data()[i], whole_grads.data()[i], 1e-12) << i;
    for (int m = 0; m < h.rows; ++m) {
      for (int i = 0; i < h.cols; ++i) ASSERT_NEAR(host(dh)(m, i), host(whole_dh)(m, i), 1e-13);
    }
  }
}

TEST(AdaptiveSoftmax, StreamedHasTheBitsOfAWholeText) {
  Pass<float> p(config_of());
  const Batch batch = batch_of(1, 9);
  const View<float> y = p.outputs(p.hidden(batch));
  Session session(*p.model, 1, &p.pool);
  for (int t = 0; t < 9; ++t) {
    const View<const float> one = session.push(batch.in.ids[static_cast<size_t>(t)]);
    EXPECT_EQ(std::memcmp(host(one).data, host(y).row(t), kVocabulary * sizeof(float)), 0) << t;
  }
}

TEST(AdaptiveSoftmax, CutoffsByVocabulary) {
  EXPECT_EQ(automatic_cutoffs(250000, 200, 4), (std::vector<int>{2000, 10000, 50000}));
  EXPECT_EQ(automatic_cutoffs(100000, 650, 4), (std::vector<int>{2000, 10000, 50000}));
  EXPECT_EQ(automatic_cutoffs(10000, 650, 4), (std::vector<int>{2000}));
  EXPECT_EQ(automatic_cutoffs(250000, 12, 4), (std::vector<int>{2000}));  // a second cluster would read 12 / 16 numbers
  EXPECT_EQ(automatic_cutoffs(100, 200, 4), (std::vector<int>{20}));
  EXPECT_EQ(automatic_cutoffs(2, 200, 4), (std::vector<int>{1}));
  EXPECT_EQ(Model<float>(config_of({})).config().softmax.cutoffs, (std::vector<int>{8}));
}

TEST(AdaptiveSoftmax, OneClearErrorEach) {
  const auto failure = [](const ModelConfig& c) { return failure_of([&] { Model<float> model(c); }); };
  Failure f = failure(config_of({15, 6}));
  EXPECT_EQ(f.code, "model/cutoffs");
  EXPECT_EQ(f.message, "the cutoffs are out of order: 6 follows 15");
  EXPECT_EQ(failure(config_of({0, 6})).code, "model/cutoffs");
  f = failure(config_of({6, 41}));
  EXPECT_EQ(f.message, "the last cutoff is 41, but the vocabulary has 41 tokens");
  EXPECT_EQ(failure(config_of({6, 15}, 4)).code, "model/cutoffs");  // 12 / 4^2
  EXPECT_EQ(failure(config_of({6}, 0.5)).code, "model/softmax");
  ModelConfig c = config_of();
  c.rnn.input = kHidden, c.tied = true;
  EXPECT_EQ(failure(c).code, "model/tied");
  c = config_of();
  c.task = "tag", c.output = 5;
  EXPECT_EQ(failure(c).code, "model/softmax");
}

TEST(AdaptiveSoftmax, AConfigurationComesBack) {
  const ModelConfig c = config_of();
  const ModelConfig back = config_from_json(config_to_json(c));
  EXPECT_EQ(back.softmax.kind, SoftmaxKind::adaptive);
  EXPECT_EQ(back.softmax.cutoffs, c.softmax.cutoffs);
  EXPECT_EQ(back.softmax.divide, 2);
  ModelConfig full = tiny_config(kVariants[2], kVocabulary, kHidden);
  EXPECT_EQ(config_from_json(config_to_json(full)).softmax.kind, SoftmaxKind::full);
  full.softmax.kind = SoftmaxKind::sampled;
  EXPECT_EQ(config_from_json(config_to_json(full)).softmax.kind, SoftmaxKind::sampled);
}

}  // namespace
}  // namespace rnn::core::test
