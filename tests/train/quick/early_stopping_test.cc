// Why: a run that stops too early throws learning away, one that never stops throws days away.
#include "train/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(EarlyStopping, StopsAfterPatience) {
  EarlyStopping e(2);
  EXPECT_TRUE(std::isinf(e.best()));
  EXPECT_FALSE(e.improved(kNaN));
  EXPECT_TRUE(e.improved(3));
  EXPECT_FALSE(e.improved(3));
  EXPECT_FALSE(e.stop());
  EXPECT_TRUE(e.improved(2));
  EXPECT_FALSE(e.improved(2.5));
  EXPECT_FALSE(e.stop());
  EXPECT_FALSE(e.improved(kNaN));
  EXPECT_TRUE(e.stop());
  EXPECT_EQ(e.stalled(), 2);
  EXPECT_EQ(e.best(), 2);
}

TEST(EarlyStopping, PatienceZeroNeverStops) {
  EarlyStopping e(0);
  for (int i = 0; i < 100; ++i) e.improved(1 + i);
  EXPECT_FALSE(e.stop());
}

TEST(EarlyStopping, StateSurvivesText) {
  EarlyStopping a(3), b(3);
  for (const double loss : {2.0, 1.0 / 7, 0.2, 0.3}) a.improved(loss);
  b.from_json(nlohmann::json::parse(a.to_json().dump()));
  EXPECT_EQ(b.best(), 1.0 / 7);
  EXPECT_FALSE(b.stop());
  EXPECT_FALSE(b.improved(1.0 / 7));
  EXPECT_TRUE(b.stop());
  EXPECT_THROW(b.from_json(nlohmann::json::parse(R"({"best":1})")), Error);
  EXPECT_THROW(b.from_json(nlohmann::json::parse("[]")), Error);
}

}  // namespace
}  // namespace rnn::core
