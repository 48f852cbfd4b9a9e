// Why: what counts as an explosion, and as knowing nothing, belongs to the loss: a wrong limit ends sound runs.
#include "loss/loss_info.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

LossInfo info_of(const char* task, int outputs) {
  ModelConfig config;
  config.task = task;
  config.rnn.input = 3, config.rnn.hidden = 4;
  config.output = outputs;
  return loss_info(Model<float>(config));
}

TEST(LossInfo, CrossEntropyIsInNatsAndStartsAtChance) {
  const LossInfo info = info_of("classify", 5);
  EXPECT_EQ(info.kind, LossKind::cross_entropy);
  EXPECT_EQ(info.unit, "nats");
  EXPECT_EQ(info.chance, std::log(5.0));
  EXPECT_EQ(info.exploded, 1000);
  EXPECT_EQ(info_of("classify", 1).chance, std::nullopt) << "one answer is no choice";
  EXPECT_EQ(info_of("recurrent", 0).chance, std::nullopt);
}

TEST(LossInfo, SquaredErrorsHaveTheSizeOfTheirTargets) {
  const LossInfo info = info_of("regress", 2);
  EXPECT_EQ(info.kind, LossKind::squared_error);
  EXPECT_EQ(info.chance, std::nullopt);
  EXPECT_EQ(info.exploded, std::numeric_limits<double>::max());
}

}  // namespace
}  // namespace rnn::core
