// Why: the arithmetic of a grid: positions and stamps, what its steps are called, and how many make a season.
#include "series/frequency.h"

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "base/error.h"
#include "series/grid_units.h"

namespace rnn::core {
namespace {

constexpr std::string_view kWeekdayNames[] = {"Mondays", "Tuesdays",  "Wednesdays", "Thursdays",
                                              "Fridays", "Saturdays", "Sundays"};

// The lengths of steps in time that have a name, longest first.
struct TimeWord {
  int64_t length;
  const char *each, *word;  // "hourly", "hour"
};
constexpr TimeWord kTimeWords[] = {{kDay, "daily", "day"},
                                   {3600 * kSecond, "hourly", "hour"},
                                   {60 * kSecond, "every minute", "minute"},
                                   {kSecond, "every second", "second"},
                                   {1000, "every millisecond", "millisecond"},
                                   {1, "every microsecond", "microsecond"}};

const TimeWord& time_word(int64_t every) {
  return *std::find_if(std::begin(kTimeWords), std::end(kTimeWords),
                       [every](const TimeWord& w) { return every % w.length == 0; });
}

std::string every_text(int64_t n, const std::string& each, std::string_view word) {
  return n == 1 ? each : concat("every ", n, " ", word, "s");
}

std::string ordinal(int n) {
  const char* ending = n % 10 == 1 && n != 11 ? "st" : n % 10 == 2 && n != 12 ? "nd" : n % 10 == 3 && n != 13 ? "rd" : "th";
  return concat(n, ending);
}

}  // namespace

int64_t business_day(int64_t day) {
  const int64_t week = floor_div(day + 3, 7), weekday = day + 3 - 7 * week;
  return weekday < 5 ? week * 5 + weekday : kNoStep;
}

int64_t day_of_business(int64_t number) {
  const int64_t week = floor_div(number, 5);
  return week * 7 + (number - week * 5) - 3;
}

int64_t month_number(const CivilTime& t) { return t.year * 12 + t.month - 1; }

Grid::Grid(GridSpec spec) : spec_(std::move(spec)) {
  if (!spec_.zone.empty()) zone_ = load_zone(spec_.zone);
}

bool Grid::plain_text() const { return spec_.format.offset == OffsetForm::none && spec_.format.form < DateForm::seconds; }

int64_t Grid::civil(const Stamp& stamp) const {
  if (plain_text() || zone_.empty()) return stamp.wall();
  return stamp.utc + zone_.offset_at(floor_div(stamp.utc, kSecond)) * kSecond;
}

Stamp Grid::stamp_of_utc(int64_t utc) const {
  const bool zone_text = spec_.zone_text && spec_.format.offset != OffsetForm::z;  // Z says UTC all year
  if (zone_.empty() || !(plain_text() || zone_text)) return {utc, spec_.offset};
  return {utc, zone_.offset_at(floor_div(utc, kSecond))};
}

Stamp Grid::stamp_of_civil(int64_t civil_wall) const {
  if (zone_.empty()) return {civil_wall - spec_.offset * kSecond, spec_.offset};
  const int64_t local = floor_div(civil_wall, kSecond), rest = civil_wall - local * kSecond;
  const Zone::Instants at = zone_.at_local(local);
  // A time that the clock skips is that of the clock before.
  const int64_t utc = (at.count > 0 ? at.utc[0] : local - zone_.offset_at(local - 86400)) * kSecond + rest;
  if (plain_text()) return {utc, static_cast<int32_t>((civil_wall - utc) / kSecond)};
  return stamp_of_utc(utc);
}

Stamp Grid::stamp(int64_t position) const {
  const int64_t at = spec_.origin + position * spec_.every;
  switch (spec_.unit) {
    case GridUnit::steps:
      return {at, 0};
    case GridUnit::time:
      return stamp_of_utc(at);
    case GridUnit::days:
      return stamp_of_civil(at * kDay + spec_.time_of_day);
    case GridUnit::business_days:
      return stamp_of_civil(day_of_business(at) * kDay + spec_.time_of_day);
    case GridUnit::months:
      break;
  }
  const int64_t year = floor_div(at, 12);
  const int month = static_cast<int>(at - year * 12) + 1;
  const int64_t day = days_from_civil(year, month, std::min(spec_.month_day, days_in_month(year, month)));
  return stamp_of_civil(day * kDay + spec_.time_of_day);
}

std::optional<int64_t> Grid::position(const Stamp& stamp) const {
  int64_t at = kNoStep;
  if (spec_.unit <= GridUnit::time) {
    at = stamp.utc;
  } else {
    const int64_t wall = civil(stamp), day = floor_div(wall, kDay);
    if (wall - day * kDay != spec_.time_of_day) return std::nullopt;
    if (spec_.unit == GridUnit::days) {
      at = day;
    } else if (spec_.unit == GridUnit::business_days) {
      at = business_day(day);
    } else {
      const CivilTime t = civil_time(wall);
      if (t.day == std::min(spec_.month_day, days_in_month(t.year, t.month))) at = month_number(t);
    }
  }
  if (at == kNoStep || (at - spec_.origin) % spec_.every != 0) return std::nullopt;
  return (at - spec_.origin) / spec_.every;
}

std::string Grid::text(int64_t position) const { return stamp_text(stamp(position), spec_.format); }

CivilTime Grid::local(int64_t position) const {
  const Stamp at = stamp(position);
  return civil_time(zone_.empty() ? at.wall() : civil(at));
}

std::string Grid::name() const {
  const int64_t n = spec_.every;
  switch (spec_.unit) {
    case GridUnit::steps:
      return n == 1 ? "steps without dates" : concat("every ", n, " steps, without dates");
    case GridUnit::time: {
      const TimeWord& w = time_word(n);
      return every_text(n / w.length, w.each, w.word);
    }
    case GridUnit::days:
      if (n % 7 != 0) return every_text(n, "daily", "day");
      return concat(every_text(n / 7, "weekly", "week"), " (", kWeekdayNames[civil_time(spec_.origin * kDay).weekday], ")");
    case GridUnit::business_days:
      return every_text(n, "business days", "business day");
    case GridUnit::months:
      break;
  }
  const bool named = n == 1 || n == 3 || n == 12;
  const std::string_view word = n == 1 ? "month" : n == 3 ? "quarter" : "year";
  if (spec_.format.form == DateForm::ym || spec_.format.form == DateForm::y || spec_.format.form == DateForm::yq)
    return !named ? concat("every ", n, " months") : n == 1 ? "monthly" : n == 3 ? "quarterly" : "yearly";
  if (!named) {
    const std::string day = spec_.month_day == 31 ? "last day" : ordinal(spec_.month_day);
    return concat("every ", n, " months (", day, ")");
  }
  const int month = static_cast<int>(spec_.origin - 12 * floor_div(spec_.origin, 12));  // from 0
  if (spec_.month_day == 1 && month % n == 0) return concat(word, " starts");
  if (spec_.month_day == 31 && (month + 1) % n == 0) return concat(word, " ends");
  const std::string day = spec_.month_day == 31 ? "last day of a month" : ordinal(spec_.month_day);
  return concat(word, "ly (", day, ")");
}

std::string Grid::step_word() const {
  const int64_t n = spec_.every;
  if (spec_.unit == GridUnit::time && time_word(n).length == n) return time_word(n).word;
  if (spec_.unit == GridUnit::days && (n == 1 || n == 7)) return n == 1 ? "day" : "week";
  if (spec_.unit == GridUnit::business_days && n == 1) return "business day";
  if (spec_.unit == GridUnit::months && (n == 1 || n == 3 || n == 12)) return n == 1 ? "month" : n == 3 ? "quarter" : "year";
  return "step";
}

int Grid::season() const {
  const auto share = [this](int64_t whole) {  // steps in `whole`, if it holds several
    return spec_.every < whole && whole % spec_.every == 0 ? static_cast<int>(whole / spec_.every) : 1;
  };
  switch (spec_.unit) {
    case GridUnit::time:
      if (spec_.every < kSecond) return 1;
      if (spec_.every < 60 * kSecond) return share(3600 * kSecond);
      if (spec_.every < kDay) return share(kDay);
      return share(7 * kDay);
    case GridUnit::days:
      return spec_.every % 7 == 0 ? share(364) : share(7);
    case GridUnit::business_days:
      return share(5);
    case GridUnit::months:
      return share(12);
    case GridUnit::steps:
      break;
  }
  return 1;
}

std::optional<double> Grid::seconds() const {
  if (spec_.unit == GridUnit::time) return static_cast<double>(spec_.every) / static_cast<double>(kSecond);
  if (spec_.unit == GridUnit::days && zone_.empty()) return static_cast<double>(spec_.every * 86400);
  return std::nullopt;
}

}  // namespace rnn::core
