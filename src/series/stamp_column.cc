// Why: what the form of a date leaves open, such as day before month or seconds before milliseconds, the whole column decides.
#include <algorithm>
#include <array>

#include "base/concat.h"
#include "base/error.h"
#include "series/dates.h"

namespace rnn::core {
namespace {

constexpr int64_t kLastStep = 1000000000000000;         // of plain numbers
constexpr int64_t kFirstYear = 1500, kLastYear = 2200;  // of dates that are written as one number

// Numbers of one form lie between these.
struct NumberForm {
  DateForm form;
  int64_t lowest, highest;
  const char* note;
};
constexpr NumberForm kNumberForms[] = {
    {DateForm::y, kFirstYear, kLastYear, "numbers of the time column are years"},
    {DateForm::ym, kFirstYear * 100, kLastYear * 100 + 99, "numbers of the time column are year and month"},
    {DateForm::ymd, kFirstYear * 10000, kLastYear * 10000 + 9999, "numbers of the time column are year, month and day"},
    {DateForm::seconds, 100000000, 9999999999, "numbers of the time column are seconds since 1970"},
    {DateForm::milliseconds, 100000000000, 9999999999999, "numbers of the time column are milliseconds since 1970"},
    {DateForm::microseconds, 100000000000000, 9999999999999999, "numbers of the time column are microseconds since 1970"},
    {DateForm::nanoseconds, 100000000000000000, 8000000000000000000,
     "numbers of the time column are nanoseconds since 1970"},
};

bool is_month(int64_t n) { return n % 100 >= 1 && n % 100 <= 12; }
bool is_day(int64_t n) {
  return n > 0 && is_month(n / 100) && n % 100 >= 1 && n % 100 <= days_in_month(n / 10000, static_cast<int>(n / 100 % 100));
}

std::string reading(const StampParts& p, bool day_first) {
  Stamp stamp;
  const int month = day_first ? p.second : p.first, day = day_first ? p.first : p.second;
  if (month > 12 || day > days_in_month(p.year, month)) return "no date";
  stamp.utc = days_from_civil(p.year, month, day) * kDay;
  StampFormat iso;
  iso.form = DateForm::ymd;
  return stamp_text(stamp, iso);
}

}  // namespace

bool StampColumn::agrees(const StampFormat& other) {
  const auto no = [this](const char* why) {
    fault_ = why;
    return false;
  };
  StampFormat& f = format_;
  const bool dates = f.form != DateForm::step;
  if (dates != (other.form != DateForm::step))
    return no(dates ? "is a number, but the rows before have dates" : "is a date, but the rows before have numbers");
  if (!dates) return true;
  if (f.form != other.form || f.separator != other.separator || f.short_year != other.short_year)
    return no("is written in another way than the dates before");
  if ((f.offset == OffsetForm::none) != (other.offset == OffsetForm::none))
    return no(f.offset == OffsetForm::none ? "has an offset from UTC, but the rows before have none"
                                           : "has no offset from UTC, but the rows before have one");
  if (other.clock > 0) {
    if (f.clock > 0 && f.noon != other.noon) return no("has another clock (AM and PM) than the rows before");
    if (f.clock == 0) f.between = other.between;
    f.noon = other.noon;
  }
  f.padded &= other.padded;
  f.clock = std::max(f.clock, other.clock);
  f.decimals = std::max(f.decimals, other.decimals);
  return true;
}

bool StampColumn::look(std::string_view text) {
  StampParts p;
  if (!parse_stamp(text, p)) {
    fault_ = "is no date";
    return false;
  }
  if (cells_ == 0) {
    format_ = p.format;
    lowest_ = highest_ = p.number;
  } else if (!agrees(p.format)) {
    return false;
  }
  if (p.format.form == DateForm::step) {
    lowest_ = std::min(lowest_, p.number), highest_ = std::max(highest_, p.number);
    if ((p.number > kLastStep || p.number < -kLastStep) && beyond_ < 0) beyond_ = cells_;
    months_fit_ &= is_month(p.number);
    days_fit_ &= is_day(p.number);
  } else if (p.format.form == DateForm::dmy) {
    if (p.first > 12 && first_beyond_ < 0) first_beyond_ = cells_;
    if (p.second > 12 && second_beyond_ < 0) second_beyond_ = cells_;
    if (p.first != p.second && differ_ < 0) differ_ = cells_;
  }
  ++cells_;
  return true;
}

void StampColumn::settle_numbers(const std::function<Cell(int64_t)>& cell_at) {
  for (const NumberForm& f : kNumberForms) {
    if (lowest_ < f.lowest || highest_ > f.highest) continue;
    if ((f.form == DateForm::ym && !months_fit_) || (f.form == DateForm::ymd && !days_fit_)) continue;
    format_.form = f.form;
    format_.separator.clear();
    note_ = f.note;
    return;
  }
  if (beyond_ < 0) return;
  const Cell cell = cell_at(beyond_);
  throw Error(Exit::data, "data/date", concat(cell.place, ": '", cell.text, "' is too large for the number of a step"),
              "number the steps 1, 2, 3, ..., or give dates");
}

void StampColumn::settle_days(DayMonth wanted, const std::function<Cell(int64_t)>& cell_at) {
  const auto refuse = [&](Exit exit, const char* code, int64_t at, const std::string& what, const std::string& help) {
    const Cell cell = cell_at(at);
    StampParts p;
    parse_stamp(cell.text, p);
    throw Error(exit, code,
                concat(cell.place, ": '", cell.text, "' is ", reading(p, true), " if the day comes first and ",
                       reading(p, false), " if the month does", what),
                help);
  };
  if (first_beyond_ >= 0 && second_beyond_ >= 0) {
    const Cell other = cell_at(std::min(first_beyond_, second_beyond_));
    refuse(Exit::data, "data/date", std::max(first_beyond_, second_beyond_),
           concat(", which does not go together with '", other.text, "' (", other.place, ")"),
           "write all dates in one way, best as 2016-12-31");
  }
  const int64_t against = wanted == DayMonth::dmy ? second_beyond_ : wanted == DayMonth::mdy ? first_beyond_ : -1;
  if (against >= 0) refuse(Exit::usage, "usage/day_month", against, "; the other way was asked for", "leave the option out");
  const bool by_dot = format_.separator == ".";
  const bool day_first = wanted == DayMonth::dmy || first_beyond_ >= 0 || (wanted == DayMonth::automatic && by_dot);
  if (wanted == DayMonth::automatic && !day_first && second_beyond_ < 0 && differ_ >= 0) {
    refuse(Exit::usage, "usage/day_month", differ_, ", and so is every date of the column",
           "say which: --dates dmy or --dates mdy; or write dates as 2016-12-31");
  }
  format_.form = day_first ? DateForm::dmy : DateForm::mdy;
  note_ = day_first ? "dates have the day before the month" : "dates have the month before the day";
}

void StampColumn::settle(DayMonth wanted, const std::function<Cell(int64_t)>& cell_at) {
  if (cells_ == 0) return;
  if (format_.form == DateForm::step) settle_numbers(cell_at);
  if (format_.form == DateForm::dmy) settle_days(wanted, cell_at);
}

bool StampColumn::read(std::string_view text, Stamp& stamp) const {
  StampParts p;
  if (!parse_stamp(text, p)) return false;
  int month = p.first, day = p.second;
  if (p.format.form == DateForm::step) {
    const int64_t n = p.number;
    switch (format_.form) {
      case DateForm::step:
      case DateForm::microseconds:
        stamp = {n, 0};
        return true;
      case DateForm::seconds:
        stamp = {n * kSecond, 0};
        return true;
      case DateForm::milliseconds:
        stamp = {n * 1000, 0};
        return true;
      case DateForm::nanoseconds:
        stamp = {floor_div(n, 1000), 0};
        return n % 1000 == 0;
      case DateForm::y:
        p.year = n, month = 1, day = 1;
        break;
      case DateForm::ym:
        p.year = n / 100, month = static_cast<int>(n % 100), day = 1;
        break;
      default:
        p.year = n / 10000, month = static_cast<int>(n / 100 % 100), day = static_cast<int>(n % 100);
    }
  } else if (format_.form == DateForm::dmy) {
    std::swap(month, day);
  }
  if (p.year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(p.year, month)) return false;
  stamp.offset = p.offset;
  stamp.utc = days_from_civil(p.year, month, day) * kDay + p.time - p.offset * kSecond;
  return true;
}

}  // namespace rnn::core
