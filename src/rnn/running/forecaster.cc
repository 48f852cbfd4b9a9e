// Why: the public forecaster wraps that of the task: columns by name, series as rings of values.
#include "rnn/forecaster.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "base/numbers.h"
#include "rnn/running/access.h"
#include "series/observed.h"
#include "tasks/forecast/stream/forecaster.h"
#include "tasks/forecast/stream/model_front.h"
#include "tasks/forecast/stream/scale.h"

namespace rnn {
inline namespace v1 {
namespace {

using Use = CovariateInfo::Use;

constexpr size_t kMostRing = size_t{1} << 20;  // numbers; what Series::from_bytes() reads, too

[[noreturn]] void refuse_column(const char* code, const std::string& message, const std::string& help) {
  throw Error(Exit::data, code, message, help);
}

std::vector<CovariateInfo> columns_of(const ForecastFront& front) {
  std::vector<CovariateInfo> columns;
  for (const Covariate& c : front.covariates) {
    const Use use = c.use == Covariate::Use::fixed ? Use::fixed : c.use == Covariate::Use::past ? Use::past : Use::known;
    const bool category = c.kind == Covariate::Kind::category;
    columns.push_back({c.name, use, category, {}});
    if (category) columns.back().categories.assign(c.categories.begin() + 1, c.categories.end());
  }
  return columns;
}

// The places that levels have among those in order.
struct OrderedLevels {
  std::vector<double> ascending;
  std::vector<size_t> place;  // [levels asked for]
};

OrderedLevels ordered(const std::vector<double>& levels) {
  OrderedLevels found;
  for (const double level : levels) {
    if (level > 0 && level < 1) continue;
    throw Error(Exit::usage, "forecast/levels",
                "the level of a quantile is " + number_text(level) + ", it must lie between 0 and 1",
                "0.05 and 0.95 are the ends of a 90 % band");
  }
  found.ascending = levels;
  std::sort(found.ascending.begin(), found.ascending.end());
  found.ascending.erase(std::unique(found.ascending.begin(), found.ascending.end()), found.ascending.end());
  for (const double level : levels) {
    const auto at = std::lower_bound(found.ascending.begin(), found.ascending.end(), level);
    found.place.push_back(static_cast<size_t>(at - found.ascending.begin()));
  }
  return found;
}

// A date by the clock of the grid, or with an offset. Steps of whole days and longer keep their own time of day.
std::optional<Stamp> stamp_on(const Grid& grid, const std::string& text) {
  StampParts p;
  if (!parse_stamp(text, p)) return std::nullopt;
  const DateForm form = p.format.form;
  if (form != DateForm::ymd && form != DateForm::ym && form != DateForm::y) return std::nullopt;
  const int month = form == DateForm::y ? 1 : p.first;
  if (p.year < 1 || month < 1 || month > 12) return std::nullopt;
  const int days = days_in_month(p.year, month),
            day = form == DateForm::ymd ? p.second : std::min(grid.spec().month_day, days);
  if (day < 1 || day > days) return std::nullopt;
  const int64_t date = days_from_civil(p.year, month, day) * kDay;
  if (grid.spec().unit > GridUnit::time) return grid.stamp_of_civil(date + grid.spec().time_of_day);
  if (p.format.offset == OffsetForm::none) return grid.stamp_of_civil(date + p.time);
  return Stamp{date + p.time - p.offset * kSecond, p.offset};
}

}  // namespace

// What the rest of this file asks a series for.
struct SeriesReader {
  const Series& s;
  bool has_value() const { return s.steps_ > 0; }
  Fingerprint model() const { return {s.model_[0], s.model_[1], s.model_[2]}; }
  bool fits(const Series& fresh) const {
    return s.dated_ == fresh.dated_ && s.context_ == fresh.context_ && s.columns_ == fresh.columns_ &&
           s.fixed_.size() == fresh.fixed_.size();
  }
  int64_t held() const { return std::min<int64_t>(s.steps_, s.context_); }
  // Column i of the ring, earliest step first: 0 the values, then the columns beside them.
  std::vector<double> column(size_t i) const {
    std::vector<double> out;
    for (int64_t t = s.steps_ - held(); t < s.steps_; ++t)
      out.push_back(s.ring_[static_cast<size_t>(t % s.context_) * s.width() + i]);
    return out;
  }
  double fixed(size_t i) const { return s.fixed_[i]; }
  bool dated() const { return s.dated_; }
  int64_t first_held() const { return s.first_ + (s.steps_ - held()); }
  ScaleSums sums() const { return {s.count_, s.mean_, s.squares_}; }
};

struct Forecaster::Core {
  Core(const Model& m, const Threads& t)
      : model(m),
        threads(t),
        front(front_of_model(Access::file(model))),
        forecaster(front, Access::core(model).network(), Access::pool(threads)),
        columns(columns_of(front)),
        context(steps_read(front, forecaster.options())),
        grid(front.ahead > 0 ? Grid(front.grid) : Grid(front.grid, Zone())),
        frequency(grid.name()) {
    for (const Cycle c : front.cycles()) calendar.emplace_back(kCycleNames[static_cast<size_t>(c)]);
    size_t beside = 1;
    for (const CovariateInfo& c : columns) beside += c.use != Use::fixed;
    if (static_cast<size_t>(context) * beside > kMostRing)
      throw Error(Exit::model, "model/corrupt",
                  Access::file(model).path + " reads " + counted(context, "step") + " of a series, with " +
                      counted(beside, "number") + " each: more than a series may hold",
                  "the file is damaged; train again, or copy it again");
    for (const SeriesScale& s : front.scales) {
      numbers.emplace(s.id, static_cast<int>(names.size()));
      names.push_back(s.id);
    }
  }

  // What a column says of a step, as Series keeps it.
  static double number_at(const CovariateInfo& info, const CovariateValues& values, size_t step) {
    const bool texts = !values.categories.empty();
    if (!texts && !info.category) return values.numbers[step];
    if (!texts && std::isnan(values.numbers[step])) return kMissing;
    const std::string text = texts ? values.categories[step] : number_text(values.numbers[step]);
    if (text.empty()) return kMissing;
    const auto at = std::lower_bound(info.categories.begin(), info.categories.end(), text);
    return at != info.categories.end() && *at == text ? static_cast<double>(at - info.categories.begin()) : -1;
  }
  // The same as the task's own series have it.
  static double core_number(const CovariateInfo& info, double number) {
    if (!info.category || std::isnan(number)) return number;
    const bool one = number >= 0 && number < static_cast<double>(info.categories.size()) && number == std::floor(number);
    return one ? number + 1 : 0;
  }

  // The column of that name with at least `steps` entries.
  const CovariateValues& find(const std::vector<CovariateValues>& given, const CovariateInfo& info, size_t steps) const {
    const auto at = std::find_if(given.begin(), given.end(), [&](const CovariateValues& c) { return c.name == info.name; });
    if (at == given.end())
      refuse_column("data/covariate", "the column '" + info.name + "', which the model was trained with, is missing",
                    "give all of Forecaster::covariates()");
    const size_t there = std::max(at->numbers.size(), at->categories.size());
    if (!at->categories.empty() && (!info.category || !at->numbers.empty()))
      refuse_column("data/covariate",
                    info.category ? "the column '" + info.name + "' has both numbers and texts"
                                  : "the column '" + info.name + "' has texts, but the model was trained with numbers",
                    "give the columns that it was trained with");
    if (there < steps)
      refuse_column(info.use == Use::known ? "data/known" : "data/covariate",
                    "the column '" + info.name + "' has " + counted(there, "step") + ", but " + std::to_string(steps) +
                        (info.use == Use::known ? " are needed: it is known ahead, for the steps of the forecast, too"
                                                : " are needed"),
                    "give a number for every step, NaN where it is missing");
    for (size_t i = 0; i < std::min(steps, at->numbers.size()); ++i) {
      if (std::isinf(at->numbers[i]))
        refuse_column("data/number", "number " + std::to_string(i + 1) + " of the column '" + info.name + "' is infinite",
                      "give a number, or NaN where it is missing");
    }
    return *at;
  }

  // No column has a name that is none.
  void check_names(const std::vector<CovariateValues>& given) const {
    for (const CovariateValues& c : given) {
      const bool there =
          std::any_of(columns.begin(), columns.end(), [&](const CovariateInfo& i) { return i.name == c.name; });
      if (!there)
        refuse_column("data/covariate", "the model was not trained with a column '" + c.name + "'",
                      "Forecaster::covariates() lists those that it was trained with");
    }
  }

  bool needs_ahead() const {
    return std::any_of(columns.begin(), columns.end(), [](const CovariateInfo& c) { return c.use == Use::known; });
  }

  // [known columns] The entries [first, first + horizon) of what is known ahead.
  using Ahead = std::vector<std::vector<double>>;
  Ahead ahead_of(const std::vector<CovariateValues>& given, size_t first) const {
    Ahead ahead;
    const auto H = static_cast<size_t>(forecaster.horizon());
    for (const CovariateInfo& info : columns) {
      if (info.use != Use::known) continue;
      const CovariateValues& values = find(given, info, first + H);
      std::vector<double>& to = ahead.emplace_back();
      for (size_t h = 0; h < H; ++h) to.push_back(core_number(info, number_at(info, values, first + h)));
    }
    return ahead;
  }

  core::Series as_task_has_it(const SeriesReader& from, const Ahead& ahead) const {
    core::Series series;
    series.id = from.s.name();
    series.first = from.first_held();
    series.y = from.column(0);
    if (needs_ahead()) series.future = forecaster.horizon();
    size_t fixed = 0, beside = 1, known = 0;
    for (const CovariateInfo& info : columns) {
      std::vector<double> values = info.use == Use::fixed ? std::vector{from.fixed(fixed++)} : from.column(beside++);
      for (double& v : values) v = core_number(info, v);
      if (info.use == Use::known) values.insert(values.end(), ahead[known].begin(), ahead[known].end()), ++known;
      series.covariates.push_back(std::move(values));
    }
    return series;
  }

  void require_own(const SeriesReader& series, const Series& fresh) const {
    require_same_model(series.model(), Access::file(model).fingerprint);
    if (!series.fits(fresh))
      throw Error(Exit::model, "state/model", "the series was begun for another model", "Forecaster::start() begins one");
    if (!series.has_value())
      refuse_column("data/series",
                    (series.s.name().empty() ? "the series" : "'" + series.s.name() + "'") +
                        std::string(" has no value to go on from"),
                    "give its past, too");
    if (series.dated() && !has_calendar(front.grid, series.first_held() + series.held()))
      refuse_column("data/date", "the calendar does not reach the end of the series", "an earlier first date");
  }

  // Where a series begins on the steps of the model.
  int64_t position_of(const std::string& name, const std::string& first) const {
    const std::string series = name.empty() ? "the series" : "'" + name + "'";
    std::string cycles;
    for (const std::string& c : calendar) cycles += (cycles.empty() ? "" : ", ") + c;
    if (first.empty())
      refuse_column("data/date", "the model reads the calendar (" + cycles + "), but " + series + " has no first date",
                    "set SeriesHistory::first to the date of its first value, such as " + grid.text(0));
    const std::optional<Stamp> stamp = stamp_on(grid, first);
    if (!stamp)
      refuse_column("data/date", "the first date of " + series + ", '" + first + "', is no date",
                    "write it as 2024-03-01, 2024-03-01 13:00 or 2024-03-01T13:00:00Z");
    const std::optional<int64_t> position = grid.position(*stamp);
    if (!position || !has_calendar(front.grid, *position))
      refuse_column("data/date",
                    "the first date of " + series + ", " + first + ", is none of the model's steps, which are " + frequency,
                    "they are those of " + grid.text(0) + ": give the date of such a step");
    return *position;
  }

  // At most kWindowsAtOnce.
  void run(std::span<const Series> series, std::span<const Ahead> ahead, const OrderedLevels& levels,
           std::vector<Forecast>& out) const {
    std::vector<core::Series> all;
    std::vector<SeriesPlace> places;
    std::vector<Window> windows;
    for (size_t i = 0; i < series.size(); ++i) {
      const SeriesReader from{series[i]};
      all.push_back(as_task_has_it(from, ahead[i]));
      const auto found = numbers.find(series[i].name());
      places.push_back({found == numbers.end() ? -1 : found->second, scale_of(front, from.sums())});
      windows.push_back({static_cast<int32_t>(i), from.held()});
    }
    const SeriesBank bank(front, grid, all, places);
    for (core::Forecast& f : forecaster.forecast(bank, windows, levels.ascending)) {
      Forecast& to = out.emplace_back();
      to.point = std::move(f.point);
      for (size_t h = 0; h < to.point.size(); ++h)
        for (const size_t place : levels.place) to.quantiles.push_back(f.quantile[h * levels.ascending.size() + place]);
    }
  }

  Model model;  // keeps the weights alive
  Threads threads;
  ForecastFront front;
  core::Forecaster forecaster;
  std::vector<CovariateInfo> columns;
  int context;
  Grid grid;  // with its zone where the calendar is read
  std::string frequency;
  std::vector<std::string> calendar;
  std::vector<std::string> names;
  std::unordered_map<std::string, int> numbers;  // by name
};

Forecaster::Forecaster(const Model& model, const Threads& threads) : core_(std::make_unique<Core>(model, threads)) {}
Forecaster::~Forecaster() = default;
Forecaster::Forecaster(Forecaster&& other) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&& other) noexcept = default;

int Forecaster::horizon() const noexcept { return core_->forecaster.horizon(); }
int Forecaster::context() const noexcept { return core_->context; }
int Forecaster::season() const noexcept { return core_->front.season; }
const std::string& Forecaster::frequency() const noexcept { return core_->frequency; }
const std::vector<CovariateInfo>& Forecaster::covariates() const noexcept { return core_->columns; }
const std::vector<std::string>& Forecaster::calendar() const noexcept { return core_->calendar; }
const std::vector<std::string>& Forecaster::names() const noexcept { return core_->names; }
bool Forecaster::knows(std::string_view name) const noexcept {
  return std::find(core_->names.begin(), core_->names.end(), name) != core_->names.end();
}

Series Forecaster::start(const std::string& name, const std::vector<CovariateValues>& fixed,
                         const std::string& first) const {
  const Core& c = *core_;
  c.check_names(fixed);
  Series series;
  series.name_ = name;
  const Fingerprint& own = Access::file(c.model).fingerprint;
  series.model_[0] = own.config, series.model_[1] = own.tokenizer, series.model_[2] = own.weights;
  series.context_ = c.context;
  series.logarithm_ = c.front.transform == Transform::log, series.offset_ = c.front.offset;
  series.dated_ = !c.calendar.empty();
  if (series.dated_) series.first_ = c.position_of(name, first);
  for (const CovariateInfo& info : c.columns) {
    if (info.use == Use::fixed) series.fixed_.push_back(Core::number_at(info, c.find(fixed, info, 1), 0));
    series.columns_ += info.use != Use::fixed;
  }
  series.ring_.resize(static_cast<size_t>(series.context_) * series.width());
  return series;
}

Series Forecaster::read(const SeriesHistory& history) const {
  const Core& c = *core_;
  Series series = start(history.name, history.covariates, history.first);
  std::vector<const CovariateInfo*> infos;
  std::vector<const CovariateValues*> beside;
  for (const CovariateInfo& info : c.columns) {
    if (info.use == Use::fixed) continue;
    infos.push_back(&info), beside.push_back(&c.find(history.covariates, info, history.values.size()));
  }
  std::vector<double> row(beside.size());
  for (size_t t = 0; t < history.values.size(); ++t) {
    if (std::isinf(history.values[t]))
      refuse_column("data/number", "value " + std::to_string(t + 1) + " of the series is infinite",
                    "give a number, or NaN where it is missing");
    for (size_t i = 0; i < row.size(); ++i) row[i] = Core::number_at(*infos[i], *beside[i], t);
    series.push(history.values[t], row);
  }
  return series;
}

std::vector<Forecast> Forecaster::forecast(std::span<const SeriesHistory> histories,
                                           const std::vector<double>& levels) const {
  const OrderedLevels order = ordered(levels);
  std::vector<Forecast> out;
  for (size_t begin = 0; begin < histories.size(); begin += core::Forecaster::kWindowsAtOnce) {
    std::vector<Series> series;
    std::vector<Core::Ahead> ahead;
    for (const SeriesHistory& h :
         histories.subspan(begin, std::min<size_t>(histories.size() - begin, core::Forecaster::kWindowsAtOnce))) {
      series.push_back(read(h));
      core_->require_own({series.back()}, series.back());
      ahead.push_back(core_->ahead_of(h.covariates, h.values.size()));
    }
    core_->run(series, ahead, order, out);
  }
  return out;
}

Forecast Forecaster::forecast(const SeriesHistory& history, const std::vector<double>& levels) const {
  return std::move(forecast(std::span(&history, 1), levels)[0]);
}

std::vector<Forecast> Forecaster::forecast(std::span<const Series> series, const std::vector<double>& levels,
                                           std::span<const std::vector<CovariateValues>> ahead) const {
  const OrderedLevels order = ordered(levels);
  const Core& c = *core_;
  Series fresh;  // as wide as those of this model
  fresh.context_ = c.context, fresh.dated_ = !c.calendar.empty();
  for (const CovariateInfo& info : c.columns)
    info.use == Use::fixed ? fresh.fixed_.resize(fresh.fixed_.size() + 1) : static_cast<void>(++fresh.columns_);
  std::vector<Forecast> out;
  for (size_t begin = 0; begin < series.size(); begin += core::Forecaster::kWindowsAtOnce) {
    const auto some = series.subspan(begin, std::min<size_t>(series.size() - begin, core::Forecaster::kWindowsAtOnce));
    std::vector<Core::Ahead> own;
    for (size_t i = 0; i < some.size(); ++i) {
      c.require_own({some[i]}, fresh);
      const std::vector<CovariateValues> none;
      const std::vector<CovariateValues>& given = begin + i < ahead.size() ? ahead[begin + i] : none;
      c.check_names(given);
      own.push_back(c.ahead_of(given, 0));
    }
    c.run(some, own, order, out);
  }
  return out;
}

Forecast Forecaster::forecast(const Series& series, const std::vector<double>& levels,
                              const std::vector<CovariateValues>& ahead) const {
  return std::move(forecast(std::span(&series, 1), levels, std::span(&ahead, 1))[0]);
}

}  // namespace v1
}  // namespace rnn
