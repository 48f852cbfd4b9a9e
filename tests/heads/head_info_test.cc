// Why: what counts as an explosion, and as knowing nothing, belongs to the head: a wrong limit ends sound runs.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "networks/model.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

HeadInfo info_of(const char* task, int outputs) {
  ModelConfig config;
  config.task = task;
  config.rnn.input = 3, config.rnn.hidden = 4;
  config.output = outputs;
  return Model<float>(config).head().info();
}

TEST(HeadInfo, CrossEntropyIsInNatsAndStartsAtChance) {
  const HeadInfo info = info_of("classify", 5);
  EXPECT_EQ(info.name, "softmax");
  EXPECT_TRUE(info.classes);
  EXPECT_EQ(info.reads, RowsRead::last);
  EXPECT_EQ(info_of("tag", 5).reads, RowsRead::every);
  EXPECT_EQ(info.unit, "nats");
  EXPECT_EQ(info.chance, std::log(5.0));
  EXPECT_EQ(info.exploded, 1000);
  EXPECT_EQ(info_of("classify", 1).chance, std::nullopt) << "one answer is no choice";
}

TEST(HeadInfo, SquaredErrorsHaveTheSizeOfTheirTargets) {
  const HeadInfo info = info_of("regress", 2);
  EXPECT_EQ(info.name, "squared");
  EXPECT_FALSE(info.classes);
  EXPECT_EQ(info.chance, std::nullopt);
  EXPECT_EQ(info.exploded, std::numeric_limits<double>::max());
}

TEST(HeadInfo, AHeadThatIsNotInTheListIsRefused) {
  ParamTable table;
  Packed<float> forms;
  const auto failure = failure_of([&] { make_head<float>({.kind = "hinge", .outputs = 2, .width = 3}, table, forms); });
  EXPECT_EQ(failure.code, "model/head");
  EXPECT_NE(failure.help.find("adaptive"), std::string::npos);
}

}  // namespace
}  // namespace rnn::core
