// Why: a run records the hash of its data; another machine must find the same one.
#include "data/hash.h"

#include <gtest/gtest.h>

namespace rnn::core {
namespace {

TEST(Hash, IsFnv1a) {  // vectors of RFC 9923
  EXPECT_EQ(fnv1a64(""), 0xCBF29CE484222325u);
  EXPECT_EQ(fnv1a64("a"), 0xAF63DC4C8601EC8Cu);
  EXPECT_EQ(fnv1a64("foobar"), 0x85944171F73967E8u);
  EXPECT_EQ(content_hash("foobar"), "fnv1a64:85944171f73967e8");
}

}  // namespace
}  // namespace rnn::core
