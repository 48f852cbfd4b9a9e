// Why: what is wrong with a recording is known before a network is trained on it: rnn data check dry.wav wet.wav.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "metrics/figures.h"
#include "tasks/effect/effect_data.h"
#include "tasks/effect/effect_rows.h"
#include "tasks/effect/task.h"

namespace rnn::core {
namespace {

constexpr double kFewestSeconds = 10;

std::string peak_text(std::span<const float> samples) {
  float peak = 0;
  for (const float x : samples) peak = std::max(peak, std::fabs(x));
  return peak > 0 ? fmt::format("peak {:.1f} dB", 20 * std::log10(peak)) : "silent";
}

}  // namespace

DataReport check_effect(const std::vector<std::string>& data, const Options& options) {
  SoundPairs pairs;
  try {
    pairs = read_sound_pairs(data);
  } catch (const Error& e) {
    return report_of_failure(e);
  }
  DataReport report;
  nlohmann::json& facts = report.facts.get();
  report.lines.emplace_back(
      "sound", fmt::format("{}, {:.1f} seconds at {} Hz", counted(pairs.pairs.size(), "pair"), pairs.seconds(), pairs.rate));
  facts = {{"task", "effect"}, {"pairs", nlohmann::json::array()}, {"rate", pairs.rate}, {"seconds", pairs.seconds()}};
  const std::vector<int> delays = delays_of(pairs);
  for (size_t i = 0; i < delays.size(); ++i) {
    const SoundPair& p = pairs.pairs[i];
    const int delay = delays[i];
    report.lines.emplace_back("pair", fmt::format("{} ({}) → {} ({}), {}", p.dry, peak_text(p.in), p.wet, peak_text(p.out),
                                                  delay == 0 ? "at the same time"
                                                             : fmt::format("{} {}", counted(std::abs(delay), "sample"),
                                                                           delay > 0 ? "later" : "earlier")));
    facts["pairs"].push_back({{"dry", p.dry},
                              {"wet", p.wet},
                              {"samples", p.in.size()},
                              {"channels", p.channels},
                              {"delay", delay},
                              {"clipped", {clipped_share(p.in), clipped_share(p.out)}}});
  }
  const SoundSplit split = split_sounds(pairs, effect_valid_share(options));
  const EffectRows filters = fit_effect_rows(split.train);
  for (const ResultRow& row : effect_rows(&filters, split.valid)) {
    report.lines.emplace_back("simple", fmt::format("{}: ESR {}", row.name, figure_text(figure::kEsr, row[figure::kEsr])));
    facts["rows"][row.name] = row[figure::kEsr].value_or(0);
  }
  report.findings = judge_sounds(pairs, delays);
  if (pairs.seconds() < kFewestSeconds)
    report.findings.push_back({"data/little", Severity::warning, data[0], 0,
                               fmt::format("there are {:.1f} seconds of sound", pairs.seconds()),
                               "an effect needs a minute or more, of all notes and levels that it will meet"});
  return report;
}

}  // namespace rnn::core
