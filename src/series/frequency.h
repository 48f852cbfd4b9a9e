// Why: networks and seasons need steps of equal length: the grid of a set of series is found from its stamps, and knows the way back to
// text in the form of the input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "series/dates.h"
#include "series/place.h"
#include "series/zones.h"

namespace rnn::core {

// steps: rows without dates. time: a fixed number of microseconds of UTC. The others count days, Mondays to Fridays and months of the
// civil clock: that of the zone, where there is one, else that of the text.
enum class GridUnit { steps, time, days, business_days, months };
constexpr std::string_view kGridUnits[] = {"steps", "time", "days", "business-days", "months"};

// All that a grid is, to be kept in a model's file.
struct GridSpec {
  GridUnit unit = GridUnit::steps;
  int64_t every = 1;  // units between two steps
  // Of position 0: the step's number, microseconds of UTC, days since 1970, weekdays since Monday, 29 December 1969, months since year 0.
  int64_t origin = 0;
  int64_t time_of_day = 0;  // of days, business days and months; microseconds
  int month_day = 1;        // of months: 31 is the last day of each, 29 and 30 too where a month has no such day
  int32_t offset = 0;       // of the text where no zone decides: that of the last stamp, seconds
  StampFormat format;
  std::string zone;        // "": none
  bool zone_text = false;  // the text shows the clock of the zone
};

class Grid {
 public:
  Grid() = default;
  explicit Grid(GridSpec spec);  // loads the zone
  Grid(GridSpec spec, Zone zone) : spec_(std::move(spec)), zone_(std::move(zone)) {}
  const GridSpec& spec() const { return spec_; }
  const Zone& zone() const { return zone_; }

  Stamp stamp(int64_t position) const;
  std::optional<int64_t> position(const Stamp& stamp) const;  // none: between two steps
  std::string text(int64_t position) const;                   // in the form and by the clock of the input
  CivilTime local(int64_t position) const;                    // by the clock of the zone, else of the text
  int64_t civil(const Stamp& stamp) const;                    // what that clock shows, in microseconds
  Stamp stamp_of_civil(int64_t civil) const;  // the earlier of two; a time that is skipped by the clock before
  bool has_dates() const { return spec_.unit != GridUnit::steps; }

  std::string name() const;       // "hourly", "every 15 minutes", "weekly (Mondays)", "month ends", "steps without dates"
  std::string step_word() const;  // what one step is, for counts: "hour", "day", "week", "month", "step"
  int season() const;             // steps that a season takes by default; 1: none
  std::optional<double> seconds() const;  // between two steps, where it is fixed

 private:
  bool plain_text() const;  // the text shows no offset: its clock is the civil one
  Stamp stamp_of_utc(int64_t utc) const;
  GridSpec spec_;
  Zone zone_;
};

// A GridSpec and its format, field by field (base/fields.h).
template <class Spec, class Visitor>
void grid_fields(Spec& spec, Visitor& visitor) {
  const auto named = [&](const char* key, auto& kind, const auto& names) {
    NamedField field{kind, names};
    visitor.field(FieldInfo{key}, field);
  };
  named("unit", spec.unit, kGridUnits);
  visitor.field(FieldInfo{"every"}, spec.every);
  visitor.field(FieldInfo{"origin"}, spec.origin);
  visitor.field(FieldInfo{"time_of_day"}, spec.time_of_day);
  visitor.field(FieldInfo{"month_day"}, spec.month_day);
  visitor.field(FieldInfo{"offset"}, spec.offset);
  visitor.field(FieldInfo{"zone"}, spec.zone);
  visitor.field(FieldInfo{"zone_text"}, spec.zone_text);
  named("form", spec.format.form, kDateForms);
  visitor.field(FieldInfo{"separator"}, spec.format.separator);
  visitor.field(FieldInfo{"between"}, spec.format.between);
  visitor.field(FieldInfo{"padded"}, spec.format.padded);
  visitor.field(FieldInfo{"short_year"}, spec.format.short_year);
  visitor.field(FieldInfo{"clock"}, spec.format.clock);
  visitor.field(FieldInfo{"decimals"}, spec.format.decimals);
  visitor.field(FieldInfo{"noon"}, spec.format.noon);
  named("offset_form", spec.format.offset, kOffsetForms);
}

// The stamps of one series: ascending, none twice.
struct StampRun {
  std::string_view id;
  std::span<const Stamp> stamps;
  std::span<const Place> places;  // [stamps]
};

// The grid that all runs lie on: the most frequent difference is its step, every other one a multiple. Position 0 is the earliest stamp.
// `files` are for messages. Throws Error{data}: data/frequency where no run has two stamps; data/off_grid with the places and texts of the
// two stamps whose difference does not fit.
Grid infer_grid(std::span<const StampRun> runs, const StampFormat& format, const Zone& zone,
                std::span<const NamedText> files);
// A grid by its name: ours ("hourly", "weekly", "month ends") or that of pandas (H, 15min, D, B, W-MON, MS, ME, QS, YE). The rest is as in
// `first`, its stamp at position 0. Throws Error{usage, "usage/frequency"}.
Grid grid_of_name(const std::string& name, const Stamp& first, const StampFormat& format, const Zone& zone);

// The positions of a run on a grid; a stamp between two steps is Error{data, "data/off_grid"}.
std::vector<int64_t> grid_positions(const Grid& grid, const StampRun& run, std::span<const NamedText> files);

}  // namespace rnn::core
