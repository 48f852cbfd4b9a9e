// Why: steps go by UTC, people's days by the local clock; the rules between the two are those of the system's time zone files, and the
// C library's own reading of them is one zone per process, taken from the environment.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// One of the two yearly changes of a zone's rule, as POSIX writes them (IEEE 1003.1, 8.3): M3.5.0/2, J60, 59.
struct ZoneChange {
  char kind =
      'M';  // M: day `day` (0: Sunday) of week `week` (5: the last) of `month`; J: day 1 to 365 without 29 February; 0: day 0 to 365
  int month = 1, week = 1, day = 0;
  int32_t time = 7200;  // seconds after midnight by the clock that ends
};

// What holds from the last listed change on: one offset, or two with two changes a year.
struct ZoneRule {
  bool known = false, changes = false;
  int32_t standard = 0, summer = 0;  // seconds east of UTC
  ZoneChange to_summer, to_standard;
  int32_t offset_at(int64_t utc) const;
};

// The offsets of a time zone at every instant. A value; the empty one has no offset and no name.
class Zone {
 public:
  Zone() = default;
  const std::string& name() const { return name_; }
  bool empty() const { return name_.empty(); }

  int32_t offset_at(int64_t utc) const;  // seconds east of UTC at `utc`, seconds since 1970
  // The instants at which the local clock shows `local` (seconds since 1970-01-01 00:00 of that clock), earliest first: none in the
  // hour that is skipped in spring, two in the one that is repeated in autumn.
  struct Instants {
    int count = 0;
    std::array<int64_t, 2> utc{};
  };
  Instants at_local(int64_t local) const;

 private:
  friend Zone parse_zone(std::string_view, const std::string&);
  friend Zone load_zone(const std::string&, const std::string&);
  std::string name_;
  std::vector<int64_t> times_;    // when an offset begins, ascending
  std::vector<int32_t> offsets_;  // [times_]
  int32_t first_offset_ = 0;      // before times_
  ZoneRule rule_;                 // after them
};

// The zone of that name (Europe/Berlin, UTC) from the system's files in `folder`. Throws Error{usage, "usage/tz"} for a name
// that is none, Error{data, "data/tz"} where these files are missing or broken. UTC needs no file.
Zone load_zone(const std::string& name, const std::string& folder = "/usr/share/zoneinfo");
// The bytes of a TZif file (RFC 8536, versions 1 to 4).
Zone parse_zone(std::string_view bytes, const std::string& name);

}  // namespace rnn::core
