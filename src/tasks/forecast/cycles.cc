// Why: see cycles.h.
#include "tasks/forecast/cycles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr double kCalendarGain = 0.01;  // of the error: what a cycle must gain at least,
constexpr double kGainOfChance =
    0.3;  // and this by the number of windows that do not overlap: with few of them chance gains, too. Series share their time
constexpr int64_t kFewestIndependent = 3;  // validation windows that do not overlap, to judge by
constexpr double kTurns = 2;               // that training rows must have

[[noreturn]] void refuse_calendar(const std::string& message) {
  throw Error(Exit::usage, "usage/option", message, "--calendar auto, off, or a list of day, week, month, year");
}

std::vector<Cycle> cycles_to_try(const SeriesSet& set, const SeriesSplit& split) {
  const int64_t longest = split.train.empty() ? 0 : *std::max_element(split.train.begin(), split.train.end());
  std::vector<Cycle> found;
  for (size_t i = std::size(kCycleNames); i-- > 0;) {
    const auto cycle = static_cast<Cycle>(i);
    const double steps = steps_in_cycle(set.grid.spec(), cycle);
    if (!waves_of(set.grid.spec(), cycle).empty() && kTurns * steps <= static_cast<double>(longest)) found.push_back(cycle);
  }
  return found;
}

}  // namespace

std::vector<Cycle> cycles_of(const std::string& text) {
  std::vector<Cycle> found;
  if (text == "off" || text == "auto") return found;
  for (const std::string& name : split_commas(text)) {
    const size_t at = index_of(kCycleNames, name);
    if (at == std::size(kCycleNames)) refuse_calendar("--calendar: '" + name + "' is no cycle of the calendar");
    found.push_back(static_cast<Cycle>(at));
  }
  if (found.empty()) refuse_calendar("--calendar names no cycle");
  std::sort(found.begin(), found.end());
  if (std::adjacent_find(found.begin(), found.end()) != found.end()) refuse_calendar("--calendar names a cycle twice");
  return found;
}

std::string cycles_text(std::span<const Cycle> cycles) {
  std::string text;
  for (const Cycle c : cycles) text += (text.empty() ? "" : ",") + std::string(kCycleNames[static_cast<size_t>(c)]);
  return text.empty() ? "off" : text;
}

void require_cycles(const Grid& grid, const std::string& text) {
  for (const Cycle cycle : cycles_of(text)) {
    const std::string name(kCycleNames[static_cast<size_t>(cycle)]);
    if (!grid.has_dates()) refuse_calendar("--calendar " + name + " needs dates, and the steps have none");
    if (waves_of(grid.spec(), cycle).empty())
      refuse_calendar(fmt::format("--calendar {}: steps are {}, too long for the cycle of a {}", name, grid.name(), name));
  }
}

CalendarChoice choose_calendar(const SeriesSet& set, const SeriesSplit& split, const SeriesOptions& options,
                               Transform transform) {
  CalendarChoice choice;
  const std::vector<Cycle> candidates = cycles_to_try(set, split);
  if (candidates.empty()) return choice;
  SeriesOptions trial = options;
  if (trial.linear == "off") trial.linear = "auto";  // it chooses for a network alone, too
  const auto fit = [&](const std::vector<Cycle>& cycles, bool level) {
    trial.calendar = cycles_text(cycles);
    const ForecastFront front = fit_front(set, split, trial, transform, false);
    return fit_linear(front, SeriesBank(front, set), split, trial, level);
  };
  const LinearFit without = fit({}, false);
  int64_t rows = 0;
  for (size_t s = 0; s < split.train.size(); ++s) rows = std::max(rows, split.valid[s] - split.train[s]);
  const int64_t independent = without.windows > 0 ? rows / std::max(options.horizon, 1) : 0;
  if (!without.part.present() || independent < kFewestIndependent) return choice;
  // At its own length, and at the shortest: who knows the season need not see it.
  std::vector<int> lengths = {without.part.models[0].shape().context, shortest_context(split, options)};
  if (lengths[0] == lengths[1]) lengths.pop_back();
  trial.linear = kLinearNames[static_cast<size_t>(without.part.kind)];
  using Fits = std::vector<LinearFit>;
  const auto fits_of = [&](const std::vector<Cycle>& cycles) {
    Fits fits;
    for (const int context : lengths) trial.context = context, fits.push_back(fit(cycles, true));
    return fits;
  };
  const double gain = std::max(kCalendarGain, kGainOfChance / static_cast<double>(independent));
  // What moved once, such as a level, may help in one half of the validation rows and will not help again: both must gain.
  const auto halves_of = [&](const std::vector<Cycle>& cycles, const LinearFit& fitted) {
    trial.calendar = cycles_text(cycles);
    const ForecastFront front = fit_front(set, split, trial, transform, false);
    return half_errors(fitted.part, SeriesBank(front, set), split);
  };
  std::vector<Cycle> kept;
  LinearFit best = without;
  Fits same = fits_of({});  // of the same lengths and shapes, that returning to a level is not taken for the calendar's
  for (const Cycle cycle : candidates) {
    std::vector<Cycle> more = kept;
    more.insert(std::lower_bound(more.begin(), more.end(), cycle), cycle);
    Fits with = fits_of(more);
    const auto least = std::ranges::min_element(with, {}, &LinearFit::error);
    const LinearFit& like = same[static_cast<size_t>(least - with.begin())];
    if (!(least->error < (1 - gain) * std::min(best.error, like.error))) continue;
    const std::array<double, 2> now = halves_of(more, *least);
    const auto gains_on = [&](const std::array<double, 2>& before) { return now[0] < before[0] && now[1] < before[1]; };
    if (!gains_on(halves_of(kept, best)) || !gains_on(halves_of(kept, like))) continue;
    kept = std::move(more), best = *least, same = std::move(with);
  }
  choice.calendar = cycles_text(kept);
  std::string names;
  for (const Cycle c : kept.empty() ? candidates : kept)
    names += (names.empty() ? "" : ", ") + std::string(kCycleNames[static_cast<size_t>(c)]);
  choice.note = kept.empty() ? "none: " + names + " do not help"
                             : fmt::format("{}: the validation error is {} % less than without", names,
                                           short_number(std::round(1000 * (1 - best.error / without.error)) / 10));
  return choice;
}

}  // namespace rnn::core
