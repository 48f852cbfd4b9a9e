// Why: a transcript and what was recognised must become the same text by the same rules, or error rates count spelling.
#include "text/speech_text.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

std::string basic(std::string_view text) { return speech_text(SpeechText::basic, text); }

TEST(SpeechText, NoneTouchesWhiteSpaceAlone) {
  EXPECT_EQ(speech_text(SpeechText::none, "  Don't \t go,\n Now!  "), "Don't go, Now!");
  EXPECT_EQ(speech_text(SpeechText::none, "caf\xC3\xA9\xC2\xA0zwei"), "caf\xC3\xA9 zwei") << "U+00A0";
  EXPECT_EQ(speech_text(SpeechText::none, " \n"), "");
  EXPECT_EQ(speech_text(SpeechText::none, "a\xFF"), "a\xEF\xBF\xBD");
}

TEST(SpeechText, BasicIsLowerCaseWithoutPunctuation) {
  EXPECT_EQ(basic("Hello, World!"), "hello world");
  EXPECT_EQ(basic("\xC3\x84RGER \xC3\x9C"
                  "BER Stra\xC3\x9F"
                  "e"),
            "\xC3\xA4rger \xC3\xBC"
            "ber stra\xC3\x9F"
            "e");
  EXPECT_EQ(basic("well-known \xE2\x80\x94 so: (yes)"), "well known so yes");
  EXPECT_EQ(basic("50% & more $"), "50 more");
  EXPECT_EQ(basic("\xD0\x9F\xD0\xA0\xD0\x98\xD0\x92\xD0\x95\xD0\xA2"), "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82");
  EXPECT_EQ(basic(""), "");
  EXPECT_EQ(basic("... --"), "");
}

TEST(SpeechText, ApostrophesInsideWordsStay) {
  EXPECT_EQ(basic("Don't"), "don't");
  EXPECT_EQ(basic("Don\xE2\x80\x99t"), "don't") << "U+2019";
  EXPECT_EQ(basic("L'eau, 'quoted' rock 'n' roll dogs'"), "l'eau quoted rock n roll dogs");
  EXPECT_EQ(basic("o''clock"), "o clock");
}

TEST(SpeechText, DigitsAreNotGuessed) {
  EXPECT_EQ(basic("10 o'clock, 3.14 or 1,000."), "10 o'clock 3.14 or 1,000");
  EXPECT_EQ(basic("10:30. v2.beta"), "10:30 v2 beta");
}

TEST(SpeechText, TheSameLettersAreTheSameBytes) {
  EXPECT_EQ(basic("e\xCC\x81t\xC3\xA9"), "\xC3\xA9t\xC3\xA9") << "composed";
  EXPECT_EQ(basic("zu\xC2\xADsammen"), "zusammen") << "a soft hyphen";
  EXPECT_EQ(basic("a\xFF"
                  "b"),
            "a\xEF\xBF\xBD"
            "b");
}

// Of any text: nothing but letters, marks, digits and their three signs is left, and twice is once.
TEST(SpeechText, TwiceIsOnce) {
  Random random(4, Purpose::test);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (uint32_t n = random.below(12); n > 0; --n) {
      const uint32_t kind = random.below(4);
      const auto c = static_cast<char32_t>(kind == 0   ? random.below(0x110000)
                                           : kind == 1 ? random.below(0x250)
                                                       : 32 + random.below(95));
      append_utf8(text, c);
    }
    for (const SpeechText rules : {SpeechText::none, SpeechText::basic}) {
      const std::string once = speech_text(rules, text);
      ASSERT_EQ(utf8_error(once), std::string_view::npos);
      ASSERT_EQ(speech_text(rules, once), once) << text;
      ASSERT_EQ(once.find("  "), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace rnn::core
