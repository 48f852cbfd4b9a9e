// Why: how near an effect comes to the real one, as it runs: from the beginning of a recording to its end.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/figure.h"
#include "tasks/effect/effect_data.h"
#include "tasks/effect/stream/effect.h"

namespace rnn::core {

// ESR, plain and pre-emphasised, of what `run` makes of every part; both spans have one size.
using SoundRun = std::function<void(std::span<const float>, std::span<float>)>;
ResultRow effect_row(std::string name, const std::vector<SoundPart>& parts, const SoundRun& run);

struct EffectReport {
  ResultRow model;
  double seconds = 0;    // of sound
  double real_time = 0;  // seconds of computation by seconds of sound, on one thread
};
EffectReport evaluate_effect(const EffectModel& effect, const std::vector<SoundPart>& parts, int rate);

}  // namespace rnn::core
