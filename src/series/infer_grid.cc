// Why: a file says what its steps are by its stamps alone: the most frequent difference is the step, and what does not fit is shown with
// both rows.
#include <algorithm>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/frequency.h"
#include "series/grid_units.h"

namespace rnn::core {
namespace {

constexpr const char* kToMendSteps =
    "remove or mend the row, or sum the rows up to steps of one length; --frequency NAME (hourly, daily, ...) asks for a "
    "grid";

// What the stamps of all runs have in common.
class Stamps {
 public:
  Stamps(std::span<const StampRun> runs, const StampFormat& format, const Zone& zone, std::span<const NamedText> files)
      : runs_(runs), files_(files), grid_(spec_of(format, zone), zone) {
    survey();
  }
  Grid infer() const;

 private:
  static GridSpec spec_of(const StampFormat& format, const Zone& zone) {
    GridSpec spec;
    spec.format = format;
    spec.zone = zone.name();
    return spec;
  }
  void survey();
  bool on_month_days() const;
  template <class Number>
  int64_t most_frequent_step(Number number) const;
  template <class Number>
  Grid settle(GridUnit unit, Number number) const;
  [[noreturn]] void refuse(const StampRun& run, size_t at, double steps, const Grid& grid) const;
  int64_t day(const Stamp& stamp) const { return floor_div(grid_.civil(stamp), kDay); }

