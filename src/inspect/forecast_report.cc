// Why: see forecast_report.h.
#include "inspect/forecast_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "inspect/explain_model.h"
#include "series/methods.h"
#include "series/observed.h"
#include "tasks/forecast/backtest.h"
#include "tasks/forecast/windows.h"

namespace rnn::core {
namespace {

constexpr std::string_view kSimpleRules[] = {"seasonal-naive", "naive"};  // the first that was run
constexpr std::string_view kThisModel = "this model";                     // the first row of a backtest
constexpr double kHalf = 0.5;                                             // level of the inner band
constexpr int64_t kMostShown = 400;                                       // values of a series' history
constexpr int64_t kDrawnPoints = 24000;                                   // of all charts together

double six_digits(double value) {
  return std::isfinite(value) ? parse_number<double>(fmt::format("{:.6g}", value)).value_or(value) : kMissing;
}

std::optional<double> error_of(const ForecastScores& scores, bool scaled) { return scaled ? scores.mase : scores.mae; }
std::optional<double> quotient(std::optional<double> a, std::optional<double> b) {
  return a && b && *b > 0 ? std::optional<double>(*a / *b) : std::nullopt;
}
std::optional<double> coverage_of(const ForecastScores& scores, double level) {
  for (const BandScore& band : scores.bands)
    if (std::abs(band.level - level) < 1e-9) return band.coverage;
  return {};
}

size_t nearest_level(const std::vector<double>& levels, double wanted) {
  const auto nearer = [&](double a, double b) { return std::abs(a - wanted) < std::abs(b - wanted); };
  return static_cast<size_t>(std::min_element(levels.begin(), levels.end(), nearer) - levels.begin());
}

int64_t shown_steps(const Series& series, int horizon, int season) {
  const int64_t wanted =
      std::clamp<int64_t>(std::max<int64_t>({4 * int64_t{horizon}, 2 * int64_t{season}, 60}), 1, kMostShown);
  return std::min<int64_t>(std::ssize(series.y), wanted);
}

// The series that are drawn: those asked for, or the largest ones by the mean size of their latest values, in the order of the set.
std::vector<size_t> series_to_draw(const SeriesSet& set, const ReportOptions& options, int horizon, int season) {
  int64_t longest = 1;
  for (const Series& s : set.series) longest = std::max(longest, shown_steps(s, horizon, season));
  const int64_t most =
      std::clamp<int64_t>(kDrawnPoints / (10 * longest + 12 * horizon), 1, static_cast<int64_t>(kMostDrawn));
  std::vector<size_t> order;
  for (const std::string& id : options.show) {
    const auto at = std::find_if(set.series.begin(), set.series.end(), [&](const Series& s) { return s.id == id; });
    if (at == set.series.end())
      throw Error(Exit::usage, "usage/series", fmt::format("there is no series '{}' in the data", id),
                  set.series.size() > 1 ? fmt::format("one of them is '{}'", set.series[0].id) : "");
    order.push_back(static_cast<size_t>(at - set.series.begin()));
  }
  if (order.empty()) {
    std::vector<double> size;
    for (const Series& s : set.series) {
      double sum = 0, count = 0;
      for (int64_t t = std::ssize(s.y) - shown_steps(s, horizon, season); t < std::ssize(s.y); ++t)
        if (const double y = s.y[static_cast<size_t>(t)]; observed(y)) sum += std::abs(y), ++count;
      size.push_back(count > 0 ? sum / count : 0);
    }
    order.resize(set.series.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return size[a] > size[b]; });
    order.resize(std::min(order.size(), static_cast<size_t>(most)));
    std::sort(order.begin(), order.end());
  }
  order.resize(std::min(order.size(), static_cast<size_t>(most)));
  return order;
}

DrawnSeries drawn_history(const SeriesSet& set, size_t s, int horizon, int season) {
  const Series& series = set.series[s];
  DrawnSeries drawn;
  drawn.id = series.id;
  const int64_t length = std::ssize(series.y), from = length - shown_steps(series, horizon, season);
  for (int64_t t = from; t < length + horizon; ++t) {
    drawn.stamps.push_back(set.grid.text(series.first + t));
    if (t < length) drawn.history.push_back(six_digits(series.y[static_cast<size_t>(t)]));
  }
  return drawn;
}

// What comes next, of the series that are drawn. Where what is known ahead is missing there is none, and the report says why.
void add_future(ReadyForecaster& ready, const SeriesSet& set, const SeriesBank& bank, const std::vector<size_t>& which,
                ForecastReport& report) {
  std::vector<double> levels = {(1 - kHalf) / 2, (1 + kHalf) / 2, (1 - report.level) / 2, (1 + report.level) / 2};
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  std::vector<Window> windows;
  try {
    const std::vector<Window> all = ready.next_windows(set, bank);
    for (const size_t s : which) windows.push_back(all[s]);
  } catch (const Error& e) {
    if (e.code() != "data/known") throw;
    report.not_ahead = e.what();
    return;
  }
  int64_t first = std::numeric_limits<int64_t>::max(), last = std::numeric_limits<int64_t>::min();
  for (const Series& s : set.series) first = std::min(first, s.end()), last = std::max(last, s.end() + report.horizon - 1);
  report.next_first = set.grid.text(first), report.next_last = set.grid.text(last);
  const std::vector<Forecast> found = ready.forecaster().forecast(bank, windows, levels);
  const ForecastMethod* simple =
      report.simple ? find_forecast_method(kSimpleRules[ready.front().season > 1 ? 0 : 1]) : nullptr;
  for (size_t i = 0; i < which.size(); ++i) {
    DrawnSeries& drawn = report.drawn[i];
    for (const double v : found[i].point) drawn.point.push_back(six_digits(v));
    if (simple)
      for (const double v : simple->forecast(set.series[which[i]].y, report.horizon, ready.front().season))
        drawn.simple.push_back(six_digits(v));
    for (const double level : {kHalf, report.level}) {
      if (level == kHalf && report.level == kHalf && !drawn.bands.empty()) continue;
      ReportBand band{level, {}, {}};
      const size_t low = nearest_level(levels, (1 - level) / 2), high = nearest_level(levels, (1 + level) / 2);
      for (size_t h = 0; h < found[i].point.size() && !found[i].quantile.empty(); ++h) {
        band.low.push_back(six_digits(found[i].quantile[h * levels.size() + low]));
        band.high.push_back(six_digits(found[i].quantile[h * levels.size() + high]));
      }
      drawn.bands.push_back(std::move(band));
    }
  }
}

// A round number: 1, 2 or 5 times a power of ten.
double round_width(double rough) {
  if (!(rough > 0) || !std::isfinite(rough)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double head : {1.0, 2.0, 5.0})
    if (head * power >= rough * 0.999) return head * power;
  return 10 * power;
}

Residuals residuals_of(std::vector<double> errors, bool scaled) {
  Residuals found;
  found.scaled = scaled, found.count = std::ssize(errors);
  if (errors.empty()) return found;
  constexpr int kBins = 5;  // on each side of 0
  std::vector<double> sizes;
  for (const double e : errors) sizes.push_back(std::abs(e));
  const auto at = sizes.begin() + static_cast<int64_t>(0.97 * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), at, sizes.end());
  const double width = round_width(*at / kBins);
  for (int i = -kBins; i <= kBins; ++i) found.edges.push_back(six_digits(i * width));
  found.shares.assign(found.edges.size() + 1, 0);
  const double one = 1 / static_cast<double>(errors.size());
  for (const double e : errors) {
    found.shares[static_cast<size_t>(std::upper_bound(found.edges.begin(), found.edges.end(), e) - found.edges.begin())] +=
        one;
    if (e > 0) found.too_high += one;
    if (e < 0) found.too_low += one;
  }
  return found;
}

