// Why: backward of whole models is the derivative of forward, and the gradient check can fail.
#include <cmath>

#include "kernels/host.h"
#include "support/tiny_run.h"
#include "train/gradient_check.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 13;

// Four-point differences in double, step 1e-3: truncation h^4 f'''''/30 and rounding leave some 1e-9 of the largest slope,
// and the smallest slope that is judged on its own is a thousandth of that.
constexpr double kSmooth = 1e-7;
// A step that had to be reduced near a kink of relu rounds more.
constexpr double kWithKinks = 1e-6;

// Ragged, with reset bits and uneven weights, one of them 0.
Batch ragged_batch() {
  Batch batch;
  batch.in.seq = Seq::ragged({4, 1, 6, 3});
  batch.in.seq.id = {9, 4, 7, 2};
  const int rows = batch.in.seq.rows();
  batch.in.ids = random_tokens(rows, kVocabulary, 1);
  batch.to.ids = random_tokens(rows, kVocabulary, 2);
  batch.in.ids[3] = batch.in.ids[0];  // one embedding, two rows
  batch.in.seq.reset.assign(rows, 0);
  batch.in.seq.reset[batch.in.seq.start[2] + 1] = batch.in.seq.reset[batch.in.seq.start[4]] = 1;
  for (int i = 0; i < rows; ++i) batch.to.weights.push_back(i == 5 ? 0.0f : 0.5f + 0.25f * static_cast<float>(i % 4));
  return batch;
}

std::unique_ptr<Model<double>> random_model(const ModelConfig& config) {
  auto model = tiny_model<double>(config);
  Random random(5, Purpose::test);
  for (const auto& info : model->table().all()) {  // peepholes and biases, too, are nonzero
    double* w = model->params().data() + info.offset;
    for (size_t i = 0; i < info.size(); ++i) w[i] = random.uniform(-0.6, 0.6);
  }
  return model;
}

void expect_right(Model<double>& model, const Batch& batch, const CheckOptions& options, double tolerance) {
  const auto checks = check_gradients(model, batch, options);
  ASSERT_EQ(checks.size(), model.table().all().size());
  for (const TensorCheck& c : checks) {
    EXPECT_LE(c.worst, tolerance) << c.name;
    EXPECT_GT(c.norm, 1e-3) << c.name << " has no gradient";
    EXPECT_GE(c.checked, 4 * c.skipped) << c.name << " is hardly checked";
  }
}

class Gradients : public testing::TestWithParam<Variant> {
 protected:
  double tolerance() const { return GetParam().flags & kRelu ? kWithKinks : kSmooth; }
  CheckOptions options(double smoothing = 0) const {
    CheckOptions o;
    o.per_tensor = 40;
    o.tolerance = tolerance();
    o.label_smoothing = smoothing;
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Cells, Gradients, testing::ValuesIn(kVariants), variant_name);

TEST_P(Gradients, OneLayerUniformBatch) {
  const auto model = random_model(tiny_config(GetParam(), kVocabulary, 9));
  Batch batch;
  batch.in.seq = Seq::uniform_batch(3, 5);
  batch.in.ids = random_tokens(15, kVocabulary, 3), batch.to.ids = random_tokens(15, kVocabulary, 4);
  expect_right(*model, batch, options(), tolerance());
}

TEST_P(Gradients, TwoLayersRaggedResetsWeightsSmoothing) {
  const auto model = random_model(tiny_config(GetParam(), kVocabulary, 7, 2));
  expect_right(*model, ragged_batch(), options(0.1), tolerance());
}

TEST_P(Gradients, DropoutMasksAreReplayed) {
  const auto model = random_model(tiny_config(GetParam(), kVocabulary, 7, 2, 0.3));
  const CheckOptions with = options(0.05);
  CheckOptions without = with;
  without.dropout = false;
  expect_right(*model, ragged_batch(), with, tolerance());
  const Params<double> a = analytic_gradients(*model, ragged_batch(), with),
                       b = analytic_gradients(*model, ragged_batch(), without);
  EXPECT_FALSE(same_bits(a, b)) << "no mask was applied";
}

TEST_P(Gradients, RegularisedCells) {
  ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 2, 0.2);
  config.rnn.variational = true;
  drop_recurrent(&config, 0.3, 0.2);
  if (config.rnn.projection == 0) config.rnn.zoneout[0] = 0.2;
  if (config.rnn.states() > 1) config.rnn.zoneout[1] = 0.3;
  const auto model = random_model(config);
  CheckOptions o = options();
  expect_right(*model, ragged_batch(), o, tolerance());
  o.dropout = false;  // zoneout with its probability, and nothing else
  expect_right(*model, ragged_batch(), o, tolerance());
}

