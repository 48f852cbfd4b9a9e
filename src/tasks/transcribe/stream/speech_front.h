// Why: what lies between samples and the steps of a recogniser's network is saved with the model, because the network is of no use without.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "audio/front_end.h"
#include "base/json_value.h"
#include "options/kinds.h"

namespace rnn::core {

// Frames of 10 ms, each number less its mean and divided by its deviation over the training clips, so that a stream needs to know nothing
// of what follows; `stack` frames and the next `lookahead` are one step of the network. Beyond the end there are zeros.
struct SpeechFront {
  FilterBankOptions bank;
  int stack = 3, lookahead = 0;  // frames
  int tail = 0;                  // steps of zeros after the last one: time for a network that reads forward only to write
  int delay = 0;           // steps by which its hidden rows are late (ModelConfig::row_convolution); the tail has them, too
  bool streaming = false;  // the network reads forward only
  std::vector<float> mean, inverse;  // [bank.width()] of a frame; inverse: 1 / deviation
  SpeechText rules = SpeechText::basic;

  int width() const { return bank.width() * (stack + lookahead); }  // of a step
  int64_t steps_of(int64_t frames) const { return frames > 0 ? (frames + stack - 1) / stack + tail : 0; }
  int64_t steps_of(std::span<const float> frames) const { return steps_of(std::ssize(frames) / bank.width()); }
  double step_seconds() const { return stack * bank.shift_ms / 1000; }
  // When what a row says begins, seconds.
  double seconds_of(int64_t row) const { return static_cast<double>(std::max<int64_t>(row - delay, 0)) * step_seconds(); }
  // How much sound after the beginning of a step must be heard before the step can be computed, seconds.
  double latency() const { return ((stack * (1 + delay) + lookahead - 1) * bank.shift_ms + bank.frame_ms) / 1000; }
};

// In place: frames [n, bank.width()].
void normalise_frames(const SpeechFront& front, std::span<float> frames);
// Step t of normalised frames [n, bank.width()]: row [width()].
void speech_step(const SpeechFront& front, std::span<const float> frames, int64_t t, std::span<float> row);

JsonValue speech_front_json(const SpeechFront& front);
// Throws Error{model}: "model/corrupt", "audio/front_end" (also where this program computes other frames than the one that trained).
SpeechFront speech_front_of(const nlohmann::json& from);

}  // namespace rnn::core
