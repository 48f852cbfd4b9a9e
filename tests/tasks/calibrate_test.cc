// Why: after calibration a model has to be as sure as it is right, and to answer what it answered before.
#include "tasks/sequences/calibrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/sequences.h"
#include "networks/model.h"
#include "nn/context.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

constexpr int kWidth = 3, kLabels = 4;

SequenceShape shape_for(TargetForm target) {
  SequenceShape shape;
  shape.target = target, shape.width = kWidth, shape.labels = {"a", "b", "c", "d"};
  return shape;
}

std::unique_ptr<Model<float>> model_for(TargetForm target, bool crf, Answers answers = Answers::one) {
  ModelConfig c;
  c.task = target_task(target);
  c.rnn.hidden = 6, c.rnn.input = kWidth, c.output = kLabels, c.crf = crf, c.answers = answers;
  auto model = std::make_unique<Model<float>>(c);
  Random random(5, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(model->table().all().size()); ++id)
    for (float& w : model->params().values(id)) w = static_cast<float>(random.uniform(-1, 1));
  return model;
}

void multiply_outputs(Model<float>& model, float factor) {
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id)
    if (model.table()[id].use.stack == "output" || model.table()[id].use.stack == "crf")
      for (float& w : model.params().values(id)) w *= factor;
}

std::vector<SequenceExample> sequences(int count, bool every_step) {
  Random random(6, Purpose::test);
  std::vector<SequenceExample> out(static_cast<size_t>(count));
  for (SequenceExample& e : out) {
    const uint32_t steps = 1 + random.below(6);
    for (uint32_t i = 0; i < steps * kWidth; ++i) e.frames.push_back(static_cast<float>(random.normal()));
    for (uint32_t t = 0; t < (every_step ? steps : 1); ++t) e.labels.push_back(static_cast<int32_t>(random.below(kLabels)));
  }
  return out;
}

// [examples, kLabels] of a packed model of one label.
std::vector<float> outputs(const Model<float>& model, const SequenceShape& shape,
                           const std::vector<SequenceExample>& examples, Pool& pool) {
  std::vector<float> all;
  for (const SequenceExample& e : examples) {
    Batch batch;
    const SequenceExample* one[] = {&e};
    const uint32_t ids[] = {0};
    fill_sequence_batch(shape, one, ids, batch);
    Arena arena;
    Context<float> context{pool, arena};
    State<float> state = model.initial(1);
    const View<float> y = model.forward(context, batch, state, nullptr);
    all.insert(all.end(), y.address(0), y.address(0) + kLabels);
  }
  return all;
}

// Labels are drawn from what the model says; then it is made three times as sure. The temperature is found again.
TEST(Calibrate, FindsHowMuchTooSureAModelIs) {
  const SequenceShape shape = shape_for(TargetForm::label);
  std::vector<SequenceExample> examples = sequences(4000, false);
  auto model = model_for(TargetForm::label, false);
  Pool pool(1);
  model->pack(pool, false);
  const std::vector<float> said = outputs(*model, shape, examples, pool);
  Random random(7, Purpose::test);
  for (size_t i = 0; i < examples.size(); ++i) {
    double sum = 0;
    for (size_t k = 0; k < kLabels; ++k) sum += std::exp(static_cast<double>(said[i * kLabels + k]));
    double at = random.uniform() * sum;
    int32_t label = 0;
    while (label + 1 < kLabels && (at -= std::exp(static_cast<double>(said[i * kLabels + static_cast<size_t>(label)]))) > 0)
      ++label;
    examples[i].labels = {label};
  }
  const auto batcher = sequence_batcher(shape, examples, {32, false, 1});
  const double fitting = evaluate(*model, *batcher, pool).loss();
  multiply_outputs(*model, 3), model->pack(pool, false);
  const double sure = evaluate(*model, *batcher, pool).loss();
  const std::vector<float> before = outputs(*model, shape, examples, pool);
  const Calibration found = calibrate(*model, *batcher, pool);
  EXPECT_NEAR(found.temperature, 3, 0.15);
  EXPECT_LT(found.loss, sure);
  EXPECT_NEAR(found.loss, fitting, 2e-3);
  EXPECT_DOUBLE_EQ(evaluate(*model, *batcher, pool).loss(), found.loss) << "the weights are those of the temperature";
  const std::vector<float> after = outputs(*model, shape, examples, pool);
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto best = [&](const std::vector<float>& y) {
      const auto row = y.begin() + static_cast<std::ptrdiff_t>(i * kLabels);
      return std::max_element(row, row + kLabels) - row;
    };
    EXPECT_EQ(best(before), best(after)) << i;
  }
  // Once more: nothing is left to gain, and not a bit changes.
  const std::vector<float> weights(model->params().data(), model->params().data() + model->params().size());
  EXPECT_EQ(calibrate(*model, *batcher, pool).temperature, 1);
  EXPECT_TRUE(std::equal(weights.begin(), weights.end(), model->params().data()));
}

