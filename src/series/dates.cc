// Why: the calendar and the forms of its dates in text, without the C library's locale and time zone.
#include "series/dates.h"

#include <algorithm>

#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr int64_t kHour = 3600 * kSecond, kMinute = 60 * kSecond;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_padded(std::string& out, int64_t value, int width) {
  const std::string digits = std::to_string(value < 0 ? -value : value);
  if (value < 0) out += '-';
  out.append(static_cast<size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out += digits;
}

// Reads a stamp from left to right; each step says whether the text still fits.
class StampText {
 public:
  StampText(std::string_view text, StampParts& parts) : rest_(text), parts_(parts), format_(parts.format) {}

  bool read() {
    if (const bool negative = rest_.starts_with('-'); negative) return whole_number();
    if (!number(first_, first_digits_)) return false;
    if (rest_.empty() || decimal_zeros()) return as_number();
    if (!date()) return false;
    return rest_.empty() || time_of_day();
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(int64_t& value, int& digits) {
    constexpr int64_t kMost = 8000000000000000000;  // so that differences fit, too; as nanoseconds the year 2223
    value = 0, digits = 0;
    while (!rest_.empty() && is_digit(rest_[0])) {
      if (value > (kMost - 9) / 10) return false;
      value = value * 10 + (rest_[0] - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    return digits > 0;
  }
  bool short_number(int& value, int lowest, int highest) {  // one or two digits
    int64_t read = 0;
    int digits = 0;
    if (!number(read, digits) || digits > 2 || read < lowest || read > highest) return false;
    value = static_cast<int>(read);
    last_digits_ = digits;
    return true;
  }
  bool decimal_zeros() const {  // 12.0: a whole number that a table of decimal numbers had
    return rest_.size() > 1 && rest_[0] == '.' && rest_.find_first_not_of('0', 1) == std::string_view::npos &&
           rest_.size() <= 7;
  }
  bool as_number() {
    parts_.number = first_;
    format_.form = DateForm::step;
    return true;
  }
  bool whole_number() {
    rest_.remove_prefix(1);
    constexpr int64_t kMost = 1000000000000000000;
    if (!number(first_, first_digits_) || first_ > kMost || !(rest_.empty() || decimal_zeros())) return false;
    first_ = -first_;
    return as_number();
  }

  bool date() {
    const char c = rest_[0];
    if (first_digits_ == 8 && (c == 'T' || c == ' ')) {
      format_.form = DateForm::ymd, format_.separator.clear();
      return set_date(first_ / 10000, static_cast<int>(first_ / 100 % 100), static_cast<int>(first_ % 100));
    }
    if (first_digits_ == 4) return year_first();
    if (first_digits_ > 2 || !separator()) return false;
    return day_or_month_first();
  }
  bool separator() {
    const char c = rest_[0];
    if (c != '-' && c != '/' && c != '.') return false;
    format_.separator = std::string(1, c);
    rest_.remove_prefix(1);
    return true;
  }
  bool year_first() {
    const bool separated = separator();
    if (!separated) format_.separator.clear();
    if (take('Q') || take('q')) {
      format_.form = DateForm::yq;
      int quarter = 0;
      return short_number(quarter, 1, 4) && set_date(first_, 3 * quarter - 2, 1) && rest_.empty();
    }
    int month = 0, day = 1;
    if (!separated || !short_number(month, 1, 12)) return false;
    format_.padded = last_digits_ == 2;
    format_.form = DateForm::ym;
    if (!rest_.empty() && take(format_.separator[0])) {
      format_.form = DateForm::ymd;
      if (!short_number(day, 1, 31)) return false;
      format_.padded &= last_digits_ == 2;
    }
    return set_date(first_, month, day) && (format_.form == DateForm::ymd || rest_.empty());
  }
  bool day_or_month_first() {
    format_.form = DateForm::dmy;
    parts_.first = static_cast<int>(first_);
    format_.padded = first_digits_ == 2;
    if (!short_number(parts_.second, 1, 31)) return false;
    format_.padded &= last_digits_ == 2;
    int digits = 0;
    if (!take(format_.separator[0]) || !number(parts_.year, digits) || (digits != 2 && digits != 4)) return false;
    format_.short_year = digits == 2;
    if (digits == 2) parts_.year += parts_.year < 69 ? 2000 : 1900;
    const int low = std::min(parts_.first, parts_.second), high = std::max(parts_.first, parts_.second);
    return low >= 1 && low <= 12 && high <= 31 && parts_.year > 0;
  }
  bool set_date(int64_t year, int month, int day) {
    parts_.year = year, parts_.first = month, parts_.second = day;
    return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
  }

  bool time_of_day() {
    const char c = rest_[0];
    if (c != 'T' && c != ' ') return false;
    format_.between = std::string(1, c);
    rest_.remove_prefix(1);
    int hour = 0, minute = 0, second = 0;
    if (!short_number(hour, 0, 24)) return false;
    format_.clock = 1;
    if (take(':')) {
      if (!short_number(minute, 0, 59)) return false;
      format_.clock = 2;
      if (take(':')) {
        if (!short_number(second, 0, 59) || !fraction()) return false;
        format_.clock = 3;
      }
    }
    if (!half_day(hour)) return false;
    parts_.time += hour * kHour + minute * kMinute + second * kSecond;
    return parts_.time <= kDay && offset();
  }
  bool fraction() {
    if (!rest_.starts_with('.') && !rest_.starts_with(',')) return true;
    rest_.remove_prefix(1);
    int64_t unit = kSecond;
    while (!rest_.empty() && is_digit(rest_[0]) && format_.decimals < 9) {
      unit /= 10;
      if (unit == 0 && rest_[0] != '0') return false;  // finer than a microsecond
      parts_.time += unit * (rest_[0] - '0');
      rest_.remove_prefix(1);
      ++format_.decimals;
    }
    return format_.decimals > 0;
  }
  bool half_day(int& hour) {
    std::string_view word = rest_;
    if (word.starts_with(' ')) word.remove_prefix(1);
    if (word.size() < 2 || lower_case(word[1]) != 'm') return true;
    const char letter = lower_case(word[0]);
    if ((letter != 'a' && letter != 'p') || hour < 1 || hour > 12) return false;
    hour = hour % 12 + (letter == 'p' ? 12 : 0);
    format_.noon = true;
    rest_ = word.substr(2);
    return true;
  }
  bool offset() {
    if (rest_.size() > 1 && rest_[0] == ' ') rest_.remove_prefix(1);
    if (rest_.empty()) return true;
    if (take('Z') || take('z')) {
      format_.offset = OffsetForm::z;
      return rest_.empty();
    }
    const bool negative = take('-');
    if (!negative && !take('+')) return false;
    int64_t hours = 0, minutes = 0;
    int digits = 0;
    if (!number(hours, digits)) return false;
    format_.offset = OffsetForm::hours;
    if (digits == 4) {
      format_.offset = OffsetForm::plain;
      minutes = hours % 100, hours /= 100;
    } else if (digits != 2) {
      return false;
    } else if (take(':')) {
      format_.offset = OffsetForm::colon;
      if (!number(minutes, digits) || digits != 2) return false;
    }
    parts_.offset = static_cast<int32_t>((hours * 60 + minutes) * (negative ? -60 : 60));
    return hours <= 18 && minutes < 60 && rest_.empty();
  }

  std::string_view rest_;
  StampParts& parts_;
  StampFormat& format_;
  int64_t first_ = 0;
  int first_digits_ = 0, last_digits_ = 0;
};

void append_date(std::string& out, const CivilTime& t, const StampFormat& f) {
  const int width = f.padded ? 2 : 1;
  const auto year = [&] { f.short_year ? append_padded(out, t.year % 100, 2) : append_padded(out, t.year, 4); };
  const auto part = [&](int value) { append_padded(out, value, width); };
  switch (f.form) {
    case DateForm::dmy:
    case DateForm::mdy:
      part(f.form == DateForm::dmy ? t.day : t.month);
      out += f.separator;
      part(f.form == DateForm::dmy ? t.month : t.day);
      out += f.separator;
      year();
      return;
    case DateForm::yq:
      year();
      out += f.separator + "Q" + std::to_string((t.month + 2) / 3);
      return;
    default:
      year();
      if (f.form == DateForm::y) return;
      out += f.separator;
      part(t.month);
      if (f.form == DateForm::ym) return;
      out += f.separator;
      part(t.day);
  }
}

void append_clock(std::string& out, const CivilTime& t, const StampFormat& f) {
  const int hour = f.noon ? (t.hour + 11) % 12 + 1 : t.hour;
  append_padded(out, hour, f.padded && !f.noon ? 2 : 1);
  if (f.clock > 1) out += ':', append_padded(out, t.minute, 2);
  if (f.clock > 2) out += ':', append_padded(out, t.second, 2);
  if (f.decimals > 0) {
    std::string digits;
    append_padded(digits, t.microsecond, 6);
    digits.resize(static_cast<size_t>(f.decimals), '0');
    out += '.' + digits;
  }
  if (f.noon) out += t.hour < 12 ? " AM" : " PM";
}

void append_offset(std::string& out, int32_t offset, OffsetForm form) {
  if (form == OffsetForm::none) return;
  if (form == OffsetForm::z && offset == 0) {
    out += 'Z';
    return;
  }
  const int minutes = std::abs(offset) / 60;
  out += offset < 0 ? '-' : '+';
  append_padded(out, minutes / 60, 2);
  if (form == OffsetForm::hours && minutes % 60 == 0) return;
  if (form != OffsetForm::plain) out += ':';
  append_padded(out, minutes % 60, 2);
}

}  // namespace

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Hinnant, "chrono-compatible low-level date algorithms": years that begin in March.
int64_t days_from_civil(int64_t year, int month, int day) {
  year -= month <= 2;
  const int64_t era = floor_div(year, 400), of_era = year - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int days_in_month(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

CivilTime civil_time(int64_t wall) {
  CivilTime t;
  const int64_t day = floor_div(wall, kDay), shifted = day + 719468, era = floor_div(shifted, 146097);
  int64_t rest = wall - day * kDay;
  const int64_t of_era = shifted - era * 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t m = (5 * of_year + 2) / 153;
  t.day = static_cast<int>(of_year - (153 * m + 2) / 5 + 1);
  t.month = static_cast<int>(m < 10 ? m + 3 : m - 9);
  t.year = year_of_era + era * 400 + (t.month <= 2 ? 1 : 0);
  t.hour = static_cast<int>(rest / kHour), rest %= kHour;
  t.minute = static_cast<int>(rest / kMinute), rest %= kMinute;
  t.second = static_cast<int>(rest / kSecond);
  t.microsecond = static_cast<int>(rest % kSecond);
  t.weekday = static_cast<int>(day + 3 - 7 * floor_div(day + 3, 7));
  t.day_of_year = static_cast<int>(day - days_from_civil(t.year, 1, 1)) + 1;
  return t;
}

std::string stamp_text(const Stamp& stamp, const StampFormat& format) {
  switch (format.form) {
    case DateForm::step:
      return std::to_string(stamp.utc);
    case DateForm::seconds:
      return std::to_string(floor_div(stamp.utc, kSecond));
    case DateForm::milliseconds:
      return std::to_string(floor_div(stamp.utc, 1000));
    case DateForm::microseconds:
      return std::to_string(stamp.utc);
    case DateForm::nanoseconds:
      return std::to_string(stamp.utc) + "000";
    default:
      break;
  }
  const CivilTime time = civil_time(stamp.wall());
  std::string out;
  append_date(out, time, format);
  if (format.clock > 0) {
    out += format.between;
    append_clock(out, time, format);
  }
  append_offset(out, stamp.offset, format.offset);
  return out;
}

bool parse_stamp(std::string_view text, StampParts& parts) {
  parts = {};
  return StampText(text, parts).read();
}

}  // namespace rnn::core
