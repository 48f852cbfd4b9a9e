// Why: known outcomes (pass, fail, skip, data), by which self_test.sh checks that the runner reports each of them correctly.
#include "support/data.h"

TEST(Probe, Pass) { SUCCEED(); }

TEST(Probe, Fail) { FAIL() << "on purpose"; }

TEST(Probe, Skip) { GTEST_SKIP() << "on purpose"; }

TEST(Probe, Data) { RNN_NEED_DATA(); }
