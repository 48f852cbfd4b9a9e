// Why: who speaks to a recogniser waits for it: what a portion of sound costs, and how long the text takes once the last sample is there.
#pragma once

#include <optional>
#include <span>

#include "tasks/transcribe/clips.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {

struct ListeningTimes {
  double portion_ms = 0, portion_99_ms = 0;  // of 20 ms of sound: the mean, and what 99 of 100 portions stay below
  double text_ms = 0, text_longest_ms = 0;   // from the last sample of a clip to its final text: the median and the longest
  int clips = 0;
};

// The first clips that are sound, at most `most`, heard in portions of 20 ms on one thread as if people spoke; none: nullopt. A model that
// also reads backwards does its work after the last sample. Throws as AudioReader.
std::optional<ListeningTimes> time_listening(const SpeechModel& speech, const RecognizerOptions& options,
                                             std::span<const Clip> clips, int most = 20);

}  // namespace rnn::core
