// Why: who knows the weekday and the time of the year of a step learns seasons that a window of the past does not reach.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "series/frequency.h"

namespace rnn::core {

// What the local clock and calendar repeat: a day, a week from Monday, a month, a year.
enum class Cycle { day, week, month, year };
inline constexpr std::string_view kCycleNames[] = {"day", "week", "month", "year"};

// A sine or cosine with `harmonic` periods in a turn of a cycle: an input that is known of every step, past or to come.
struct CalendarWave {
  Cycle cycle = Cycle::year;
  int harmonic = 1;
  bool cosine = false;
  bool operator==(const CalendarWave&) const = default;
};
constexpr int kMostHarmonics = 3;

// Steps of a grid in a turn of a cycle, on average; 0 without dates.
double steps_in_cycle(const GridSpec& grid, Cycle cycle);
// Where a time stands in its cycle: 0 at the beginning, below 1. A month and a year are as long as they are: 28 to 31 and 365 or 366 days.
double place_in_cycle(Cycle cycle, const CivilTime& time);
// The waves of a cycle on a grid: of a week all that weekdays can differ by (three harmonics), of a day and a year two, of a month one. Only
// those whose period is longer than two steps; none where the cycle itself is not.
std::vector<CalendarWave> waves_of(const GridSpec& grid, Cycle cycle);
double wave_value(const CalendarWave& wave, const CivilTime& time);
// Of the steps from position `first` on. out: [steps] for each wave.
void fill_waves(const Grid& grid, std::span<const CalendarWave> waves, int64_t first, std::span<const std::span<float>> out);

// Is the position of a grid with dates within ten thousand years of 1970? Beyond there is no calendar.
bool has_calendar(const GridSpec& grid, int64_t position);

// What was done to the local clock at a step: nothing; set back, so that its time of day came twice or was passed over with it; put forward
// since the step before. Of steps shorter than a day.
enum class ClockChange { none, back, forward };
ClockChange clock_change(const Grid& grid, int64_t position);

}  // namespace rnn::core
