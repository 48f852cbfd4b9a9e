// Why: where somebody speaks, without a model: endpoints, onsets, and what to leave out of a recording.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

struct VoiceActivityOptions {
  int rate = 16000;  // samples per second
  double frame_ms = 10;
  double above_floor_db = 9;      // speech is so much louder than the noise ...
  double lowest_db = -60;         // ... and at least so loud, against full scale
  double onset_ms = 30;           // so long before it counts as speech
  double hangover_ms = 200;       // so long after its last loud frame it still does
  double highest_floor_db = -35;  // what is louder is no noise, even if it goes on
};

// A frame of the signal.
struct VoiceFrame {
  bool speech = false;
  bool onset = false;  // speech begins: with the frame VoiceActivity::onset_frame()
  bool end = false;    // it has ended, hangover_ms ago
  float level_db = 0, floor_db = 0;
};

// Energy against a floor of noise that is the least smoothed energy of the last 2 seconds (minimum statistics; Martin 2001). Causal: a
// frame is judged by itself and what was before. Copies go on independently.
class VoiceActivity {
 public:
  // Throws Error{usage, "usage/voice_activity"} for values that have no meaning.
  explicit VoiceActivity(const VoiceActivityOptions& options);
  // Appends the frames that are complete. With room in `out` it allocates nothing; chunks of any size give the same frames.
  void push(std::span<const float> samples, std::vector<VoiceFrame>& out);
  void reset();

  // The state as bytes, for a VoiceActivity of the same options. load() throws Error{model, "audio/state"} and then changes nothing.
  std::string save() const;
  void load(std::string_view bytes);

  int frame_samples() const { return frame_; }
  bool speaking() const { return speaking_; }
  int64_t frames() const { return frames_; }
  int64_t onset_frame() const { return onset_; }  // first frame of the latest speech; -1: none so far
  double silence_seconds() const;                 // since the last loud frame, or since the beginning

 private:
  VoiceFrame judge(double energy);
  double floor_of(double level);

  static constexpr int kPieces = 8;  // the minimum is kept by quarters of a second
  VoiceActivityOptions options_;
  int frame_, piece_;                            // samples of a frame, frames of a piece
  std::array<float, kPieces> least_{};           // dB
  float smoothed_ = 0;                           // dB
  double sum_ = 0;                               // squares of the frame that is not complete
  int filled_ = 0;                               // samples of it
  int64_t frames_ = 0, onset_ = -1, loud_ = -1;  // loud_: latest loud frame
  int run_ = 0;                                  // loud frames in a row
  bool speaking_ = false;
};

}  // namespace rnn::core
