// Why: the calendar as numbers, in the way of GluonTS (time_feature): position in its range, centred on 0.
#include "series/calendar.h"

namespace rnn::core {

std::vector<CalendarField> calendar_fields(const Grid& grid) {
  using enum CalendarField;
  switch (grid.spec().unit) {
    case GridUnit::steps:
      return {};
    case GridUnit::time:
      if (grid.spec().every % kDay == 0) return {day_of_week, day_of_month, day_of_year, month};
      if (grid.spec().every % (3600 * kSecond) == 0) return {hour_of_day, day_of_week, day_of_month, day_of_year, month};
      return {minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, month};
    case GridUnit::days:
      if (grid.spec().every % 7 == 0) return {day_of_month, day_of_year, month};
      return {day_of_week, day_of_month, day_of_year, month};
    case GridUnit::business_days:
      return {day_of_week, day_of_month, day_of_year, month};
    case GridUnit::months:
      break;
  }
  return grid.spec().every % 12 == 0 ? std::vector<CalendarField>{} : std::vector<CalendarField>{month};
}

double calendar_value(CalendarField field, const CivilTime& time) {
  switch (field) {
    case CalendarField::minute_of_hour:
      return time.minute / 59.0 - 0.5;
    case CalendarField::hour_of_day:
      return time.hour / 23.0 - 0.5;
    case CalendarField::day_of_week:
      return time.weekday / 6.0 - 0.5;
    case CalendarField::day_of_month:
      return (time.day - 1) / 30.0 - 0.5;
    case CalendarField::day_of_year:
      return (time.day_of_year - 1) / 365.0 - 0.5;
    case CalendarField::month:
      break;
  }
  return (time.month - 1) / 11.0 - 0.5;
}

void fill_calendar(const Grid& grid, std::span<const CalendarField> fields, int64_t first, std::span<float> out) {
  if (fields.empty()) return;
  const auto steps = static_cast<int64_t>(out.size() / fields.size());
  size_t at = 0;
  for (int64_t step = 0; step < steps; ++step) {
    const CivilTime time = grid.local(first + step);
    for (const CalendarField field : fields) out[at++] = static_cast<float>(calendar_value(field, time));
  }
}

}  // namespace rnn::core
