// Why: samples without a header mean what --raw says, whatever chunks a pipe makes of them.
#include "audio/raw.h"

#include <cstring>

#include "audio/signals.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

std::vector<float> decoded(const char* format, const std::string& bytes) {
  RawDecoder decoder(parse_raw_format(format));
  std::vector<float> out;
  decoder.push(bytes, out);
  EXPECT_EQ(decoder.waiting(), 0u) << format;
  return out;
}

TEST(RawFormatText, Forms) {
  const RawFormat f = parse_raw_format("s24,48000,2");
  EXPECT_EQ(f.encoding, RawEncoding::s24);
  EXPECT_EQ(f.rate, 48000);
  EXPECT_EQ(f.channels, 2);
  EXPECT_EQ(f.frame_bytes(), 6);
  EXPECT_EQ(parse_raw_format("mulaw,8000").channels, 1);
}

TEST(RawFormatText, WhatIsWrongIsSaid) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "encoding"},        {"s16", "the rate is missing"},  {"s16,", "'' is no rate"},
      {"wav,16000", "'wav'"},  {"s16,16k", "'16k' is no rate"}, {"s16,0", "'0' is no rate"},
      {"s16,-1", "'-1'"},      {"s16,16000,0", "channels"},     {"s16,16000,1,1", "4 values"},
      {"s16,99999999", "rate"}};
  for (const auto& [text, words] : cases) {
    const Failure f = failure_of([&, t = text] { parse_raw_format(t); });
    EXPECT_EQ(f.code, "usage/raw") << text;
    EXPECT_EQ(f.exit, Exit::usage) << text;
    EXPECT_NE(f.message.find(words), std::string::npos) << f.message;
    EXPECT_NE(f.help.find("--raw s16,16000"), std::string::npos);
  }
}

// The values of mulaw and alaw are those of Python's audioop.ulaw2lin(..., 2) and alaw2lin(..., 2), divided by 32768.
TEST(RawSamples, EveryEncoding) {
  EXPECT_EQ(decoded("s16,16000", std::string("\x00\x40\x00\x80\xFF\xFF", 6)),
            (std::vector<float>{0.5f, -1.0f, -1 / 32768.0f}));
  EXPECT_EQ(decoded("s24,16000", std::string("\x00\x00\x40\x00\x00\x80", 6)), (std::vector<float>{0.5f, -1.0f}));
  EXPECT_EQ(decoded("s32,16000", std::string("\x00\x00\x00\x40\x00\x00\x00\x80", 8)), (std::vector<float>{0.5f, -1.0f}));
  EXPECT_EQ(decoded("u8,16000", std::string("\x80\xC0\x00", 3)), (std::vector<float>{0, 0.5f, -1.0f}));
  EXPECT_EQ(decoded("f32,16000", std::string("\x00\x00\x00\x3F", 4)), (std::vector<float>{0.5f}));
  EXPECT_EQ(decoded("s16,16000,2", std::string("\x00\x40\x00\x00", 4)), (std::vector<float>{0.25f}));
  const unsigned char mulaw_codes[] = {0x00, 0x17, 0x3F, 0x7E, 0x7F, 0x80, 0xA0, 0xDB, 0xF8, 0xFF};
  const int mulaw[] = {-32124, -12412, -1980, -8, 0, 32124, 7932, 524, 56, 0};
  const unsigned char alaw_codes[] = {0x00, 0x17, 0x3F, 0x55, 0x7F, 0x80, 0xA0, 0xD5, 0xF8, 0xFF};
  const int alaw[] = {-5504, -2368, -13568, -8, -848, 5504, 22016, 8, 944, 848};
  for (size_t i = 0; i < std::size(mulaw); ++i) {
    const std::string mu(1, static_cast<char>(mulaw_codes[i])), a(1, static_cast<char>(alaw_codes[i]));
    EXPECT_EQ(decoded("mulaw,8000", mu)[0] * 32768, static_cast<float>(mulaw[i])) << i;
    EXPECT_EQ(decoded("alaw,8000", a)[0] * 32768, static_cast<float>(alaw[i])) << i;
  }
}

TEST(RawSamples, ChunksOfAnySizeHaveTheSameBits) {
  std::string bytes;
  Random random(5, Purpose::test);
  for (int i = 0; i < 6 * 500; ++i) bytes += static_cast<char>(random.below(256));
  const std::vector<float> whole = decoded("s24,16000,2", bytes);
  ASSERT_EQ(whole.size(), 500u);
  for (const size_t n : {1, 2, 5, 7, 600}) {
    RawDecoder decoder(parse_raw_format("s24,16000,2"));
    std::vector<float> out;
    for (size_t i = 0; i < bytes.size(); i += n) decoder.push(std::string_view(bytes).substr(i, n), out);
    EXPECT_EQ(out, whole) << n;
    EXPECT_EQ(decoder.samples(), 500);
  }
}

TEST(RawSamples, WhatIsMissingAtTheEndIsCounted) {
  RawDecoder decoder(parse_raw_format("s16,16000"));
  std::vector<float> out;
  decoder.push("abc", out);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_EQ(decoder.waiting(), 1u);
}

TEST(RawSamples, NumbersThatAreNoneAreRefusedWithTheirPlace) {
  RawDecoder decoder(parse_raw_format("f32,8000"));
  std::vector<float> out;
  decoder.push(std::string(4 * 8000, '\0'), out);
  const Failure f = failure_of([&] { decoder.push("\xFF\xFF\xFF\xFF", out); });
  EXPECT_EQ(f.code, "audio/not_finite");
  EXPECT_NE(f.message.find("sample 8,000 (0:01)"), std::string::npos) << f.message;
}

}  // namespace
}  // namespace rnn::core
