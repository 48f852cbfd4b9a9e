// Why: a TZif file lists the changes of the past and, in its last line, the rule of the years to come; both are read here.
#include "series/zones.h"

#include <algorithm>
#include <filesystem>

#include "base/concat.h"
#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "series/dates.h"

namespace rnn::core {
namespace {

constexpr int64_t kDaySeconds = 86400;

// A cursor over the bytes of a TZif file; `ok` turns false beyond their end.
struct ZoneBytes {
  std::string_view rest;
  bool ok = true;

  std::string_view take(uint64_t count) {
    if (count > rest.size()) ok = false, count = rest.size();
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  int64_t whole(int bytes) {  // big-endian, two's complement
    const std::string_view taken = take(static_cast<uint64_t>(bytes));
    if (!ok) return 0;
    uint64_t value = (static_cast<unsigned char>(taken[0]) & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (const char c : taken) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<int64_t>(value);
  }
};

struct ZoneHeader {
  char version = 0;
  uint64_t utc_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, letters = 0;
  uint64_t size(uint64_t time_size) const {
    return times * (time_size + 1) + types * 6 + letters + leaps * (time_size + 4) + standard_flags + utc_flags;
  }
};

ZoneHeader take_header(ZoneBytes& bytes) {
  ZoneHeader h;
  const std::string_view magic = bytes.take(4), version = bytes.take(1);
  bytes.take(15);
  if (magic != "TZif" || !bytes.ok) {
    bytes.ok = false;
    return h;
  }
  h.version = version[0];
  for (uint64_t* count : {&h.utc_flags, &h.standard_flags, &h.leaps, &h.times, &h.types, &h.letters})
    *count = static_cast<uint64_t>(bytes.whole(4)) & 0xFFFFFFFF;
  return h;
}

// The rule in the last line of a file, such as CET-1CEST,M3.5.0,M10.5.0/3.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : rest_(text) {}

  bool read(ZoneRule& rule) {
    if (!name() || !offset(rule.standard)) return false;
    rule.standard = -rule.standard;  // POSIX counts westwards
    rule.known = true;
    if (rest_.empty()) return true;
    if (!name()) return false;
    rule.summer = rule.standard + 3600;
    if (!rest_.starts_with(',')) {
      if (!offset(rule.summer)) return false;
      rule.summer = -rule.summer;
    }
    rule.changes = true;
    return change(rule.to_summer) && change(rule.to_standard) && rest_.empty();
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(int& value, int lowest, int highest) {
    const auto read = take_number<int>(rest_);
    if (read) value = *read;
    return read && value >= lowest && value <= highest;
  }
  bool name() {
    if (rest_.starts_with('<')) {
      const size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    size_t letters = 0;
    while (letters < rest_.size() && is_letter(rest_[letters])) ++letters;
    rest_.remove_prefix(letters);
    return letters >= 3;
  }
  bool offset(int32_t& seconds) {  // [+-]hh[:mm[:ss]]
    const bool negative = take('-');
    if (!negative) take('+');
    int hours = 0, minutes = 0, rest = 0;
    if (!number(hours, 0, 167)) return false;
    if (take(':') && !number(minutes, 0, 59)) return false;
    if (take(':') && !number(rest, 0, 59)) return false;
    seconds = hours * 3600 + minutes * 60 + rest;
    if (negative) seconds = -seconds;
    return true;
  }
  bool change(ZoneChange& c) {
    if (!take(',')) return false;
    c.kind = take('M') ? 'M' : take('J') ? 'J' : '0';
    if (c.kind == 'M') {
      if (!number(c.month, 1, 12) || !take('.') || !number(c.week, 1, 5) || !take('.') || !number(c.day, 0, 6)) return false;
    } else if (!number(c.day, c.kind == 'J' ? 1 : 0, 365)) {
      return false;
    }
    return !take('/') || offset(c.time);
  }

  std::string_view rest_;
};

// The day of a change in a year, since 1970.
int64_t change_day(const ZoneChange& c, int64_t year) {
  if (c.kind == '0') return days_from_civil(year, 1, 1) + c.day;
  if (c.kind == 'J') return days_from_civil(year, 1, 1) + c.day - 1 + (c.day >= 60 && days_in_month(year, 2) == 29 ? 1 : 0);
  const int64_t first = days_from_civil(year, c.month, 1);
  const int64_t weekday = floor_div(first + 4, 7) * -7 + first + 4;  // of the first; 0: Sunday
  int64_t day = (c.day - weekday + 7) % 7 + int64_t{7} * (c.week - 1);
  while (day >= days_in_month(year, c.month)) day -= 7;
  return first + day;
}

}  // namespace

int32_t ZoneRule::offset_at(int64_t utc) const {
  if (!changes) return standard;
  const int64_t year = civil_time((utc + standard) * kSecond).year;
  const int64_t summer_at = change_day(to_summer, year) * kDaySeconds + to_summer.time - standard;
  const int64_t standard_at = change_day(to_standard, year) * kDaySeconds + to_standard.time - summer;
  const bool is_summer =
      summer_at < standard_at ? utc >= summer_at && utc < standard_at : utc >= summer_at || utc < standard_at;
  return is_summer ? summer : standard;
}

int32_t Zone::offset_at(int64_t utc) const {
  const auto after = std::upper_bound(times_.begin(), times_.end(), utc);
  if (after == times_.end() && rule_.known) return rule_.offset_at(utc);
  if (after == times_.begin()) return first_offset_;
  return offsets_[static_cast<size_t>(after - times_.begin()) - 1];
}

Zone::Instants Zone::at_local(int64_t local) const {
  Instants found;
  const int32_t before = offset_at(local - kDaySeconds), after = offset_at(local + kDaySeconds);
  const auto add = [&](int32_t offset) {
    if (offset_at(local - offset) == offset) found.utc[static_cast<size_t>(found.count++)] = local - offset;
  };
  add(before);
  if (after != before) add(after);
  if (found.count == 2 && found.utc[1] < found.utc[0]) std::swap(found.utc[0], found.utc[1]);
  return found;
}

Zone parse_zone(std::string_view bytes, const std::string& name) {
  const auto broken = [&] {
    return Error(Exit::data, "data/tz", concat("the time zone file of ", name, " is broken"),
                 "install the package tzdata anew");
  };
  ZoneBytes in{bytes};
  ZoneHeader h = take_header(in);
  int time_size = 4;
  if (in.ok && h.version >= '2') {
    in.take(h.size(4));
    h = take_header(in);
    time_size = 8;
  }
  if (!in.ok || h.size(static_cast<uint64_t>(time_size)) > in.rest.size() || h.types == 0) throw broken();
  Zone zone;
  zone.name_ = name;
  for (uint64_t i = 0; i < h.times; ++i) zone.times_.push_back(in.whole(time_size));
  const std::string_view kinds = in.take(h.times);
  std::vector<int32_t> offsets;
  for (uint64_t i = 0; i < h.types; ++i) {
    offsets.push_back(static_cast<int32_t>(in.whole(4)));
    in.take(2);
  }
  for (const char kind : kinds) {
    const auto at = static_cast<unsigned char>(kind);
    if (at >= offsets.size()) throw broken();
    zone.offsets_.push_back(offsets[at]);
  }
  zone.first_offset_ = offsets[0];
  const bool offsets_fit = std::all_of(offsets.begin(), offsets.end(), [](int32_t s) { return s > -180000 && s < 180000; });
  if (!offsets_fit || !std::is_sorted(zone.times_.begin(), zone.times_.end())) throw broken();
  in.take(h.letters + h.leaps * (static_cast<uint64_t>(time_size) + 4) + h.standard_flags + h.utc_flags);
  if (time_size == 8 && in.rest.starts_with('\n')) {
    const std::string_view line = in.rest.substr(1, in.rest.find('\n', 1) - 1);
    if (!line.empty() && !RuleText(line).read(zone.rule_)) throw broken();
  }
  return zone;
}

Zone load_zone(const std::string& name, const std::string& folder) {
  if (name == "UTC") {
    Zone utc;
    utc.name_ = name;
    return utc;
  }
  namespace fs = std::filesystem;
  std::error_code ignored;
  const bool plain =
      !name.empty() && name.find("..") == std::string::npos && name[0] != '/' &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("_+-/").find(c) != std::string_view::npos;
      });
  if (plain && !fs::is_directory(folder, ignored)) {
    throw Error(Exit::data, "data/tz", concat("this machine has no time zone files: there is no folder ", folder),
                "install the package tzdata, or give the dates with their offsets from UTC and no zone");
  }
  const fs::path path = fs::path(folder) / name;
  if (!plain || !fs::is_regular_file(path, ignored)) {
    throw Error(Exit::usage, "usage/tz", concat("there is no time zone '", name, "'"),
                concat("give a name such as Europe/Berlin or America/New_York; ", folder, " has them all"));
  }
  return parse_zone(read_file(path.string()), name);
}

}  // namespace rnn::core
