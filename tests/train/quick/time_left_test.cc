// Why: the time left follows the recent speed, whatever a single update took.
#include "train/time_left.h"

#include <gtest/gtest.h>

namespace rnn::core {
namespace {

TEST(TimeLeft, OneSlowStretchChangesNothing) {
  TimeLeft time;
  EXPECT_EQ(time.left(100), 0);
  double now = 0;
  for (int i = 1; i <= 20; ++i) time.updated(now += 1, 10 * i);
  EXPECT_DOUBLE_EQ(time.left(100), 10);
  time.updated(now += 50, 210);
  EXPECT_DOUBLE_EQ(time.left(100), 10);
  for (int i = 22; i <= 60; ++i) time.updated(now += 2, 10 * i);  // slower from here on
  EXPECT_DOUBLE_EQ(time.left(100), 20);
  EXPECT_EQ(time.left(-3), 0);
}

TEST(TimeLeft, EvaluationsTakeTheirShare) {
  TimeLeft time(1000);  // a resumed run
  time.updated(1, 1010);
  time.evaluated(0.5);
  time.updated(2.5, 1020);
  EXPECT_DOUBLE_EQ(time.left(40), 4 * 1.25);
}

}  // namespace
}  // namespace rnn::core