// What is taken down while windows are forecast.
struct Notebook {
  std::map<std::string, std::vector<double>, std::less<>> window_errors;  // row: mean absolute error of each window
  std::vector<double> residuals;                                          // of this model
};

void compare_windows(const Notebook& notes, ForecastReport& report) {
  if (!report.simple) return;
  const std::vector<double>&mine = notes.window_errors.find(report.rows[0].name)->second,
        &other = notes.window_errors.find(report.rows[*report.simple].name)->second;
  for (size_t w = 0; w < mine.size(); ++w) {
    if (std::isnan(mine[w]) || std::isnan(other[w])) continue;
    ++report.compared_windows, report.won_windows += mine[w] < other[w];
  }
}

void judge_rows(const Backtest& found, ForecastReport& report) {
  report.scaled = found.rows[0].scores.mase.has_value();
  for (const BacktestRow& row : found.rows) {
    ReportRow& to = report.rows.emplace_back(ReportRow{row.name, row.scores, {}});
    for (const ForecastScores& step : row.steps) to.by_step.push_back(error_of(step, report.scaled));
  }
  const auto error = [&](size_t r) { return error_of(report.rows[r].scores, report.scaled); };
  const auto better = [&](size_t r, std::optional<size_t> than) {
    return error(r) && (!than || !error(*than) || *error(r) < *error(*than));
  };
  for (size_t r = 1; r < report.rows.size(); ++r) {
    if (better(r, report.best)) report.best = r;
    if (better(r, report.runner_up)) report.runner_up = r;
  }
  for (const std::string_view rule : kSimpleRules) {
    for (size_t r = 1; r < report.rows.size() && !report.simple; ++r)
      if (report.rows[r].name == find_forecast_method(rule)->title) report.simple = r;
  }
  if (report.simple) report.ratio = quotient(error(0), error(*report.simple));
  report.best_ratio = quotient(error(report.best), error(0));
  for (const ForecastScores& step : found.rows[0].steps) report.coverage_by_step.push_back(coverage_of(step, report.level));
  const std::vector<std::optional<double>>& steps = report.rows[0].by_step;
  for (size_t h = 0; h < steps.size(); ++h)
    if (steps[h] && (!report.worst_step || *steps[h] > *steps[*report.worst_step])) report.worst_step = h;
}

