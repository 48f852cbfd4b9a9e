// Why: a wrong learning rate costs days and looks like bad luck; each schedule is compared with figures computed elsewhere.
#include "optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Schedule, Names) {
  for (const char* name : {"constant", "stall", "decay", "cosine", "steps"})
    EXPECT_STREQ(schedule_name(schedule_kind(name)), name);
  try {
    schedule_kind("cosin");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::usage);
    EXPECT_NE(e.help().find("cosine"), std::string::npos);
  }
}

TEST(Schedule, ConstantIsConstant) {
  Schedule s({.lr = 0.3});
  for (const int64_t update : {0, 1, 1000000}) EXPECT_EQ(s.rate(update, 1 + update), 0.3);
  EXPECT_FALSE(s.evaluated(1));
  EXPECT_FALSE(s.evaluated(2));
  EXPECT_EQ(s.rate(0, 1), 0.3);
}

// Zaremba et al. 2014, small model: rate 1 for 4 epochs, then halved each epoch, 13 in all.
TEST(Schedule, ZarembaSmall) {
  const Schedule s({.kind = ScheduleKind::decay, .lr = 1, .decay = 0.5, .decay_from = 4});
  const double expected[] = {1, 1, 1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.001953125};
  for (int epoch = 1; epoch <= 13; ++epoch) EXPECT_EQ(s.rate(7 * epoch, epoch), expected[epoch - 1]) << epoch;
  const Schedule floor({.kind = ScheduleKind::decay, .lr = 1, .min_lr = 0.1, .decay = 0.5, .decay_from = 0});
  EXPECT_EQ(floor.rate(0, 1), 0.5);
  EXPECT_EQ(floor.rate(0, 9), 0.1);
}

// Merity, Keskar and Socher 2018, characters: a tenth of the rate behind epochs 300 and 400.
TEST(Schedule, Steps) {
  const Schedule s({.kind = ScheduleKind::steps, .lr = 2e-3, .min_lr = 1e-4, .decay = 0.1, .decay_at = {300, 400}});
  EXPECT_EQ(s.rate(0, 1), 2e-3);
  EXPECT_EQ(s.rate(0, 300), 2e-3);
  EXPECT_DOUBLE_EQ(s.rate(0, 301), 2e-4);
  EXPECT_DOUBLE_EQ(s.rate(0, 400), 2e-4);
  EXPECT_EQ(s.rate(0, 401), 1e-4);  // the floor
}

// cos of 0, 60, 90, 120 and 180 degrees is known exactly.
TEST(Schedule, CosineKnownAngles) {
  const Schedule s({.kind = ScheduleKind::cosine, .lr = 2, .total_updates = 600});
  EXPECT_DOUBLE_EQ(s.rate(0, 1), 2);
  EXPECT_NEAR(s.rate(200, 1), 1.5, 1e-15);
  EXPECT_NEAR(s.rate(300, 1), 1, 1e-15);
  EXPECT_NEAR(s.rate(400, 1), 0.5, 1e-15);
  EXPECT_EQ(s.rate(600, 1), 0);
  EXPECT_EQ(s.rate(700, 1), 0);
  const Schedule low({.kind = ScheduleKind::cosine, .lr = 2, .min_lr = 0.5, .total_updates = 600});
  EXPECT_NEAR(low.rate(300, 1), 1.25, 1e-15);
  EXPECT_EQ(low.rate(600, 1), 0.5);
}

TEST(Schedule, WarmUpRisesThenHandsOver) {
  const Schedule s({.kind = ScheduleKind::cosine, .lr = 1, .warmup = 100, .total_updates = 700});
  EXPECT_DOUBLE_EQ(s.rate(0, 1), 0.01);
  EXPECT_DOUBLE_EQ(s.rate(49, 1), 0.5);
  EXPECT_DOUBLE_EQ(s.rate(99, 1), 1);
  EXPECT_DOUBLE_EQ(s.rate(100, 1), 1);
  EXPECT_NEAR(s.rate(400, 1), 0.5, 1e-15);
  EXPECT_EQ(s.rate(700, 1), 0);
  const Schedule decay({.kind = ScheduleKind::decay, .lr = 1, .decay = 0.5, .decay_from = 1, .warmup = 4});
  EXPECT_EQ(decay.rate(1, 1), 0.5);
  EXPECT_EQ(decay.rate(1, 2), 0.25);
  EXPECT_EQ(decay.rate(10, 3), 0.25);
  const Schedule all_warm({.kind = ScheduleKind::cosine, .lr = 1, .warmup = 10, .total_updates = 5});
  EXPECT_DOUBLE_EQ(all_warm.rate(4, 1), 0.5);
}

