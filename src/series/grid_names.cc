// Why: users name frequencies in words or as pandas does; one table says what each name is.
#include <algorithm>
#include <array>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/frequency.h"
#include "series/grid_units.h"

namespace rnn::core {
namespace {

struct GridName {
  std::string_view name;  // in lower case, but for the codes of one letter
  GridUnit unit;
  int64_t every;
  bool month_end;
};
constexpr GridName kGridNames[] = {
    {"steps", GridUnit::steps, 1, false},
    {"second", GridUnit::time, kSecond, false},
    {"secondly", GridUnit::time, kSecond, false},
    {"S", GridUnit::time, kSecond, false},
    {"s", GridUnit::time, kSecond, false},
    {"minute", GridUnit::time, 60 * kSecond, false},
    {"min", GridUnit::time, 60 * kSecond, false},
    {"T", GridUnit::time, 60 * kSecond, false},
    {"hour", GridUnit::time, 3600 * kSecond, false},
    {"hourly", GridUnit::time, 3600 * kSecond, false},
    {"H", GridUnit::time, 3600 * kSecond, false},
    {"h", GridUnit::time, 3600 * kSecond, false},
    {"day", GridUnit::days, 1, false},
    {"daily", GridUnit::days, 1, false},
    {"D", GridUnit::days, 1, false},
    {"d", GridUnit::days, 1, false},
    {"business day", GridUnit::business_days, 1, false},
    {"business-day", GridUnit::business_days, 1, false},
    {"B", GridUnit::business_days, 1, false},
    {"week", GridUnit::days, 7, false},
    {"weekly", GridUnit::days, 7, false},
    {"W", GridUnit::days, 7, false},
    {"month", GridUnit::months, 1, false},
    {"monthly", GridUnit::months, 1, false},
    {"month start", GridUnit::months, 1, false},
    {"month end", GridUnit::months, 1, true},
    {"MS", GridUnit::months, 1, false},
    {"M", GridUnit::months, 1, true},
    {"ME", GridUnit::months, 1, true},
    {"quarter", GridUnit::months, 3, false},
    {"quarterly", GridUnit::months, 3, false},
    {"quarter start", GridUnit::months, 3, false},
    {"quarter end", GridUnit::months, 3, true},
    {"QS", GridUnit::months, 3, false},
    {"Q", GridUnit::months, 3, true},
    {"QE", GridUnit::months, 3, true},
    {"year", GridUnit::months, 12, false},
    {"yearly", GridUnit::months, 12, false},
    {"annual", GridUnit::months, 12, false},
    {"year start", GridUnit::months, 12, false},
    {"year end", GridUnit::months, 12, true},
    {"YS", GridUnit::months, 12, false},
    {"AS", GridUnit::months, 12, false},
    {"Y", GridUnit::months, 12, true},
    {"YE", GridUnit::months, 12, true},
    {"A", GridUnit::months, 12, true},
};

// "W-MON" is W, "month ends" month end; null: no such name.
const GridName* find_grid_name(std::string_view name) {
  const auto find = [](std::string_view wanted) -> const GridName* {
    const auto* at =
        std::find_if(std::begin(kGridNames), std::end(kGridNames), [&](const GridName& n) { return n.name == wanted; });
    return at == std::end(kGridNames) ? nullptr : at;
  };
  if (const GridName* found = find(name)) return found;
  const size_t dash = name.find('-');
  if (dash != std::string_view::npos && dash > 0 && dash <= 2) return find(name.substr(0, dash));
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  if (lower.size() > 3 && lower.ends_with('s')) lower.pop_back();
  return lower.size() > 2 ? find(lower) : nullptr;
}

}  // namespace

Grid grid_of_name(const std::string& name, const Stamp& first, const StampFormat& format, const Zone& zone) {
  std::string_view rest = name;
  if (rest.starts_with("every ")) rest.remove_prefix(6);
  const int64_t count = take_number<int64_t>(rest).value_or(1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  const GridName* found = find_grid_name(rest);
  const bool steps = format.form == DateForm::step;
  const bool known = found != nullptr && count >= 1 && count <= longest_step(found->unit) / found->every;
  if (!known || (found->unit == GridUnit::steps) != steps) {
    throw Error(Exit::usage, "usage/frequency",
                !known  ? concat("'", name, "' is no frequency")
                : steps ? concat("the frequency '", name, "' needs dates, and there are none")
                        : concat("the frequency '", name, "' is for rows without dates"),
                "frequencies are hourly, daily, weekly, business days, month starts, month ends, quarterly, yearly, '15 "
                "minutes', or the "
                "codes of pandas (H, 15min, D, B, W, MS, ME, QS, YE)");
  }
  GridSpec spec;
  spec.format = format;
  spec.zone = zone.name();
  spec.unit = found->unit;
  spec.every = found->every * count;
  spec.offset = first.offset;
  const int32_t zone_offset = zone.empty() ? 0 : zone.offset_at(floor_div(first.utc, kSecond));
  spec.zone_text = !zone.empty() && zone_offset == first.offset;
  const int64_t wall = Grid(spec, zone).civil(first), day = floor_div(wall, kDay);
  const CivilTime t = civil_time(wall);
  if (spec.unit > GridUnit::time) spec.time_of_day = wall - day * kDay;
  spec.month_day = found->month_end && t.day == days_in_month(t.year, t.month) ? 31 : t.day;
  const int64_t origins[] = {first.utc, first.utc, day, business_day(day), month_number(t)};
  spec.origin = origins[static_cast<size_t>(spec.unit)];
  if (spec.origin == kNoStep) {
    throw Error(Exit::usage, "usage/frequency",
                concat("the first date, ", stamp_text(first, format), ", is no business day"), "ask for daily steps");
  }
  return Grid(spec, zone);
}

}  // namespace rnn::core