TEST_P(Gradients, ALastLayerOfItsOwnWidthTiedOrNot) {
  ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 3, 0.2);
  if (config.rnn.projection > 0) GTEST_SKIP() << "a projection has one width for all layers";
  config.rnn.last_hidden = 5;
  const auto model = random_model(config);
  EXPECT_EQ(model->table()[model->table().find("rnn.weight_ih_l2")].cols, 7);
  if (has_recurrent_matrix(config.rnn.cell)) {
    EXPECT_EQ(model->table()[model->table().find("rnn.weight_hh_l2")].cols, 5);
  }
  expect_right(*model, ragged_batch(), options(), tolerance());
  config.rnn.input = 5, config.tied = true;
  expect_right(*random_model(config), ragged_batch(), options(), tolerance());
}

TEST_P(Gradients, DroppedWordsAndActivationPenalties) {
  for (const int unknown : {2, -1}) {  // a word of its own, and zeros
    ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 2, 0.2);
    config.input_dropout = 0.1, config.output_dropout = 0.4;
    config.drops = {0.25, 0.25, unknown};
    if (unknown < 0) config.rnn.input = config.rnn.output(), config.tied = true;
    const auto model = random_model(config);
    CheckOptions o = options();
    o.penalty = {0.4, 0.7};
    expect_right(*model, ragged_batch(), o, tolerance());
    const Params<double> with = analytic_gradients(*model, ragged_batch(), o);
    o.penalty = {0.4, 0};
    EXPECT_FALSE(same_bits(with, analytic_gradients(*model, ragged_batch(), o)));
    o.penalty = {0, 0.7};
    EXPECT_FALSE(same_bits(with, analytic_gradients(*model, ragged_batch(), o)));
  }
}

// One answer per sequence: the penalties cover all steps, even where only the last is read.
TEST(GradientCheck, ActivationPenaltiesOfBothDirections) {
  ModelConfig config = tiny_config(kVariants[2], kVocabulary, 5, 2, 0.2);
  config.task = "classify", config.output = 3, config.rnn.bidirectional = true;
  const auto model = random_model(config);
  Batch batch;
  batch.in.seq = Seq::ragged({4, 1, 6, 3});
  batch.in.ids = random_tokens(batch.in.seq.rows(), kVocabulary, 1);
  batch.to.last_step = true, batch.to.ids = {2, 0, 1, 1};
  CheckOptions o;
  o.per_tensor = 20, o.tolerance = kSmooth, o.penalty = {0.4, 0.7};
  expect_right(*model, batch, o, kSmooth);
}

TEST_P(Gradients, TiedWeights) {
  ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 2, 0.2);
  config.rnn.input = config.rnn.output();
  config.tied = true;
  const auto model = random_model(config);
  EXPECT_EQ(model->table().find("output.weight"), -1);
  expect_right(*model, ragged_batch(), options(), tolerance());
}

