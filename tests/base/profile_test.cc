// Why: the phases of a profile add up to the time that passed, and a scope inside another takes its own time out.
#include "base/profile.h"

#include <gtest/gtest.h>

#include <thread>

namespace rnn::core::test {
namespace {

void pass(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

TEST(Profile, PhasesAddUpToTheTimeThatPassed) {
  Profile profile;
  const auto before = Profile::Clock::now();
  profile.start();
  const auto started = Profile::Clock::now();
  {
    const ProfileScope outer(&profile, Phase::input_projection, 100);
    pass(2);
    const ProfileScope inner(&profile, Phase::loss);
    pass(3);
  }
  pass(4);
  const auto stopping = Profile::Clock::now();
  profile.stop();
  const auto after = Profile::Clock::now();
  EXPECT_GE(profile.total() * (1 + 1e-9), std::chrono::duration<double>(stopping - started).count());
  EXPECT_LE(profile.total() * (1 - 1e-9), std::chrono::duration<double>(after - before).count());
  EXPECT_GE(profile.seconds(Phase::input_projection), 0.002);
  EXPECT_GE(profile.seconds(Phase::loss), 0.003);
  EXPECT_GE(profile.seconds(Phase::other), 0.004);
  EXPECT_EQ(profile.seconds(Phase::norm), 0);
  EXPECT_EQ(profile.flops(Phase::input_projection), 100);
  EXPECT_EQ(profile.running(), Phase::other);
}

TEST(Profile, MovedTimeKeepsTheTotal) {
  Profile profile;
  profile.start();
  {
    const ProfileScope scope(&profile, Phase::recurrence);
    pass(3);
    profile.move(Phase::recurrence, Phase::input_projection, 0.001);
  }
  profile.stop();
  EXPECT_EQ(profile.seconds(Phase::input_projection), 0.001);
  EXPECT_GE(profile.seconds(Phase::recurrence), 0.002 - 1e-9);
  const double sum =
      profile.seconds(Phase::recurrence) + profile.seconds(Phase::input_projection) + profile.seconds(Phase::other);
  EXPECT_DOUBLE_EQ(sum, profile.total());
}

TEST(Profile, WithoutOneAScopeDoesNothing) { const ProfileScope scope(nullptr, Phase::data, 1); }

TEST(Profile, EveryPhaseHasAName) { EXPECT_EQ(kPhases, static_cast<size_t>(Phase::other) + 1); }

}  // namespace
}  // namespace rnn::core::test
