// Why: clips that people recorded are read, not only those that a test makes: AN4's recordings.
#include <filesystem>

#include "audio/front_end.h"
#include "audio/signals.h"
#include "audio/voice_activity.h"
#include "audio/wave.h"
#include "support/data.h"

namespace rnn::core {
namespace {

TEST(PublicClips, RecordingsOfAn4HaveSpeechInThem) {
  RNN_NEED_DATA();
  int clips = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::data_path("speech/an4-train/an4_clstk"))) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || ++clips > 40) continue;
    AudioReader reader = AudioReader::open(path);
    EXPECT_EQ(reader.info().rate, 16000) << path;
    EXPECT_EQ(reader.info().channels, 1) << path;
    EXPECT_FALSE(reader.info().cut_short) << path;
    const std::vector<float> samples = reader.rest();
    ASSERT_EQ(static_cast<int64_t>(samples.size()), reader.info().frames) << path;
    for (const float x : front_end_frames({}, samples)) ASSERT_TRUE(std::isfinite(x)) << path;
    VoiceActivity voice{VoiceActivityOptions{}};
    std::vector<VoiceFrame> frames;
    voice.push(samples, frames);
    int speech = 0;
    for (const VoiceFrame& f : frames) speech += f.speech;
    EXPECT_GT(speech, 10) << path;  // a tenth of a second: every clip has a letter at least
    EXPECT_LT(speech, static_cast<int>(frames.size())) << path;
  }
  EXPECT_GT(clips, 40);
}

}  // namespace
}  // namespace rnn::core