  std::span<const StampRun> runs_;
  std::span<const NamedText> files_;
  Grid grid_;
  const Stamp *first_ = nullptr, *last_ = nullptr;  // of all
  bool one_time_ = true;                            // of day, in every stamp
  bool zone_text_ = true;                           // every offset is the zone's
  bool month_ends_ = true, weekdays_ = true, weekends_between_ = false;
  int most_day_ = 0;  // of the month
};

void Stamps::survey() {
  for (const StampRun& run : runs_) {
    int64_t week = 0;
    for (const Stamp& s : run.stamps) {
      if (first_ == nullptr || s.utc < first_->utc) first_ = &s;
      if (last_ == nullptr || s.utc > last_->utc) last_ = &s;
      const CivilTime t = civil_time(grid_.civil(s));
      one_time_ &= grid_.civil(s) - day(s) * kDay == grid_.civil(*first_) - day(*first_) * kDay;
      most_day_ = std::max(most_day_, t.day);
      month_ends_ &= t.day == days_in_month(t.year, t.month);
      weekdays_ &= t.weekday < 5;
      const int64_t of = floor_div(day(s) + 3, 7);
      weekends_between_ |= &s != run.stamps.data() && of != week;
      week = of;
      const Zone& zone = grid_.zone();
      zone_text_ &= !zone.empty() && s.offset == zone.offset_at(floor_div(s.utc, kSecond));
    }
  }
}

bool Stamps::on_month_days() const {
  for (const StampRun& run : runs_) {
    for (const Stamp& s : run.stamps) {
      const CivilTime t = civil_time(grid_.civil(s));
      if (t.day != std::min(most_day_, days_in_month(t.year, t.month))) return false;
    }
  }
  return true;
}

// Of two as frequent ones the smaller.
template <class Number>
int64_t Stamps::most_frequent_step(Number number) const {
  std::vector<int64_t> steps;
  for (const StampRun& run : runs_)
    for (size_t i = 1; i < run.stamps.size(); ++i) steps.push_back(number(run.stamps[i]) - number(run.stamps[i - 1]));
  std::sort(steps.begin(), steps.end());
  int64_t most = 1;
  size_t count = 0;
  const auto positive = static_cast<size_t>(std::upper_bound(steps.begin(), steps.end(), 0) - steps.begin());
  for (size_t begin = positive, end = positive; begin < steps.size(); begin = end) {
    while (end < steps.size() && steps[end] == steps[begin]) ++end;
    if (end - begin > count) most = steps[begin], count = end - begin;
  }
  return most;
}

void Stamps::refuse(const StampRun& run, size_t at, double steps, const Grid& grid) const {
  const Place here = run.places[at], before = run.places[at - 1];
  const auto text = [&](size_t i) { return stamp_text(run.stamps[i], grid.spec().format); };
  const bool same_file = here.file == before.file;
  throw Error(
      Exit::data, "data/off_grid",
      concat(place_text(files_[here.file].name, here.line), ": ", text(at), " follows ", text(at - 1), " (",
             same_file ? concat("line ", before.line) : place_text(files_[before.file].name, before.line), "), which is ",
             short_number(steps), " steps: the most frequent difference makes the data ", grid.name()),
      kToMendSteps);
}

template <class Number>
Grid Stamps::settle(GridUnit unit, Number number) const {
  GridSpec spec = grid_.spec();
  spec.unit = unit, spec.every = most_frequent_step(number), spec.origin = number(*first_);
  spec.offset = last_->offset, spec.zone_text = zone_text_;
  if (unit > GridUnit::time) spec.time_of_day = grid_.civil(*first_) - day(*first_) * kDay;
  if (unit == GridUnit::months) spec.month_day = month_ends_ ? 31 : most_day_;
  const Grid grid(spec, grid_.zone());
  if (spec.every > longest_step(unit))
    throw Error(
        Exit::data, "data/frequency",
        concat(place_text(files_[0].name, runs_[0].places[0].line), ": most rows are more than a hundred years apart"),
        "are the dates right?");
  for (const StampRun& run : runs_) {
    for (size_t i = 1; i < run.stamps.size(); ++i) {
      const int64_t step = number(run.stamps[i]) - number(run.stamps[i - 1]);
      if (step <= 0 || step % spec.every != 0)
        refuse(run, i, static_cast<double>(step) / static_cast<double>(spec.every), grid);
    }
  }
  return grid;
}

Grid Stamps::infer() const {
  const bool several = std::any_of(runs_.begin(), runs_.end(), [](const StampRun& run) { return run.stamps.size() > 1; });
  if (!several) {
    const std::string where = runs_.empty() || runs_[0].places.empty()
                                  ? std::string()
                                  : place_text(files_[runs_[0].places[0].file].name, runs_[0].places[0].line) + ": ";
    throw Error(Exit::data, "data/frequency",
                where + "no series has two different stamps, so the length of a step is not known",
                "give it: --frequency NAME (hourly, daily, ...)");
  }
  const DateForm form = grid_.spec().format.form;
  const auto utc = [](const Stamp& s) { return s.utc; };
  if (form == DateForm::step) return settle(GridUnit::steps, utc);
  const auto months = [this](const Stamp& s) { return month_number(civil_time(grid_.civil(s))); };
  if (form == DateForm::y || form == DateForm::ym || form == DateForm::yq || (one_time_ && on_month_days()))
    return settle(GridUnit::months, months);
  if (!one_time_) return settle(GridUnit::time, utc);
  const auto days = [this](const Stamp& s) { return day(s); };
  if (weekdays_ && weekends_between_ && most_frequent_step(days) == 1)
    return settle(GridUnit::business_days, [this](const Stamp& s) { return business_day(day(s)); });
  return settle(GridUnit::days, days);
}

}  // namespace

Grid infer_grid(std::span<const StampRun> runs, const StampFormat& format, const Zone& zone,
                std::span<const NamedText> files) {
  return Stamps(runs, format, zone, files).infer();
}

std::vector<int64_t> grid_positions(const Grid& grid, const StampRun& run, std::span<const NamedText> files) {
  std::vector<int64_t> positions;
  positions.reserve(run.stamps.size());
  for (size_t i = 0; i < run.stamps.size(); ++i) {
    const std::optional<int64_t> at = grid.position(run.stamps[i]);
    if (!at) {
      const Place here = run.places[i];
      throw Error(Exit::data, "data/off_grid",
                  concat(place_text(files[here.file].name, here.line), ": ", stamp_text(run.stamps[i], grid.spec().format),
                         " is no step of the grid: ", grid.name(), ", ", grid.text(0), " is one"),
                  kToMendSteps);
    }
    positions.push_back(*at);
  }
  return positions;
}

}  // namespace rnn::core
