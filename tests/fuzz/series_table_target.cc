// Why: tables come from spreadsheets and scripts of all kinds; what is read lies on one grid, is finite or missing, and written as a plain
// table it is the same again.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "fuzz/target.h"
#include "series/calendar.h"
#include "series/series_set.h"
#include "series/zones.h"

namespace rnn::core::fuzz {
namespace {

bool is_text(
    std::string_view bytes) {  // the reader's contract: UTF-8 without NUL; of this, plain ASCII and a mark at the head
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0; });
}

void require_values(const SeriesSet& set, const Series& s) {
  const size_t steps = s.y.size() + static_cast<size_t>(s.future);
  require(s.place.size() == steps, "every step has a place");
  require(s.y.empty() || (!std::isnan(s.y.front()) && !std::isnan(s.y.back())), "a series begins and ends with a value");
  for (const double v : s.y) require(std::isnan(v) || std::isfinite(v), "a value is finite or missing");
  require(s.covariates.size() == set.covariates.size(), "every covariate has values");
  for (size_t c = 0; c < s.covariates.size(); ++c) {
    const Covariate& cov = set.covariates[c];
    require(s.covariates[c].size() == (cov.use == Covariate::Use::fixed ? 1 : steps),
            "a covariate has a value for every step, or one");
    for (const double v : s.covariates[c]) {
      if (std::isnan(v)) continue;
      require(std::isfinite(v), "a covariate is finite or missing");
      const bool category = cov.kind == Covariate::Kind::category;
      require(!category || (v >= 0 && v < static_cast<double>(cov.categories.size()) && v == std::floor(v)),
              "a category is one of the table's");
    }
  }
}

void require_grid(const SeriesSet& set, const Series& s) {
  for (const int64_t at : {s.first, s.end()}) {
    const std::optional<int64_t> back = set.grid.position(set.grid.stamp(at));
    // A day may begin at a time that the clock skips.
    require(!set.grid.zone().empty() || back == at, "the stamp of a position lies there");
    if (!has_calendar(set.grid.spec(), at)) continue;
    for (const Cycle cycle : {Cycle::day, Cycle::week, Cycle::month, Cycle::year}) {
      const double place = place_in_cycle(cycle, set.grid.local(at));
      require(place >= 0 && place < 1, "a time stands within its cycle");
    }
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// The set as a long table of positions: read again its values are the same.
void require_round_trip(const SeriesSet& set) {
  std::string text = "unique_id,step,y\n";
  for (size_t i = 0; i < set.series.size(); ++i) {
    const Series& s = set.series[i];
    for (size_t t = 0; t < s.y.size(); ++t)
      if (!std::isnan(s.y[t]))
        text += quoted(std::to_string(i) + "." + s.id) + "," + std::to_string(s.first + static_cast<int64_t>(t)) + "," +
                number_text(s.y[t]) + "\n";
  }
  TableOptions options;
  options.id = {"unique_id"}, options.time = "step", options.y = {"y"};
  const NamedText file{"again.csv", text};
  SeriesSet again;
  if (!reads([&] { again = read_series({&file, 1}, options); })) return;  // one value, or no step twice
  std::vector<const Series*> with_values;
  for (const Series& s : set.series)
    if (!s.y.empty()) with_values.push_back(&s);
  require(again.series.size() == with_values.size(), "every series comes back");
  for (size_t i = 0; i < with_values.size(); ++i) {
    std::vector<double> was, is;
    for (const double v : with_values[i]->y)
      if (!std::isnan(v)) was.push_back(v);
    for (const double v : again.series[i].y)
      if (!std::isnan(v)) is.push_back(v);
    require(was == is, "values come back to the same bits");
  }
}

void read_one(std::string_view input, const TableOptions& options) {
  const NamedText file{"input.csv", input};
  SeriesSet set;
  if (!reads([&] { set = read_series({&file, 1}, options); })) return;
  ++accepted;
  require(!set.series.empty() && set.counts.values > 0, "a table that is read has a value");
  for (const Series& s : set.series) {
    require_values(set, s);
    require_grid(set, s);
  }
  if (options.gaps == Gaps::mask) require_round_trip(set);
  std::vector<int64_t> last;
  for (const Series& s : set.series) last.push_back(s.first + static_cast<int64_t>(s.y.size() / 2));
  const std::vector<Covariate> before = set.covariates;
  fit_categories(set, last);
  for (const Series& s : set.series) require_values(set, s);
  apply_covariates(set, before);
  for (const Series& s : set.series) require_values(set, s);
}

void test(std::string_view input) {
  Zone zone;
  if (reads([&] { zone = parse_zone(input, "zone"); })) {
    ++accepted;
    for (const int64_t utc : {int64_t{-5000000000}, int64_t{0}, int64_t{1500}, int64_t{1717200000}, int64_t{4102444800}}) {
      const Zone::Instants at = zone.at_local(utc + zone.offset_at(utc));
      require(at.count >= 0 && at.count <= 2 && (at.count < 2 || at.utc[0] < at.utc[1]),
              "a local time is none, one or two instants");
    }
  }
  if (!is_text(input)) return;
  TableOptions options;
  read_one(input, options);
  options.duplicates = Duplicates::sum, options.gaps = Gaps::linear, options.day_month = DayMonth::dmy,
  options.decimal_comma = true;
  options.frequency = "daily";
  read_one(input, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
