// Why: a second file of tests lets self_test.sh check that --file=PATH runs the tests of one file and not those of another.
#include <gtest/gtest.h>

TEST(OtherProbe, Pass) { SUCCEED(); }

namespace {

class OtherProbes : public testing::TestWithParam<int> {};
TEST_P(OtherProbes, Pass) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Numbers, OtherProbes, testing::Values(1, 2));

}  // namespace