// The scores of the chain are divided, too: else the tags would change.
TEST(Calibrate, DividesAChainAsAWhole) {
  const SequenceShape shape = shape_for(TargetForm::labels);
  const std::vector<SequenceExample> examples = sequences(300, true);
  auto model = model_for(TargetForm::labels, true);
  auto twin = model_for(TargetForm::labels, true);
  Pool pool(1);
  const auto batcher = sequence_batcher(shape, examples, {32, false, 1});
  const Calibration found = calibrate(*model, *batcher, pool);
  EXPECT_GT(found.temperature, 2) << "labels at random: nobody can be sure";
  multiply_outputs(*twin, static_cast<float>(1 / found.temperature));
  for (ParamId id = 0; id < static_cast<ParamId>(model->table().all().size()); ++id)
    for (size_t i = 0; i < model->params().values(id).size(); ++i)
      EXPECT_NEAR(model->params().values(id)[i], twin->params().values(id)[i], 1e-6) << model->table()[id].name;
}

// The scores of the whole have a temperature of their own; those of steps keep theirs.
TEST(Calibrate, LabelsOfTheWholeHaveTheirOwn) {
  SequenceShape shape = shape_for(TargetForm::labels);
  shape.whole_labels = {"x", "y", "z"};
  std::vector<SequenceExample> examples = sequences(300, true);
  Random random(8, Purpose::test);
  for (SequenceExample& e : examples) e.whole = static_cast<int32_t>(random.below(3));
  ModelConfig c = model_for(TargetForm::labels, true)->config();
  c.whole_labels = 3;
  Model<float> model(c);
  for (size_t i = 0; i < model.params().size(); ++i) model.params().data()[i] = static_cast<float>(random.uniform(-1, 1));
  const std::vector<float> before(model.params().data(), model.params().data() + model.params().size());
  Pool pool(1);
  const auto batcher = sequence_batcher(shape, examples, {32, false, 1});
  EXPECT_EQ(batcher->tokens_per_epoch(), evaluate((model.pack(pool, false), model), *batcher, pool).tokens);
  const Calibration found = calibrate(model, *batcher, pool, Calibrated::whole);
  EXPECT_GT(found.temperature, 2) << "labels at random: nobody can be sure";
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id) {
    const double by = model.table()[id].use.stack == "whole" ? found.temperature : 1;
    const size_t at = static_cast<size_t>(model.params().values(id).data() - model.params().data());
    for (size_t i = 0; i < model.params().values(id).size(); ++i)
      EXPECT_NEAR(model.params().values(id)[i], before[at + i] / by, 1e-6) << model.table()[id].name;
  }
}

// The same of several labels, each drawn on its own.
TEST(Calibrate, SeveralLabelsHaveOneTemperature) {
  SequenceShape shape = shape_for(TargetForm::label);
  shape.answers = Answers::several;
  std::vector<SequenceExample> examples = sequences(3000, false);
  auto model = model_for(TargetForm::label, false, Answers::several);
  Pool pool(1);
  model->pack(pool, false);
  const std::vector<float> said = outputs(*model, shape, examples, pool);
  Random random(7, Purpose::test);
  for (size_t i = 0; i < examples.size(); ++i) {
    examples[i].labels.clear();
    for (size_t k = 0; k < kLabels; ++k)
      if (random.uniform() < 1 / (1 + std::exp(-static_cast<double>(said[i * kLabels + k]))))
        examples[i].labels.push_back(static_cast<int32_t>(k));
  }
  const auto batcher = sequence_batcher(shape, examples, {32, false, 1});
  const double fitting = evaluate(*model, *batcher, pool).loss();
  multiply_outputs(*model, 3), model->pack(pool, false);
  const Calibration found = calibrate(*model, *batcher, pool);
  EXPECT_NEAR(found.temperature, 3, 0.15);
  EXPECT_NEAR(found.loss, fitting, 2e-3);
}

}  // namespace
}  // namespace rnn::core
