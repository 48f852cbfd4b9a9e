// Why: known outcomes (pass, fail, skip, data) from which self_test.sh sees that the runner reports each of them truly.
#include "support/data.h"

TEST(Probe, Pass) { SUCCEED(); }

TEST(Probe, Fail) { FAIL() << "on purpose"; }

TEST(Probe, Skip) { GTEST_SKIP() << "on purpose"; }

TEST(Probe, Data) { RNN_NEED_DATA(); }
