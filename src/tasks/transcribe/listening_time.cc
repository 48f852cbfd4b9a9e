// Why: see listening_time.h.
#include "tasks/transcribe/listening_time.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "audio/wave.h"

namespace rnn::core {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// The value that `share` of them stay below. values: not empty; sorted here.
double below(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

std::optional<ListeningTimes> time_listening(const SpeechModel& speech, const RecognizerOptions& options,
                                             std::span<const Clip> clips, int most) {
  ListeningTimes times;
  std::vector<double> portions, texts;
  double sum = 0;
  Recognizer recognizer(speech, options);
  for (const Clip& clip : clips) {
    if (times.clips == most) break;
    if (clip.width > 0) continue;
    AudioReader reader = AudioReader::open(clip.path);
    const int rate = reader.info().rate;
    const std::vector<float> samples = reader.rest();
    const auto portion = static_cast<size_t>(std::max(rate / 50, 1));
    for (size_t at = 0; at < samples.size(); at += portion) {
      const auto begin = Clock::now();
      recognizer.push(std::span(samples).subspan(at, std::min(portion, samples.size() - at)), rate);
      while (recognizer.take()) continue;
      portions.push_back(milliseconds_since(begin));
      sum += portions.back();
    }
    const auto begin = Clock::now();
    recognizer.finish();
    while (recognizer.take()) continue;
    texts.push_back(milliseconds_since(begin));
    recognizer.reset();
    ++times.clips;
  }
  if (portions.empty()) return std::nullopt;
  times.portion_ms = sum / static_cast<double>(portions.size()), times.portion_99_ms = below(portions, 0.99);
  times.text_ms = below(texts, 0.5), times.text_longest_ms = texts.back();
  return times;
}

}  // namespace rnn::core