TEST_P(Gradients, AdaptiveSoftmax) {
  for (const double divide : {1.0, 2.0}) {
    ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 2, 0.2);
    config.softmax = {SoftmaxKind::adaptive, {4, 8}, divide};
    const auto model = random_model(config);
    expect_right(*model, ragged_batch(), options(), tolerance());
  }
}

TEST_P(Gradients, SampledSoftmax) {
  const ClassSampler sampler(kVocabulary, 6);
  const ClassSamples samples = sampler.draw(1, 0);
  for (const bool tied : {false, true}) {
    ModelConfig config = tiny_config(GetParam(), kVocabulary, 7, 2, 0.2);
    if (tied) config.rnn.input = config.rnn.output(), config.tied = true;
    config.softmax.kind = SoftmaxKind::sampled;
    const auto model = random_model(config);
    CheckOptions o = options();
    o.samples = &samples;
    expect_right(*model, ragged_batch(), o, tolerance());
  }
}

// One tensor at a time is given a wrong gradient; that one and no other is found.
TEST_P(Gradients, AWrongOneIsFound) {
  const auto model = random_model(tiny_config(GetParam(), kVocabulary, 7));
  const Batch batch = ragged_batch();
  CheckOptions o = options();
  o.per_tensor = 12;
  for (ParamId wrong = 0; wrong < static_cast<ParamId>(model->table().all().size()); ++wrong) {
    Params<double> grads = analytic_gradients(*model, batch, o);
    double* g = host(grads.view(wrong)).data;
    for (size_t i = 0; i < model->table()[wrong].size(); ++i) g[i] *= 1.00001;
    const auto checks = compare_gradients(*model, batch, grads, o);
    for (size_t id = 0; id < checks.size(); ++id) {
      EXPECT_EQ(checks[id].worst > tolerance(), id == static_cast<size_t>(wrong))
          << checks[id].name << " " << checks[id].worst;
    }
  }
}

TEST(GradientCheck, MissingZeroAndNotANumber) {
  const auto model = random_model(tiny_config(kVariants[2], kVocabulary, 5));
  const Batch batch = ragged_batch();
  CheckOptions o;
  o.per_tensor = 1 << 20;  // all of them
  const ParamId id = model->table().find("rnn.weight_hh_l0");
  const auto worst_with = [&](double value) {
    Params<double> grads = analytic_gradients(*model, batch, o);
    host(grads.view(id)).data[17] = value;
    return compare_gradients(*model, batch, grads, o)[static_cast<size_t>(id)].worst;
  };
  EXPECT_NEAR(worst_with(0), 1, 1e-9);
  EXPECT_TRUE(std::isinf(worst_with(NAN)));
}

// Weights moved between forward and the comparison: every tensor that matters is found wrong.
TEST(GradientCheck, OfOtherWeights) {
  const auto model = random_model(tiny_config(kVariants[4], kVocabulary, 5));
  const Batch batch = ragged_batch();
  const Params<double> grads = analytic_gradients(*model, batch, {});
  host(model->params().view(model->table().find("rnn.weight_hh_l0"))).data[0] += 0.01;
  for (const auto& c : compare_gradients(*model, batch, grads, {})) EXPECT_GT(c.worst, 1e-6) << c.name;
}

TEST(GradientCheck, LeavesTheModelAsItWas) {
  const auto model = random_model(tiny_config(kVariants[2], kVocabulary, 5));
  const auto copy = random_model(tiny_config(kVariants[2], kVocabulary, 5));
  check_gradients(*model, ragged_batch(), {});
  EXPECT_TRUE(same_bits(model->params(), copy->params()));
}

TEST(GradientCheck, DoubleCopyHasTheSameNumbers) {
  const auto model = tiny_model(tiny_config(kVariants[2], kVocabulary, 5));
  const auto copy = double_copy(*model);
  for (size_t i = 0; i < copy->params().size(); ++i) EXPECT_EQ(copy->params().data()[i], model->params().data()[i]);
}

}  // namespace
}  // namespace rnn::core::test