void judge_series(const Backtest& found, const SeriesSet& set, ForecastReport& report) {
  for (size_t s = 0; s < set.series.size(); ++s) {
    const ForecastScores& mine = found.rows[0].series[s];
    if (mine.targets == 0) continue;
    SeriesFigures f;
    f.id = set.series[s].id, f.last = set.grid.text(set.series[s].end() - 1);
    f.values = std::count_if(set.series[s].y.begin(), set.series[s].y.end(), observed);
    f.error = error_of(mine, report.scaled);
    if (report.simple) f.simple_error = error_of(found.rows[*report.simple].series[s], report.scaled);
    f.ratio = quotient(f.error, f.simple_error);
    f.mae = mine.mae, f.coverage = coverage_of(mine, report.level), f.relative_bias = mine.relative_bias;
    std::optional<double> least;
    for (const BacktestRow& row : found.rows) {
      const std::optional<double> error = error_of(row.series[s], report.scaled);
      if (error && (!least || *error < *least)) least = error, f.best = row.name;
    }
    report.measured_series += f.error.has_value();
    report.beaten_series += f.error && f.simple_error && *f.simple_error < *f.error;
    report.series.push_back(std::move(f));
  }
  std::stable_sort(report.series.begin(), report.series.end(), [](const SeriesFigures& a, const SeriesFigures& b) {
    return a.error.value_or(-1) > b.error.value_or(-1);
  });
  if (report.series.size() > kMostListed) report.series.resize(kMostListed);
}

