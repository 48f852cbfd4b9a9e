// Why: see calendar.h.
#include "series/calendar.h"

#include <cmath>
#include <cstdlib>
#include <numbers>

namespace rnn::core {
namespace {

constexpr double kDaysOfCycle[] = {1, 7, 365.2425 / 12, 365.2425};
constexpr int kHarmonics[] = {2, 3, 1, 2};
constexpr double kShortest = 2;  // steps of a period: a shorter one cannot be told from a longer one

}  // namespace

double steps_in_cycle(const GridSpec& grid, Cycle cycle) {
  const double days = kDaysOfCycle[static_cast<size_t>(cycle)], every = static_cast<double>(grid.every);
  switch (grid.unit) {
    case GridUnit::steps:
      return 0;
    case GridUnit::time:
      return days * static_cast<double>(kDay) / every;
    case GridUnit::days:
      return days / every;
    case GridUnit::business_days:
      return days * 5 / 7 / every;
    case GridUnit::months:
      break;
  }
  return days / kDaysOfCycle[static_cast<size_t>(Cycle::month)] / every;
}

double place_in_cycle(Cycle cycle, const CivilTime& t) {
  const double day = (((t.hour * 60.0 + t.minute) * 60 + t.second) * 1e6 + t.microsecond) / static_cast<double>(kDay);
  switch (cycle) {
    case Cycle::day:
      return day;
    case Cycle::week:
      return (t.weekday + day) / 7;
    case Cycle::month:
      return (t.day - 1 + day) / days_in_month(t.year, t.month);
    case Cycle::year:
      break;
  }
  return (t.day_of_year - 1 + day) / (337 + days_in_month(t.year, 2));
}

std::vector<CalendarWave> waves_of(const GridSpec& grid, Cycle cycle) {
  std::vector<CalendarWave> waves;
  const double steps = steps_in_cycle(grid, cycle);
  for (int harmonic = 1; harmonic <= kHarmonics[static_cast<size_t>(cycle)] && steps / harmonic > kShortest; ++harmonic)
    for (const bool cosine : {false, true}) waves.push_back({cycle, harmonic, cosine});
  return waves;
}

double wave_value(const CalendarWave& wave, const CivilTime& time) {
  const double angle = 2 * std::numbers::pi * wave.harmonic * place_in_cycle(wave.cycle, time);
  return wave.cosine ? std::cos(angle) : std::sin(angle);
}

void fill_waves(const Grid& grid, std::span<const CalendarWave> waves, int64_t first,
                std::span<const std::span<float>> out) {
  if (waves.empty()) return;
  for (size_t t = 0; t < out[0].size(); ++t) {
    const CivilTime time = grid.local(first + static_cast<int64_t>(t));
    for (size_t w = 0; w < waves.size(); ++w) out[w][t] = static_cast<float>(wave_value(waves[w], time));
  }
}

bool has_calendar(const GridSpec& grid, int64_t position) {
  constexpr double kDays = 3652425;  // ten thousand years
  constexpr double kReach[] = {-1, kDays * kDay, kDays, kDays / 7 * 5, 120000};
  const double reach = kReach[static_cast<size_t>(grid.unit)];
  const double origin = static_cast<double>(grid.unit == GridUnit::months ? grid.origin - 12 * 1970 : grid.origin);
  return std::abs(origin) <= reach && std::abs(static_cast<double>(position)) * static_cast<double>(grid.every) <= reach;
}

ClockChange clock_change(const Grid& grid, int64_t position) {
  const GridSpec& spec = grid.spec();
  if (spec.unit != GridUnit::time || spec.every >= kDay || grid.zone().empty()) return ClockChange::none;
  const auto offset = [&](int64_t at) { return grid.zone().offset_at(floor_div(grid.stamp(at).utc, kSecond)); };
  const auto twice = [&](int64_t at) {
    return grid.zone().at_local(floor_div(grid.stamp(at).utc, kSecond) + offset(at)).count == 2;
  };
  const int32_t now = offset(position), before = offset(position - 1);
  if (twice(position) || (now < before && !twice(position - 1))) return ClockChange::back;
  return now > before ? ClockChange::forward : ClockChange::none;
}

}  // namespace rnn::core
