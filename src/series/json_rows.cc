// Why: a JSON line names its first step and a frequency; its values become rows with stamps like those of a table.
#include <algorithm>
#include <limits>

#include "base/concat.h"
#include "base/error.h"
#include "series/json_series.h"
#include "series/row_table.h"

namespace rnn::core {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

class JsonRows {
 public:
  JsonRows(std::span<const NamedText> files, const TableOptions& options, std::vector<std::string>& notes)
      : files_(files), options_(options), notes_(notes) {}
  RowTable read(Grid& grid);

 private:
  struct Line {
    JsonSeries series;
    uint32_t file;
  };
  std::string place(const Line& line) const { return place_text(files_[line.file].name, line.series.line); }
  void settle_frequency();
  std::vector<Stamp> read_starts();
  Grid make_grid(std::vector<Stamp>& starts);
  CovariateRows& add_covariate(const std::string& name, Covariate::Kind kind, Covariate::Use use);
  void declare_covariates();
  void add_rows(const Line& line, const Grid& grid, int64_t first, uint32_t group);

  std::span<const NamedText> files_;
  const TableOptions& options_;
  std::vector<std::string>& notes_;
  std::vector<Line> lines_;
  std::string frequency_;
  RowTable rows_;
};

void JsonRows::settle_frequency() {
  frequency_ = options_.frequency;
  const bool named = !frequency_.empty() || options_.grid != nullptr;
  for (const Line& line : lines_) {
    const std::string& f = line.series.frequency;
    if (named || f.empty() || f == frequency_) continue;
    if (!frequency_.empty())
      throw Error(Exit::data, "data/series",
                  concat(place(line), ": \"freq\" is ", f, ", but that of the first line is ", frequency_),
                  "series of one frequency go together");
    frequency_ = f;
  }
}

std::vector<Stamp> JsonRows::read_starts() {
  StampColumn column;
  for (const Line& line : lines_) {
    if (column.look(line.series.start)) continue;
    throw Error(Exit::data, "data/date", concat(place(line), ": \"start\" '", line.series.start, "' ", column.fault()),
                "write every start in one way, best as 2016-12-31 or 2016-12-31 23:00:00");
  }
  column.settle(options_.day_month, [&](int64_t at) {
    const Line& line = lines_[static_cast<size_t>(at)];
    return StampColumn::Cell{place(line), line.series.start};
  });
  if (!column.note().empty()) notes_.push_back(column.note());
  rows_.format = column.format();
  const bool plain = rows_.format.offset == OffsetForm::none && rows_.format.form < DateForm::seconds;
  std::vector<Stamp> starts;
  for (const Line& line : lines_) {
    Stamp stamp;
    if (!column.read(line.series.start, stamp))
      throw Error(Exit::data, "data/date", concat(place(line), ": the calendar has no '", line.series.start, "'"),
                  "mend the start");
    if (plain && !rows_.zone.empty() && rows_.format.form != DateForm::step)
      place_in_zone(rows_.zone, std::numeric_limits<int64_t>::min(), stamp);
    starts.push_back(stamp);
  }
  return starts;
}

CovariateRows& JsonRows::add_covariate(const std::string& name, Covariate::Kind kind, Covariate::Use use) {
  CovariateRows& cov = rows_.covariates.emplace_back();
  cov.covariate.name = name, cov.covariate.kind = kind, cov.covariate.use = use;
  cov.named = true;
  return cov;
}

void JsonRows::declare_covariates() {
  using enum Covariate::Kind;
  using enum Covariate::Use;
  const JsonSeries& first = lines_[0].series;
  const auto add = [this](const char* name, size_t count, Covariate::Kind kind, Covariate::Use use) {
    for (size_t i = 0; i < count; ++i) add_covariate(concat(name, "[", i, "]"), kind, use);
  };
  add("feat_static_cat", first.static_cat.size(), category, fixed);
  add("feat_static_real", first.static_real.size(), number, fixed);
  add("feat_dynamic_real", first.dynamic_real.size(), number, known);
  add("feat_dynamic_cat", first.dynamic_cat.size(), category, known);
  add("past_feat_dynamic_real", first.past_real.size(), number, past);
}

void JsonRows::add_rows(const Line& line, const Grid& grid, int64_t first, uint32_t group) {
  const JsonSeries& s = line.series;
  const size_t steps = s.target.size();
  const size_t length = !s.dynamic_real.empty()  ? s.dynamic_real[0].size()
                        : !s.dynamic_cat.empty() ? s.dynamic_cat[0].size()
                                                 : steps;
  constexpr int64_t kUnits[] = {0, 1, kDay, 2 * kDay, 31 * kDay};  // at most, of the units of a grid
  constexpr double kYear9999 = 2.5e17;
  const auto unit = static_cast<double>(kUnits[static_cast<size_t>(grid.spec().unit)]);
  if (static_cast<double>(grid.stamp(first).utc) +
              static_cast<double>(length) * static_cast<double>(grid.spec().every) * unit >
          kYear9999 &&
      unit > 0) {
    throw Error(Exit::data, "data/date", concat(place(line), ": the series reaches beyond the year 9999"),
                "is its frequency right?");
  }
  for (size_t i = 0; i < length; ++i) {
    rows_.group.push_back(group);
    rows_.stamp.push_back(grid.stamp(first + static_cast<int64_t>(i)));
    rows_.place.push_back({line.file, s.line});
    rows_.y[0].push_back(i < steps ? s.target[i] : kNoNumber);
    size_t c = 0;
    const auto put = [&](double value) { rows_.covariates[c++].values.push_back(value); };
    const auto put_text = [&](const std::string& text) {
      put(text.empty() ? kNoNumber : rows_.covariates[c].texts.number(text));
    };
    for (const std::string& text : s.static_cat) put_text(text);
    for (const double value : s.static_real) put(value);
    for (const auto& row : s.dynamic_real) put(row[i]);
    for (const auto& row : s.dynamic_cat) put_text(row[i]);
    for (const auto& row : s.past_real) put(i < steps ? row[i] : kNoNumber);
  }
}

// The grid that the lines name, and their starts on it; steps without dates where they have none.
Grid JsonRows::make_grid(std::vector<Stamp>& starts) {
  const Line& first = lines_[0];
  const bool model_has_dates = options_.grid != nullptr && options_.grid->has_dates(), dated = !first.series.start.empty();
  if (model_has_dates && !dated) {
    throw Error(Exit::data, "data/frequency",
                concat(place(first), ": the model's steps have dates, but the line has no \"start\""),
                "give each line its start");
  }
  if (!dated || (options_.grid != nullptr && !model_has_dates)) return {};
  starts = read_starts();
  const auto earliest =
      std::min_element(starts.begin(), starts.end(), [](const Stamp& a, const Stamp& b) { return a.utc < b.utc; });
  const bool steps = rows_.format.form == DateForm::step;
  if (model_has_dates && steps)
    throw Error(Exit::data, "data/date", concat(place(first), ": \"start\" is no date"), "the model's steps have dates");
  if (model_has_dates) {
    GridSpec spec = options_.grid->spec();
    spec.format = rows_.format, spec.offset = earliest->offset, spec.zone = rows_.zone.name();
    spec.zone_text = !rows_.zone.empty() && earliest->offset == rows_.zone.offset_at(floor_div(earliest->utc, kSecond));
    return Grid(spec, rows_.zone);
  }
  if (steps && frequency_.empty()) return {};
  if (frequency_.empty()) {
    throw Error(Exit::usage, "usage/frequency", concat(place(first), ": JSON lines do not say how long a step is"),
                "give --frequency NAME (hourly, daily, ...), or a key \"freq\"");
  }
  return grid_of_name(frequency_, *earliest, rows_.format, rows_.zone);
}

RowTable JsonRows::read(Grid& grid) {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!looks_like_json(files_[i].text)) {
      throw Error(Exit::data, "data/mixed", concat(files_[i].name, ":1: this is no JSON, but ", files_[0].name, " is"),
                  "read tables and JSON lines apart");
    }
    for (JsonSeries& s : read_json_series(files_[i], notes_)) lines_.push_back({std::move(s), static_cast<uint32_t>(i)});
  }
  settle_frequency();
  const std::string zone = !options_.tz.empty() || options_.grid == nullptr ? options_.tz : options_.grid->spec().zone;
  if (!zone.empty()) rows_.zone = load_zone(zone);
  std::vector<Stamp> starts(lines_.size());
  grid = make_grid(starts);
  rows_.y_names = {"target"}, rows_.y.resize(1);
  rows_.id_name = "item_id", rows_.time_name = lines_[0].series.start.empty() ? "" : "start";
  declare_covariates();
  TextNumbers ids;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    const std::optional<int64_t> first = grid.position(starts[i]);
    if (!first) {
      throw Error(Exit::data, "data/off_grid",
                  concat(place(line), ": ", line.series.start, " is no step of the grid: ", grid.name(), ", ", grid.text(0),
                         " is one"),
                  "series that are read together share one grid");
    }
    if (!same_features(line.series, lines_[0].series)) {
      throw Error(Exit::data, "data/series",
                  concat(place(line), ": the line has not the keys and features of ", place(lines_[0])),
                  "each line needs the same features, and all a start or none");
    }
    const std::string number = lines_.size() > 1 ? std::to_string(i + 1) : std::string();
    add_rows(line, grid, *first, ids.number(line.series.id.empty() ? number : line.series.id) - 1);
  }
  rows_.ids = ids.texts();
  return std::move(rows_);
}

}  // namespace

RowTable rows_of_json(std::span<const NamedText> files, const TableOptions& options, Grid& grid,
                      std::vector<std::string>& notes) {
  return JsonRows(files, options, notes).read(grid);
}

}  // namespace rnn::core
