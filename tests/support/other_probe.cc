// Why: a second file with tests, so that self_test.sh sees --file=PATH run the tests of one file and leave those of others.
#include <gtest/gtest.h>

TEST(OtherProbe, Pass) { SUCCEED(); }

namespace {

class OtherProbes : public testing::TestWithParam<int> {};
TEST_P(OtherProbes, Pass) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Numbers, OtherProbes, testing::Values(1, 2));

}  // namespace
