// Why: an hour off in autumn shifts a season: zones are compared with Python's zoneinfo, and files are read without a system's.
#include "series/zones.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/failure.h"

namespace rnn::core {
namespace {

std::string big_endian(int64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  return out;
}

// A TZif file with an empty first part: changes to the offsets, the rule of the years after.
std::string zone_file(const std::vector<std::pair<int64_t, int>>& changes, const std::vector<int32_t>& offsets,
                      const std::string& rule, char version = '2') {
  const auto header = [&](size_t times, size_t types, size_t letters) {
    std::string h = "TZif";
    h += version;
    h += std::string(15, '\0');
    for (const size_t count : {size_t{0}, size_t{0}, size_t{0}, times, types, letters})
      h += big_endian(static_cast<int64_t>(count), 4);
    return h;
  };
  const int size = version == '\0' ? 4 : 8;
  std::string body = header(changes.size(), offsets.size(), 4);
  for (const auto& [at, kind] : changes) body += big_endian(at, size);
  for (const auto& [at, kind] : changes) body += static_cast<char>(kind);
  for (const int32_t offset : offsets) body += big_endian(offset, 4) + std::string(2, '\0');
  body += std::string("LMT\0", 4);
  if (version == '\0') return body;
  return header(0, 1, 4) + big_endian(0, 4) + std::string("\0\0LMT\0", 6) + body + "\n" + rule + "\n";
}

TEST(Zones, ReadsAFile) {
  const Zone zone = parse_zone(zone_file({{1000, 1}, {2000, 0}}, {3600, 7200}, ""), "Test/One");
  EXPECT_EQ(zone.name(), "Test/One");
  for (const auto& [at, offset] : std::vector<std::pair<int64_t, int32_t>>{
           {0, 3600}, {999, 3600}, {1000, 7200}, {1999, 7200}, {2000, 3600}, {999999, 3600}})
    EXPECT_EQ(zone.offset_at(at), offset) << at;
  EXPECT_EQ(parse_zone(zone_file({{1000, 1}}, {3600, 7200}, "", '\0'), "old").offset_at(1000), 7200);
}

// The rules of POSIX.1-2017, 8.3; instants of Python's zoneinfo for zones with these rules.
TEST(Zones, FollowsTheRuleOfTheYearsToCome) {
  const Zone berlin = parse_zone(zone_file({}, {3600}, "CET-1CEST,M3.5.0,M10.5.0/3"), "x");
  EXPECT_EQ(berlin.offset_at(2058397199), 3600);  // 2035-03-25 00:59:59 UTC
  EXPECT_EQ(berlin.offset_at(2058397200), 7200);
  EXPECT_EQ(berlin.offset_at(2077145999), 7200);  // 2035-10-28 00:59:59
  EXPECT_EQ(berlin.offset_at(2077146000), 3600);
  const Zone sydney = parse_zone(zone_file({}, {36000}, "AEST-10AEDT,M10.1.0,M4.1.0/3"), "x");
  EXPECT_EQ(sydney.offset_at(2051222400), 39600);  // 2035-01-01
  EXPECT_EQ(sydney.offset_at(2066860800), 36000);  // 2035-07-01
  EXPECT_EQ(parse_zone(zone_file({}, {0}, "<+0545>-5:45"), "x").offset_at(2066860800), 20700);
  const Zone by_day = parse_zone(zone_file({}, {0}, "AAA0BBB,J60/0,300/1:30"), "x");
  EXPECT_EQ(by_day.offset_at(1709251199), 0);  // 2024-02-29 23:59:59: J60 is 1 March in every year
  EXPECT_EQ(by_day.offset_at(1709251200), 3600);
  EXPECT_EQ(by_day.offset_at(1729989000 - 1), 3600);  // 2024-10-27 00:30 UTC: day 300 from 0 in a leap year
  EXPECT_EQ(by_day.offset_at(1729989000), 0);
}

TEST(Zones, ALocalTimeIsOnceTwiceOrNever) {
  const Zone berlin = parse_zone(zone_file({}, {3600}, "CET-1CEST,M3.5.0,M10.5.0/3"), "x");
  const int64_t spring = 2058397200, autumn = 2077146000;  // 2035-03-25 and 2035-10-28, 01:00 UTC
  EXPECT_EQ(berlin.at_local(spring + 3600 - 1).count, 1);
  EXPECT_EQ(berlin.at_local(spring + 3600).count, 0);  // 02:00
  EXPECT_EQ(berlin.at_local(spring + 7200 - 1).count, 0);
  EXPECT_EQ(berlin.at_local(spring + 7200).utc[0], spring);            // 03:00
  const Zone::Instants twice = berlin.at_local(autumn + 3600 + 1800);  // 02:30
  EXPECT_EQ(twice.count, 2);
  EXPECT_EQ(twice.utc[0], autumn - 1800);
  EXPECT_EQ(twice.utc[1], autumn + 1800);
}

TEST(Zones, BrokenFilesAreRefused) {
  const std::string good = zone_file({{1000, 1}}, {3600, 7200}, "CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(failure_of([&] { parse_zone(good, "x"); }).code, "none");
  const size_t rule = good.find('\n');  // the first one is that before the rule
  for (size_t cut = 0; cut <= rule; ++cut) {
    if (cut == rule) continue;  // without a rule the file is whole
    EXPECT_EQ(failure_of([&] { parse_zone(std::string_view(good).substr(0, cut), "x"); }).code, "data/tz") << cut;
  }
  for (const char* bad :
       {"C-1", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1"})
    EXPECT_EQ(failure_of([&] { parse_zone(zone_file({}, {3600}, bad), "x"); }).code, "data/tz") << bad;
  EXPECT_EQ(failure_of([&] { parse_zone(zone_file({{1000, 7}}, {3600}, ""), "x"); }).code, "data/tz");
  EXPECT_EQ(failure_of([&] { parse_zone(zone_file({{1000, 0}, {10, 0}}, {3600}, ""), "x"); }).code, "data/tz");
  EXPECT_EQ(failure_of([&] { parse_zone("MZif" + good.substr(4), "x"); }).code, "data/tz");
}

TEST(Zones, NamesThatAreNoZone) {
  EXPECT_EQ(load_zone("UTC").offset_at(0), 0);
  const Failure absent = failure_of([] { load_zone("Europe/Berlin", "/nowhere/zoneinfo"); });
  EXPECT_EQ(absent.code, "data/tz");
  EXPECT_EQ(absent.message, "this machine has no time zone files: there is no folder /nowhere/zoneinfo");
  for (const char* name : {"Europe/Belin", "", "..", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/Ber lin"}) {
    const Failure f = failure_of([&] { load_zone(name, "/"); });
    EXPECT_EQ(f.code, "usage/tz") << name;
    EXPECT_EQ(f.exit, Exit::usage);
  }
}

// Offsets of Python's zoneinfo (tzdata 2025b) at 2,000,000 s steps from 1970 to 2033, folded as hash = hash * 31 + offset modulo 2^32.
TEST(Zones, AgreesWithPython) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin")) GTEST_SKIP() << "no time zone files on this machine";
  const auto hash_of = [](const char* name) {
    const Zone zone = load_zone(name);
    uint32_t hash = 0;
    for (int64_t t = 0; t < 2000000000; t += 2000000) hash = hash * 31 + static_cast<uint32_t>(zone.offset_at(t));
    return hash;
  };
  EXPECT_EQ(hash_of("Europe/Berlin"), 2257622544u);
  EXPECT_EQ(hash_of("America/New_York"), 1727039984u);
  EXPECT_EQ(hash_of("Australia/Sydney"), 2448715344u);
  EXPECT_EQ(hash_of("Asia/Kolkata"), 423853056u);
}

}  // namespace
}  // namespace rnn::core
