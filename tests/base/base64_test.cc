// Why: a model file carries binary content as text: it must come back byte for byte, and what is no base64 is refused.
#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/rng.h"

namespace rnn::core {
namespace {

TEST(Base64, IsThatOfRfc4648) {
  const std::pair<std::string, std::string> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xFF\xFE", "//4="}};
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9\n"})
    EXPECT_FALSE(from_base64(wrong)) << wrong;
  Random random(1, Purpose::test);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random.below(50), '\0');
    for (char& c : bytes) c = static_cast<char>(random.below(256));
    ASSERT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

}  // namespace
}  // namespace rnn::core
