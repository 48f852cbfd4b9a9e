// Why: see evaluate_effect.h.
#include "tasks/effect/evaluate_effect.h"

#include <chrono>
#include <cmath>

#include "heads/esr.h"
#include "metrics/figures.h"
#include "metrics/signal_error.h"

namespace rnn::core {

ResultRow effect_row(std::string name, const std::vector<SoundPart>& parts, const SoundRun& run) {
  SignalError error(kPreEmphasis);
  std::vector<float> made;
  for (const SoundPart& p : parts) {
    made.resize(p.in.size());
    run(p.in, made);
    error.add(p.out, made);
    error.next_signal();
  }
  ResultRow row(std::move(name));
  if (error.signal() > 0) row.set(figure::kEsr, error.ratio()).set(figure::kEsrEmphasised, error.ratio_emphasised());
  return row;
}

EffectReport evaluate_effect(const EffectModel& effect, const std::vector<SoundPart>& parts, int rate) {
  EffectReport report;
  size_t samples = 0;
  for (const SoundPart& p : parts) samples += p.in.size();
  report.seconds = static_cast<double>(samples) / rate;
  Effect live(effect);
  const auto begin = std::chrono::steady_clock::now();
  report.model = effect_row("this model", parts, [&](std::span<const float> in, std::span<float> out) {
    live.reset();
    live.process(in, out);
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  report.real_time = report.seconds > 0 ? took.count() / report.seconds : 0;
  return report;
}

}  // namespace rnn::core
