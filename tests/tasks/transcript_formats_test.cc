// Why: other programs read these files by the letter of their formats.
#include "tasks/transcribe/stream/transcript_formats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace rnn::core::test {
namespace {

Transcript two_words() {
  return {"clip 1", "guten Tag", {{"guten", 0.12, 0.5, 0.987654}, {"Tag", 3600.0625, 3601.25, 0.5}}, -1.23456, {}};
}

std::string written(TranscriptFormat format, const Transcript& transcript) {
  TranscriptWriter writer(format);
  return writer.header() + writer.add(transcript);
}

TEST(TranscriptFormats, Names) {
  for (const std::string_view name : kTranscriptFormatNames)
    EXPECT_EQ(transcript_format_name(transcript_format(name)), name);
  EXPECT_EQ(transcript_format("vtt"), TranscriptFormat::vtt);
}

TEST(TranscriptFormats, Text) {
  EXPECT_EQ(written(TranscriptFormat::text, two_words()), "guten Tag\n");
  EXPECT_EQ(written(TranscriptFormat::text, {}), "\n") << "a line each, also for silence";
  Transcript several = two_words();
  several.nbest = {{"guten Tag", -1}, {"gute Tage", -2}};
  EXPECT_EQ(written(TranscriptFormat::text, several), "guten Tag\ngute Tage\n");
}

TEST(TranscriptFormats, Json) {
  EXPECT_EQ(
      written(TranscriptFormat::json, two_words()),
      "{\"id\":\"clip 1\",\"text\":\"guten Tag\",\"log_probability\":-1.2346,\"words\":[{\"text\":\"guten\",\"start\":0.12,"
      "\"end\":0.5,\"confidence\":0.988},{\"text\":\"Tag\",\"start\":3600.063,\"end\":3601.25,\"confidence\":0.5}]}\n");
  Transcript odd{"\"a\"\n\xff", "", {}, -std::numeric_limits<double>::infinity(), {{"x", -0.00001}, {"y", -2}}};
  const nlohmann::json line = nlohmann::json::parse(written(TranscriptFormat::json, odd));
  EXPECT_EQ(line["id"], "\"a\"\n\xEF\xBF\xBD");
  EXPECT_TRUE(line["log_probability"].is_null());
  EXPECT_TRUE(line["words"].empty());
  EXPECT_EQ(line["nbest"].size(), 2U);
  EXPECT_EQ(line["nbest"][0]["log_probability"], 0);
  EXPECT_EQ(written(TranscriptFormat::json, odd).find('\n'), written(TranscriptFormat::json, odd).size() - 1);
}

TEST(TranscriptFormats, SubRip) {
  TranscriptWriter writer(TranscriptFormat::srt);
  EXPECT_EQ(writer.header(), "");
  EXPECT_EQ(writer.add(two_words()), "1\n00:00:00,120 --> 00:00:00,500\nguten\n\n2\n01:00:00,063 --> 01:00:01,250\nTag\n\n");
  EXPECT_EQ(writer.add({"b", "ja", {{"ja", 1, 2, 1}}, 0, {}}), "3\n00:00:01,000 --> 00:00:02,000\nja\n\n");
  EXPECT_EQ(writer.add({}), "");
}

TEST(TranscriptFormats, WebVtt) {
  EXPECT_EQ(written(TranscriptFormat::vtt, {"a", "", {{"R&B", 59.9996, 61, 1}, {"<-->", 61, 62, 1}}, 0, {}}),
            "WEBVTT\n\n00:01:00.000 --> 00:01:02.000\nR&amp;B &lt;--&gt;\n\n");
  EXPECT_EQ(written(TranscriptFormat::vtt, {}), "WEBVTT\n\n") << "a file without speech is one, too";
}

TEST(TranscriptFormats, Ctm) {
  EXPECT_EQ(written(TranscriptFormat::ctm, two_words()),
            "clip_1 1 0.120 0.380 guten 0.988\nclip_1 1 3600.063 1.187 Tag 0.500\n");
}

TEST(TranscriptFormats, SubtitlesHoldFortyTwoCharactersAndFiveSeconds) {
  std::vector<TranscriptWord> words;
  for (int i = 0; i < 30; ++i) words.push_back({"sieben\xC3\xBC", i * 0.1, i * 0.1 + 0.1, 1});  // 7 characters of 8 bytes
  std::vector<Subtitle> lines = subtitles(words);
  ASSERT_EQ(lines.size(), 6U) << "5 words and 4 spaces are 39 characters";
  for (const Subtitle& line : lines) EXPECT_EQ(line.text.size(), 44U);
  EXPECT_DOUBLE_EQ(lines[1].start_s, 0.5);
  EXPECT_DOUBLE_EQ(lines[0].end_s, 0.5);

  words.clear();
  for (int i = 0; i < 12; ++i) words.push_back({"a", i * 1.0, i + 1.0, 1});
  lines = subtitles(words);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "a a a a a");
  EXPECT_EQ(lines[2].text, "a a");

  lines = subtitles({{std::string(60, 'x'), 0, 1, 1}, {"y", 1, 9, 1}, {"z", 9, 10, 1}});
  ASSERT_EQ(lines.size(), 3U) << "a word that is too long stands alone";
  EXPECT_EQ(lines[1].text, "y");
  EXPECT_EQ(subtitles({{"40", 0, 1, 1}, {std::string(39, 'x'), 1, 2, 1}}).size(), 1U) << "exactly 42";
  EXPECT_EQ(subtitles({{"40", 0, 1, 1}, {std::string(40, 'x'), 1, 2, 1}}).size(), 2U);
}

}  // namespace
}  // namespace rnn::core::test
