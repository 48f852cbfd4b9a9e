// Why: see speech_front.h.
#include "tasks/transcribe/stream/speech_front.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr int kMostStacked = 128;

[[noreturn]] void corrupt_speech_front(const char* what) {
  throw Error(Exit::model, "model/corrupt", std::string("the model's description of its sound is not valid: ") + what,
              "the file is damaged; train again, or copy it again");
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

void normalise_frames(const SpeechFront& front, std::span<float> frames) {
  const size_t width = front.mean.size();
  for (size_t at = 0; at < frames.size(); at += width) {
    for (size_t i = 0; i < width; ++i) frames[at + i] = (frames[at + i] - front.mean[i]) * front.inverse[i];
  }
}

void speech_step(const SpeechFront& front, std::span<const float> frames, int64_t t, std::span<float> row) {
  const auto begin = std::min(static_cast<size_t>(t * front.stack) * front.mean.size(), frames.size());
  const size_t there = std::min(row.size(), frames.size() - begin);
  std::copy_n(frames.begin() + static_cast<std::ptrdiff_t>(begin), there, row.begin());
  std::fill(row.begin() + static_cast<std::ptrdiff_t>(there), row.end(), 0.0F);
}

JsonValue speech_front_json(const SpeechFront& front) {
  JsonValue value;
  value = json{{"front_end", front_end_json(front.bank).get()},
               {"stack", front.stack},
               {"lookahead", front.lookahead},
               {"tail", front.tail},
               {"delay", front.delay},
               {"streaming", front.streaming},
               {"text_rules", std::string(kSpeechTextNames[static_cast<size_t>(front.rules)])},
               {"mean", front.mean},
               {"inverse_deviation", front.inverse},
               {"check", front_end_check(front.bank)}};
  return value;
}

SpeechFront speech_front_of(const json& from) {
  SpeechFront front;
  try {
    front.bank = front_end_of(from.at("front_end"));
    front.stack = from.at("stack"), front.lookahead = from.at("lookahead"), front.tail = from.at("tail");
    front.delay = from.value("delay", 0);  // version 0.1 had none
    front.streaming = from.at("streaming");
    front.mean = from.at("mean").get<std::vector<float>>(),
    front.inverse = from.at("inverse_deviation").get<std::vector<float>>();
    const std::string rules = from.at("text_rules");
    const auto* found = std::find(std::begin(kSpeechTextNames), std::end(kSpeechTextNames), rules);
    if (found == std::end(kSpeechTextNames)) corrupt_speech_front("there are no such rules of text");
    front.rules = static_cast<SpeechText>(found - std::begin(kSpeechTextNames));
    if (front.stack < 1 || front.stack > kMostStacked || front.lookahead < 0 || front.lookahead > kMostStacked ||
        front.tail < 0 || front.tail > 2 * kMostStacked || front.delay < 0 || front.delay > front.tail)
      corrupt_speech_front("its steps have no size");
    const auto width = static_cast<size_t>(front.bank.width());
    if (front.mean.size() != width || front.inverse.size() != width || !all_finite(front.mean) || !all_finite(front.inverse))
      corrupt_speech_front("mean and deviation of a frame");
    require_front_end(front.bank, from.at("check").get<std::vector<float>>());
  } catch (const json::exception& e) {
    corrupt_speech_front(e.what());
  }
  return front;
}

}  // namespace rnn::core
