// Why: faults of recordings are found before training, and people who are held out are the same in every run.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "support/data.h"
#include "support/failure.h"
#include "tasks/clip_files.h"
#include "tasks/transcribe/check.h"
#include "tasks/transcribe/clips_split.h"

namespace rnn::core {
namespace {

class ClipChecks : public test::ClipFilesTest {
 protected:
  // `clips` of this length, id number n, of speaker n / `each`.
  static ClipSet people(int clips, int each) {
    ClipSet set;
    for (int i = 0; i < clips; ++i) {
      Clip clip;
      clip.id = clip.path = "c" + std::to_string(1000 + i);
      clip.speaker = each > 0 ? "s" + std::to_string(100 + i / each) : "";
      clip.text = "text " + std::to_string(i % 7);
      set.clips.push_back(clip);
    }
    add_up(set);
    return set;
  }
  DataReport check(double valid_share = 0.3) const { return check_clips({folder_.string()}, {}, valid_share); }
  static const Finding* find(const DataReport& report, const std::string& code) {
    for (const Finding& f : report.findings)
      if (f.code == code) return &f;
    return nullptr;
  }
};

TEST_F(ClipChecks, SpeakersAreHeldOutWhole) {
  const ClipSet set = people(60, 3);  // 20 speakers
  const ClipSplit split = split_clips(set, 0.2, 0.2);
  EXPECT_TRUE(split.by_speaker);
  EXPECT_EQ(split.valid, (std::vector<size_t>{12, 13, 14, 27, 28, 29, 42, 43, 44, 57, 58, 59}));  // 4, 9, 14, 19
  EXPECT_EQ(split.test, (std::vector<size_t>{6, 7, 8, 21, 22, 23, 36, 37, 38, 51, 52, 53}));      // 2, 7, 12, 17
  EXPECT_EQ(split.train.size(), 36u);
  EXPECT_TRUE(split_clips(set, 0.2).test.empty());
  // A smaller share than a speaker's is one speaker.
  EXPECT_EQ(split_clips(set, 0.001).valid, (std::vector<size_t>{57, 58, 59}));
}

TEST_F(ClipChecks, TheOrderOfTheListDoesNotMatter) {
  for (const int each : {3, 0}) {
    ClipSet set = people(60, each), turned = set;
    std::reverse(turned.clips.begin(), turned.clips.end());
    const auto ids = [](const ClipSet& of, const std::vector<size_t>& part) {
      std::vector<std::string> names;
      for (const size_t i : part) names.push_back(of.clips[i].id);
      std::sort(names.begin(), names.end());
      return names;
    };
    const ClipSplit one = split_clips(set, 0.2), other = split_clips(turned, 0.2);
    EXPECT_EQ(ids(set, one.valid), ids(turned, other.valid));
    EXPECT_EQ(one.train.size() + one.valid.size(), 60u);
    EXPECT_EQ(one.by_speaker, each > 0);
  }
}

TEST_F(ClipChecks, WithoutSpeakersClipsAreDrawn) {
  const ClipSplit split = split_clips(people(100, 0), 0.1, 0.2);
  EXPECT_FALSE(split.by_speaker);
  EXPECT_EQ(split.test.size(), 20u);
  EXPECT_EQ(split.valid.size(), 10u);
  EXPECT_EQ(split.words, "10 clips drawn for validation, 20 for the test, as not all speakers are known");
  EXPECT_FALSE(split_clips(people(10, 5), 0.1).by_speaker);  // two speakers are too few
  EXPECT_EQ(failure_of([] { split_clips(people(1, 0), 0.1); }).code, "data/too_short");
  EXPECT_EQ(failure_of([] { split_clips(people(9, 1), 0); }).code, "usage/valid_share");
  EXPECT_EQ(failure_of([] { split_clips(people(9, 1), 0.5, 0.5); }).code, "usage/valid_share");
}

TEST_F(ClipChecks, WhatTwoPartsShareIsCounted) {
  const ClipSet set = people(14, 7);
  const ClipSet training = clips_of(set, {0, 1, 2}), other = clips_of(set, {2, 3, 7});
  const SharedClips shared = shared_clips(training, other);
  EXPECT_EQ(shared.texts, 2);  // that of 2 itself, and of 7, which says what 0 says
  EXPECT_EQ(shared.files, 1);
  EXPECT_EQ(other.speakers, 2);
  EXPECT_EQ(other.words, 6);
}

TEST_F(ClipChecks, SilentClippedAndShortClipsAreNamed) {
  sound("good.wav"), write("good.txt", "a good clip");
  sound("zero.wav", 1, 16000, 0), write("zero.txt", "zero");
  sound("quiet.wav", 1, 16000, 0.0005), write("quiet.txt", "quiet");
  sound("loud.wav", 1, 16000, 5), write("loud.txt", "loud");
  sound("short.wav", 0.2), write("short.txt", "much too long a text");
  const DataReport report = check();
  EXPECT_EQ(report.facts.number("silent"), 2);
  EXPECT_EQ(report.facts.number("clipped"), 1);
  EXPECT_EQ(report.facts.number("too_short"), 1);
  const Finding* const silent = find(report, "data/silent");
  ASSERT_NE(silent, nullptr);
  EXPECT_EQ(silent->message, path("quiet.wav") + " is silent: its peak is -66 dB");
  EXPECT_EQ(find(report, "data/clipped")->file, path("loud.wav"));
  // 0.2 s: 1 + (3200 - 400) / 160 = 18 frames, 6 rows; no two characters that follow each other are equal, but in "too".
  EXPECT_EQ(find(report, "data/too_short_clip")->message,
            path("short.wav") + " is too short for its text: 6 rows of 30 ms, and 20 characters need 21");
  EXPECT_NE(find(report, "data/little"), nullptr);
  EXPECT_FALSE(report.refusal);
}

TEST_F(ClipChecks, NumbersThatAreNoneAreErrors) {
  // A WAV file of float32 (format 3) with a NaN.
  const float samples[4] = {0.1f, std::numeric_limits<float>::quiet_NaN(), 0.2f, 0.3f};
  std::string bytes = wave_bytes(std::vector<float>(8, 0.f), 16000);  // as many bytes of 16 bit
  ASSERT_EQ(bytes.size(), 44u + 16);
  const auto set16 = [&](size_t at, uint16_t value) { std::memcpy(bytes.data() + at, &value, 2); };
  set16(20, 3), set16(32, 4), set16(34, 32);
  const uint32_t rate = 64000;
  std::memcpy(bytes.data() + 28, &rate, 4);
  std::memcpy(bytes.data() + 44, samples, sizeof samples);
  write("nan.wav", bytes), write("nan.txt", "x");
  sound("good.wav"), write("good.txt", "y");
  const DataReport report = check(0.5);
  const Finding* const found = find(report, "data/not_finite");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->severity, Severity::error);
  EXPECT_EQ(found->file, path("nan.wav"));
  EXPECT_EQ(report.facts.number("not_finite"), 1);
}

TEST_F(ClipChecks, PartsAreCompared) {
  for (const char* speaker : {"ann", "bob", "cyd"}) {
    for (const char* word : {"one", "two"}) {
      const std::string name = std::string(speaker) + "/" + word;
      sound(name + ".wav"), write(name + ".txt", speaker == std::string("cyd") ? std::string(word) + "!" : word);
    }
  }
  write("cyd/one.txt", "one");
  const DataReport report = check();
  EXPECT_EQ(report.facts.number("shared_texts"), 1);
  const Finding* const unseen = find(report, "data/unseen_characters");
  ASSERT_NE(unseen, nullptr);
  EXPECT_EQ(unseen->message, "1 character of the validation clips is not in training: !");
  EXPECT_EQ(report.lines.back().second, "of 3 speakers 1 speaker (2 clips) for validation");
}

TEST_F(ClipChecks, OddValuesAreFarFromTheMiddle) {
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) values.push_back(10 + 0.1 * i);
  EXPECT_TRUE(odd_values(values, 4).empty());
  values[7] = 100, values[20] = 0.5;
  EXPECT_EQ(odd_values(values, 4), (std::vector<size_t>{7, 20}));
  values.resize(19);
  EXPECT_TRUE(odd_values(values, 4).empty());
  EXPECT_TRUE(odd_values(std::vector<double>(50, 3.0), 4).empty());
}

TEST_F(ClipChecks, BadDataIsAFinding) {
  write("x.fileids", "a\nb"), write("x.transcription", "one");
  const DataReport report = check();
  EXPECT_FALSE(report.whole);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].code, "data/transcription");
  EXPECT_EQ(failure_of([] { check_clips({"nowhere"}, {}, 0.1); }).code, "data/missing");
}

TEST_F(ClipChecks, An4IsSound) {
  RNN_NEED_DATA();
  const DataReport report = check_clips({test::data_path("speech/an4-train/train.fileids")}, {}, 1 / 9.);
  EXPECT_EQ(report.facts.number("clips"), 948);
  EXPECT_EQ(report.facts.number("silent"), 0);
  EXPECT_EQ(report.facts.number("not_finite"), 0);
  EXPECT_EQ(report.facts.number("too_short"), 0);
  EXPECT_EQ(report.facts.number("speakers"), 74);
  for (const auto& [key, text] : report.lines) RecordProperty(key, text);
}

}  // namespace
}  // namespace rnn::core
