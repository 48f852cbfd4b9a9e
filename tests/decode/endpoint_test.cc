// Why: an utterance ends when the rules say so, not a row before or after, and again in the next one.
#include "decode/endpoint.h"

#include <gtest/gtest.h>

namespace rnn::core::test {
namespace {

// Rows until one is not none, at most `limit`; `unit` for all of them.
struct Ended {
  int rows;
  EndpointReason reason;
  bool operator==(const Ended&) const = default;
};
Ended push_until(Endpoint& endpoint, bool unit, int limit = 5000) {
  for (int row = 1; row <= limit; ++row) {
    const EndpointReason reason = endpoint.push(unit);
    if (reason != EndpointReason::none) return {row, reason};
  }
  return {limit, EndpointReason::none};
}

TEST(Endpoint, SilenceEndsAfterItsRows) {
  Endpoint endpoint({}, 0.03);  // 2.4 s are 80 rows
  EXPECT_EQ(push_until(endpoint, false), (Ended{80, EndpointReason::silence}));
}

TEST(Endpoint, AfterSpeechBlanksCountFromTheLastUnit) {
  Endpoint endpoint({}, 0.03);  // 1.2 s are 40 rows
  push_until(endpoint, false, 79);
  EXPECT_EQ(push_until(endpoint, true, 1).reason, EndpointReason::none) << "a unit just before the rule of silence";
  EXPECT_EQ(push_until(endpoint, false, 39).reason, EndpointReason::none);
  push_until(endpoint, true, 3);
  EXPECT_EQ(endpoint.trailing_blanks(), 0);
  EXPECT_EQ(push_until(endpoint, false), (Ended{40, EndpointReason::after_speech}));
}

TEST(Endpoint, ALongUtteranceEndsWhereverItIs) {
  Endpoint endpoint({}, 0.04);
  EXPECT_EQ(push_until(endpoint, true), (Ended{500, EndpointReason::utterance}));
}

// sherpa#437: blanks counted on from the utterance before, so the next one ended at once.
TEST(Endpoint, EveryCounterBeginsAgain) {
  Endpoint endpoint({}, 0.03);
  push_until(endpoint, true, 5);
  push_until(endpoint, false);
  EXPECT_EQ(endpoint.trailing_blanks(), 0);
  EXPECT_EQ(endpoint.rows(), 0);
  EXPECT_FALSE(endpoint.spoken());
  for (int again = 0; again < 3; ++again) EXPECT_EQ(push_until(endpoint, false), (Ended{80, EndpointReason::silence}));
  push_until(endpoint, true, 1);
  EXPECT_EQ(push_until(endpoint, false), (Ended{40, EndpointReason::after_speech}));
  push_until(endpoint, false, 30);
  endpoint.reset();
  EXPECT_EQ(push_until(endpoint, false), (Ended{80, EndpointReason::silence}));
}

TEST(Endpoint, RulesAreOffWithZero) {
  Endpoint endpoint({0, 0, 0}, 0.03);
  EXPECT_EQ(push_until(endpoint, false).reason, EndpointReason::none);
  EXPECT_EQ(push_until(endpoint, true).reason, EndpointReason::none);
  Endpoint silence({0, 1.2, 0}, 0.03);
  EXPECT_EQ(push_until(silence, false).reason, EndpointReason::none) << "nothing was said";
}

TEST(Endpoint, SecondsThatAreNoWholeRowsAreReached) {
  Endpoint endpoint({1, 0, 0}, 0.3);
  EXPECT_EQ(push_until(endpoint, false), (Ended{4, EndpointReason::silence}));
  Endpoint coarse({0.1, 0, 0}, 0.3);
  EXPECT_EQ(push_until(coarse, false), (Ended{1, EndpointReason::silence}));
}

}  // namespace
}  // namespace rnn::core::test