void describe(const ReadyForecaster& ready, const SeriesSet& set, ForecastReport& report) {
  const ModelFile& file = ready.file();
  const ModelConfig& config = file.model->config();
  report.name = model_name(file.path), report.path = file.path, report.task = config.task;
  report.cell = std::string(cell_name(config.rnn.cell, config.rnn.flags));
  report.network = std::string(kForecastNetworkNames[static_cast<size_t>(config.forecast.network)]);
  report.parameters = file.model->params().size();
  report.share = ready.front().linear.present() ? ready.front().share : 1;
  const LinearPart& linear = ready.front().linear;
  if (linear.present()) report.linear_kind = kRidgeKindNames[static_cast<size_t>(linear.models[0].kind())];
  report.linear_waves = !linear.waves.empty();
  report.files = set.files, report.frequency = set.grid.name(), report.step = set.grid.step_word();
  report.first = set.first_text(), report.last = set.last_text();
  report.series_count = std::ssize(set.series), report.values = set.counts.values;
  report.missing = set.counts.gaps + set.counts.missing;
  report.season = ready.front().season;
  int64_t known = std::numeric_limits<int64_t>::min();  // the last of the user's steps that the model has learnt from
  for (const Series& s : set.series) {
    int64_t t = s.end() - 1;
    while (t >= s.first && set.grid.stamp(t).utc > ready.front().until) --t;
    if (t >= s.first) known = std::max(known, t);
  }
  if (known != std::numeric_limits<int64_t>::min()) report.learnt_until = set.grid.text(known);
}

}  // namespace

ForecastReport forecast_report(ReadyForecaster& ready, const SeriesSet& set, const ReportOptions& options) {
  ForecastReport report;
  report.level = options.level, report.horizon = ready.forecaster().horizon();
  describe(ready, set, report);
  const int horizon = report.horizon;
  const MeasuredWindows measured = windows_to_measure(ready.front(), set, horizon, {options.windows, 0, 0});
  report.windows = std::ssize(measured.windows);
  report.learnt_windows = windows_learnt_from(ready.front(), set, measured.windows);

  const std::vector<size_t> which = series_to_draw(set, options, horizon, report.season);
  std::map<size_t, size_t> place;  // of a series among those that are drawn
  for (const size_t s : which) {
    place[s] = report.drawn.size();
    report.drawn.push_back(drawn_history(set, s, horizon, report.season));
  }
  BacktestOptions how;
  how.methods = options.methods, how.bands = {kHalf, options.level};
  std::sort(how.bands.begin(), how.bands.end());
  how.bands.erase(std::unique(how.bands.begin(), how.bands.end()), how.bands.end());
  const std::vector<double> levels = quantile_levels(how.bands);
  const size_t low = nearest_level(levels, (1 - options.level) / 2), high = nearest_level(levels, (1 + options.level) / 2);
  Notebook notes;
  double sum = 0, count = 0;
  const bool scaled = set.series.size() > 1;
  const auto each = [&](const BacktestValue& v) {
    const auto w = static_cast<size_t>(&v.window - measured.windows.data());
    const auto s = static_cast<size_t>(v.window.series);
    if (v.step == 0) sum = count = 0;
    if (observed(v.target)) sum += std::abs(v.target - v.point), ++count;
    if (v.step + 1 == horizon) {
      std::vector<double>& errors = notes.window_errors[std::string(v.model)];
      errors.resize(measured.windows.size(), kMissing);
      errors[w] = count > 0 ? sum / count : kMissing;
    }
    if (v.model != kThisModel) return;
    const double scale = scaled ? measured.bank->scale(s).absolute : 1;
    if (observed(v.target) && scale > 0) notes.residuals.push_back((v.point - v.target) / scale);
    const auto at = place.find(s);
    if (at == place.end()) return;
    DrawnSeries& drawn = report.drawn[at->second];
    const int64_t first = v.window.origin - (std::ssize(set.series[s].y) - std::ssize(drawn.history));
    if (first < 0) return;
    if (v.step == 0)
      drawn.past.push_back({set.grid.text(set.series[s].first + v.window.origin - 1), static_cast<int>(first), {}, {}, {}});
    PastForecast& past = drawn.past.back();
    past.point.push_back(six_digits(v.point));
    if (!v.quantile.empty())
      past.low.push_back(six_digits(v.quantile[low])), past.high.push_back(six_digits(v.quantile[high]));
  };
  const Backtest found = backtest(ready.forecaster(), ready.front(), *measured.bank, set, measured.windows, how, each);
  report.left_out = found.left_out;
  judge_rows(found, report);
  judge_series(found, set, report);
  compare_windows(notes, report);
  report.residuals = residuals_of(std::move(notes.residuals), scaled);
  add_future(ready, set, SeriesBank(ready.front(), set), which, report);
  return report;
}

}  // namespace rnn::core