TEST(Schedule, StallDividesWhenValidationDoesNotImprove) {
  Schedule s({.kind = ScheduleKind::stall, .lr = 20, .min_lr = 2, .decay = 0.25});
  EXPECT_FALSE(s.evaluated(5));
  EXPECT_FALSE(s.evaluated(4));
  EXPECT_EQ(s.rate(10, 3), 20);
  EXPECT_TRUE(s.evaluated(4));  // equal is no improvement
  EXPECT_EQ(s.rate(10, 3), 5);
  EXPECT_FALSE(s.evaluated(3.5));
  EXPECT_TRUE(s.evaluated(kNaN));
  EXPECT_EQ(s.rate(10, 3), 2);   // 1.25 would be below the floor
  EXPECT_FALSE(s.evaluated(9));  // already there
  EXPECT_EQ(s.rate(10, 3), 2);
}

TEST(Schedule, StateSurvivesText) {
  const ScheduleOptions options{.kind = ScheduleKind::stall, .lr = 0.7, .decay = 0.3};
  Schedule a(options), b(options);
  for (const double loss : {5.1, 4.9000000000000004, 5.0, 1.0 / 3, 0.5}) a.evaluated(loss);
  b.from_json(nlohmann::json::parse(a.to_json().dump()));
  EXPECT_EQ(a.rate(5, 5), b.rate(5, 5));
  EXPECT_NE(a.rate(5, 5), 0.7);
  for (const double loss : {1.0 / 3, 0.33333333333333326, 0.4}) EXPECT_EQ(a.evaluated(loss), b.evaluated(loss));
  EXPECT_EQ(a.to_json(), b.to_json());
  Schedule fresh(options);
  fresh.from_json(Schedule(options).to_json());
  EXPECT_FALSE(fresh.evaluated(100));
  for (const char* bad : {"[]", "{}", "1", "null", R"({"stalls":-1})", R"({"stalls":1.5})", R"({"stalls":1,"best":"x"})"})
    EXPECT_THROW(b.from_json(nlohmann::json::parse(bad)), Error) << bad;
}

TEST(Schedule, RefusesImpossibleOptions) {
  const auto code = [](const ScheduleOptions& options) {
    try {
      Schedule s(options);
      return std::string("accepted");
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::usage);
      return e.code();
    }
  };
  EXPECT_EQ(code({.lr = -1}), "options/lr");
  EXPECT_EQ(code({.lr = kNaN}), "options/lr");
  EXPECT_EQ(code({.lr = std::numeric_limits<double>::infinity()}), "options/lr");
  EXPECT_EQ(code({.lr = 1, .min_lr = 2}), "options/min-lr");
  EXPECT_EQ(code({.decay = 0}), "options/decay");
  EXPECT_EQ(code({.decay = 1.5}), "options/decay");
  EXPECT_EQ(code({.decay_from = -1}), "options/decay-from");
  EXPECT_EQ(code({.warmup = -1}), "options/warmup");
  EXPECT_EQ(code({.kind = ScheduleKind::cosine}), "options/schedule");
  EXPECT_EQ(code({.kind = ScheduleKind::steps}), "options/decay-at");
  EXPECT_EQ(code({.kind = ScheduleKind::steps, .decay_at = {4, 4}}), "options/decay-at");
  EXPECT_EQ(code({.kind = ScheduleKind::steps, .decay_at = {0, 4}}), "options/decay-at");
  EXPECT_EQ(code({.kind = ScheduleKind::steps, .decay_at = {4, 9}}), "accepted");
  EXPECT_EQ(code({}), "accepted");
}

}  // namespace
}  // namespace rnn::core
