// Why: the walk over frames that tells speech from silence.
#include "audio/voice_activity.h"

#include <algorithm>
#include <cmath>

#include "audio/state_bytes.h"
#include "base/error.h"

namespace rnn::core {
namespace {

constexpr double kSilence = -100;   // dB: the level of nothing
constexpr double kSmoothing = 0.8;  // of levels, per frame
constexpr double kMinimumBias = 2;  // dB: a minimum of noise lies below its mean
constexpr double kPieceSeconds = 0.25;
constexpr std::string_view kVoiceState = "VAD1";

int frames_in(double ms, double frame_ms) { return std::max(1, static_cast<int>(std::lround(ms / frame_ms))); }

}  // namespace

VoiceActivity::VoiceActivity(const VoiceActivityOptions& options)
    : options_(options), frame_(static_cast<int>(options.rate * options.frame_ms / 1000)) {
  if (!(options.frame_ms >= 1 && options.frame_ms <= 1000) || options.rate < 1000 || options.rate > 768000 ||
      !(options.onset_ms >= 0 && options.onset_ms <= 1e6) || !(options.hangover_ms >= 0 && options.hangover_ms <= 1e6) ||
      !(options.above_floor_db > 0) || !std::isfinite(options.lowest_db) || !std::isfinite(options.highest_floor_db))
    throw Error(Exit::usage, "usage/voice_activity", "the settings of the voice activity have no meaning",
                "frames of 10 ms, 9 dB above the noise, 30 ms to begin and 200 ms to end are usual");
  piece_ = frames_in(kPieceSeconds * 1000, options.frame_ms);
  reset();
}

void VoiceActivity::reset() {
  least_.fill(static_cast<float>(options_.highest_floor_db));
  smoothed_ = 0, sum_ = 0, filled_ = 0, frames_ = 0, onset_ = loud_ = -1, run_ = 0, speaking_ = false;
}

double VoiceActivity::silence_seconds() const { return static_cast<double>(frames_ - 1 - loud_) * frame_ / options_.rate; }

double VoiceActivity::floor_of(double level) {
  smoothed_ = static_cast<float>(frames_ == 0 ? level : kSmoothing * smoothed_ + (1 - kSmoothing) * level);
  const auto piece = static_cast<size_t>(frames_ / piece_ % kPieces);
  if (frames_ % piece_ == 0) least_[piece] = static_cast<float>(options_.highest_floor_db);
  least_[piece] = std::min(least_[piece], smoothed_);
  return *std::min_element(least_.begin(), least_.end()) + kMinimumBias;
}

VoiceFrame VoiceActivity::judge(double energy) {
  const double level = energy > 0 ? std::max(kSilence, 10 * std::log10(energy)) : kSilence;
  const double floor = floor_of(level);
  const bool loud = level >= floor + options_.above_floor_db && level >= options_.lowest_db;
  VoiceFrame frame;
  frame.level_db = static_cast<float>(level), frame.floor_db = static_cast<float>(floor);
  run_ = loud ? run_ + 1 : 0;
  if (loud) loud_ = frames_;
  if (!speaking_ && run_ >= frames_in(options_.onset_ms, options_.frame_ms)) {
    speaking_ = frame.onset = true;
    onset_ = frames_ - run_ + 1;
  } else if (speaking_ && frames_ - loud_ > frames_in(options_.hangover_ms, options_.frame_ms)) {
    speaking_ = false, frame.end = true;
  }
  frame.speech = speaking_;
  ++frames_;
  return frame;
}

void VoiceActivity::push(std::span<const float> samples, std::vector<VoiceFrame>& out) {
  for (const float x : samples) {
    sum_ += static_cast<double>(x) * x;
    if (++filled_ < frame_) continue;
    out.push_back(judge(sum_ / frame_));
    sum_ = 0, filled_ = 0;
  }
}

std::string VoiceActivity::save() const {
  std::string bytes(kVoiceState);
  put_state(bytes, frame_), put_state(bytes, filled_), put_state(bytes, run_), put_state(bytes, int32_t{speaking_});
  put_state(bytes, frames_), put_state(bytes, onset_), put_state(bytes, loud_), put_state(bytes, sum_);
  put_numbers(bytes, least_), put_numbers(bytes, {&smoothed_, 1});
  return bytes;
}

void VoiceActivity::load(std::string_view bytes) {
  StateReader in(bytes, kVoiceState);
  if (in.get<int>() != frame_) in.refuse("it is of other frames");
  VoiceActivity read(options_);
  read.filled_ = in.get<int>(), read.run_ = in.get<int>();
  const auto speaking = in.get<int32_t>();
  read.frames_ = in.get<int64_t>(), read.onset_ = in.get<int64_t>(), read.loud_ = in.get<int64_t>(),
  read.sum_ = in.get<double>();
  in.numbers(read.least_), in.numbers({&read.smoothed_, 1});
  in.end();
  constexpr int64_t kMost = int64_t{1} << 56;
  if (read.filled_ < 0 || read.filled_ >= frame_ || read.frames_ < 0 || read.frames_ > kMost || read.run_ < 0 ||
      read.run_ > read.frames_ || read.onset_ < -1 || read.onset_ >= std::max<int64_t>(read.frames_, 1) || read.loud_ < -1 ||
      read.loud_ >= std::max<int64_t>(read.frames_, 1) || !(read.sum_ >= 0 && std::isfinite(read.sum_)) || speaking < 0 ||
      speaking > 1)
    in.refuse("its counts");
  read.speaking_ = speaking == 1;
  *this = read;
}

}  // namespace rnn::core
