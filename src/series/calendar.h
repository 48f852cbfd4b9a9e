// Why: a network that knows the hour and the weekday of a step learns seasons that its window does not reach.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "series/frequency.h"

namespace rnn::core {

enum class CalendarField { minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, month };
constexpr std::string_view kCalendarFields[] = {"minute of hour", "hour of day", "day of week",
                                                "day of month",   "day of year", "month"};

// Those that differ from step to step of the grid, by the local clock; none without dates.
std::vector<CalendarField> calendar_fields(const Grid& grid);
// The field as a number in [-0.5, 0.5]: its first value is -0.5, its last one 0.5 (that of day 31 or 366 in a month or year that has one).
double calendar_value(CalendarField field, const CivilTime& time);
// Of the steps from position `first` on. out: [steps][fields], row after row.
void fill_calendar(const Grid& grid, std::span<const CalendarField> fields, int64_t first, std::span<float> out);

}  // namespace rnn::core
