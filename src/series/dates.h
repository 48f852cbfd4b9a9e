// Why: dates come in many forms, one form per column: read in it, written back in it, and never guessed where two readings fit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rnn::core {

constexpr int64_t kSecond = 1000000;  // in microseconds, the unit of all times here
constexpr int64_t kDay = 86400 * kSecond;

// An instant and the clock that the text shows it by. Without an offset in the text, and without a zone, that clock counts as UTC.
struct Stamp {
  int64_t utc = 0;     // microseconds since 1970-01-01 00:00 UTC; of a column of plain step numbers: the number
  int32_t offset = 0;  // seconds east of UTC
  int64_t wall() const { return utc + offset * kSecond; }
};

// What a clock and a calendar show (Gregorian, also before 1582).
struct CivilTime {
  int64_t year = 1970;
  int month = 1, day = 1;  // from 1
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  int weekday = 0;      // 0: Monday
  int day_of_year = 1;  // from 1
};

int64_t days_from_civil(int64_t year, int month, int day);  // since 1970-01-01
int days_in_month(int64_t year, int month);
CivilTime civil_time(int64_t wall);       // microseconds since 1970-01-01 00:00 of that clock
int64_t floor_div(int64_t a, int64_t b);  // b > 0

// The order of what a date is made of. `step`: plain numbers, no dates. The last four: numbers since 1970.
enum class DateForm { step, ymd, dmy, mdy, ym, y, yq, seconds, milliseconds, microseconds, nanoseconds };
constexpr std::string_view kDateForms[] = {"step", "ymd",     "dmy",          "mdy",          "ym",         "y",
                                           "yq",   "seconds", "milliseconds", "microseconds", "nanoseconds"};
enum class OffsetForm { none, z, colon, plain, hours };  // Z, +05:30, +0530, +05
constexpr std::string_view kOffsetForms[] = {"none", "z", "colon", "plain", "hours"};

struct StampFormat {
  DateForm form = DateForm::step;
  std::string separator = "-";  // between year, month and day; "": 20160701
  std::string between = " ";    // before the time of day: " ", "T"
  bool padded = true;           // 01/02/2016, not 1/2/2016
  bool short_year = false;      // 16, not 2016: 69 to 99 are of the last century
  int clock = 0;                // parts of the time of day: 0 to 3
  int decimals = 0;             // of the seconds
  bool noon = false;            // 3:00 PM
  OffsetForm offset = OffsetForm::none;
};

// A stamp as text in the form of its column.
std::string stamp_text(const Stamp& stamp, const StampFormat& format);

// What one cell says, before the column has decided what comes first, day or month.
struct StampParts {
  int64_t number = 0;  // of step and the epoch forms
  int64_t year = 1970;
  int first = 1, second = 1;  // month and day of ymd; of dmy, which stands for mdy, too, in their order in the text
  int64_t time = 0;           // of day, in microseconds
  int32_t offset = 0;
  StampFormat format;
};
// False: no date, nor a whole number.
bool parse_stamp(std::string_view text, StampParts& parts);

enum class DayMonth { automatic, dmy, mdy };

// A column of stamps is read twice: look() at every cell, settle() what they have in common, then read() each. Cells that are missing
// are not shown to it.
class StampColumn {
 public:
  // False: not a stamp, or not of the form of the cells before; fault() says which.
  bool look(std::string_view text);
  const std::string& fault() const { return fault_; }
  // Decides. Where every date is both day/month and month/day: Error{usage, "usage/day_month"} with both readings of the first that they
  // tell apart; Error{data, "data/date"} where neither reading fits all. A cell is asked for by its number in the order of look().
  struct Cell {
    std::string place, text;
  };
  void settle(DayMonth wanted, const std::function<Cell(int64_t)>& cell_at);
  // False for a date that the calendar does not have (31 April), and for what look() refuses. Without an offset in the text the stamp is
  // that of UTC.
  bool read(std::string_view text, Stamp& stamp) const;
  const StampFormat& format() const { return format_; }
  bool empty() const { return cells_ == 0; }
  std::string note() const { return note_; }  // what was decided and is not obvious, or ""

 private:
  bool agrees(const StampFormat& other);
  void settle_numbers(const std::function<Cell(int64_t)>& cell_at);
  void settle_days(DayMonth wanted, const std::function<Cell(int64_t)>& cell_at);

  StampFormat format_;
  std::string fault_, note_;
  int64_t cells_ = 0;
  int64_t first_beyond_ = -1, second_beyond_ = -1,
          differ_ = -1;                       // the first cell with a first or second part > 12; where they differ
  int64_t lowest_ = 0, highest_ = 0;          // of numbers
  int64_t beyond_ = -1;                       // the first cell with a number that is too large for a step
  bool months_fit_ = true, days_fit_ = true;  // every number is YYYYMM, YYYYMMDD
};

}  // namespace rnn::core
