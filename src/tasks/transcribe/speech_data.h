// Why: from clips with transcripts to what a network hears: rate, frames, their mean and deviation, characters; parts that share no speaker.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "options/option_list.h"
#include "tasks/transcribe/clip_batcher.h"
#include "tasks/transcribe/clips.h"
#include "text/tokenizer.h"

namespace rnn::core {

// Clips of one part, in the same order: what they are, and what is heard.
struct SpeechPart {
  std::vector<Clip> clips;
  std::vector<HeardClip> heard;
  double seconds() const;
};

// A clip that was left out, and why: "too short for its text: 12 steps, 19 characters".
struct LeftOut {
  std::string clip, reason;
};

struct SpeechData {
  SpeechFront front;
  SpeechPart train, valid, test;
  std::vector<LeftOut> left_out;
};

// The class of a character is its id + 1.
std::vector<int32_t> labels_of(const Tokenizer& tokenizer, const std::string& text);

// The samples of a clip at the front's rate, played `speed` times as fast, and its frames, not normalised. Throws as AudioReader and
// read_features().
std::vector<float> samples_of(const SpeechFront& front, const Clip& clip, double speed = 1);
std::vector<float> frames_of(const SpeechFront& front, const Clip& clip);
// The same of samples of one channel at any rate.
std::vector<float> frames_of(const SpeechFront& front, std::span<const float> samples, int rate);

// A part whose clips are read, and left out where they cannot be: labels, frames for each speed, normalised. Without an entry of a speed
// other than 1 where `speeds` is {1}. samples: also these, of clips that are sound. Both are put into `store`.
SpeechPart hear(const SpeechFront& front, const Tokenizer& tokenizer, std::vector<Clip> clips,
                const std::vector<double>& speeds, Pool& pool, std::vector<LeftOut>* left_out, FloatStore& store,
                bool samples = false);

// Mean and deviation of the frames of some clips (all of them, at most so many hours), for an unfinished front.
void fit_front(SpeechFront& front, const std::vector<Clip>& clips, Pool& pool);

// Numbers between commas, the first 1 (a clip as it is), which is added where it is missing. Throws Error{usage, "usage/option"}.
std::vector<double> speeds_of(const std::string& list);

}  // namespace rnn::core
