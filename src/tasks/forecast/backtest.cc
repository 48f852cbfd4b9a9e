// Why: see backtest.h.
#include "tasks/forecast/backtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/cancel.h"
#include "base/error.h"
#include "base/numbers.h"
#include "metrics/figures.h"
#include "series/observed.h"
#include "tasks/forecast/stream/forecast_ensemble.h"

namespace rnn::core {
namespace {

constexpr int64_t kMostSlow = 1000;  // windows for methods that search for their parameters
constexpr size_t kAtOnce = 1024;     // windows

std::vector<const ForecastMethod*> methods_of(const BacktestOptions& options, const ForecastFront& front, int64_t windows,
                                              std::string* left_out) {
  std::vector<const ForecastMethod*> methods;
  const auto add = [&](std::string_view name) {
    if (const ForecastMethod* m = find_forecast_method(name)) return methods.push_back(m);
    std::string names;
    for (const ForecastMethod& m : forecast_methods()) names += (names.empty() ? "" : ", ") + std::string(m.name);
    throw Error(Exit::usage, "usage/method", fmt::format("there is no forecast method '{}'", name), "one of " + names);
  };
  if (!options.rows) return methods;
  if (!options.methods.empty()) {
    for (const std::string& name : options.methods) add(name);
    return methods;
  }
  add("naive");
  if (front.season > 1) add("seasonal-naive");
  add("drift");
  if (front.counts || (front.whole && front.least)) add("window-mean");
  if (windows > kMostSlow) {
    *left_out = fmt::format("Theta and Holt-Winters, which take long for {} windows (--methods theta,holt-winters)",
                            grouped(windows));
    return methods;
  }
  add("theta");
  if (front.season > 1) add("holt-winters");
  return methods;
}

std::vector<double> targets_of(const Series& series, const Window& window, int horizon) {
  std::vector<double> targets;
  for (int64_t t = window.origin; t < window.origin + horizon; ++t)
    targets.push_back(t < std::ssize(series.y) ? series.y[static_cast<size_t>(t)] : kMissing);
  return targets;
}

}  // namespace

std::vector<double> quantile_levels(std::span<const double> bands) {
  std::vector<double> levels = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  for (const double band : bands) {
    for (const double level : {(1 - band) / 2, (1 + band) / 2}) {
      const auto near = [&](double other) { return std::abs(other - level) < 1e-9; };
      if (std::none_of(levels.begin(), levels.end(), near)) levels.push_back(level);
    }
  }
  std::sort(levels.begin(), levels.end());
  return levels;
}

ResultRow BacktestRow::row() const {
  ResultRow found(name);
  found.set(figure::kMase, scores.mase).set(figure::kRmsse, scores.rmsse).set(figure::kSmape, scores.smape);
  found.set(figure::kMae, scores.mae).set(figure::kRmse, scores.rmse).set(figure::kWql, scores.wql);
  for (const BandScore& band : scores.bands) {
    if (std::abs(band.level - 0.9) > 1e-9) continue;
    found.set(figure::kCoverage, band.coverage).set(figure::kMsis, band.msis);
  }
  return found.set(figure::kScaledSquares, scaled_squares).set(figure::kBias, scores.bias);
}

// One row that is being added up.
struct BacktestSums::Adder {
  std::string name;
  ScoreSums sums;
  double squares = 0, count = 0;  // scaled
};

BacktestSums::BacktestSums(BacktestPlan plan, const BacktestOptions& options, Each each)
    : plan_(std::move(plan)), levels_(quantile_levels(options.bands)), each_(std::move(each)) {
  const ForecastFront& front = plan_.front;
  methods_ = methods_of(options, front, plan_.windows, &left_out_);
  linear_ = options.rows && front.linear.present() && front.share > 0;
  const auto add = [&](std::string name, bool bands) {
    adders_.push_back(
        {std::move(name), bands ? ScoreSums({plan_.horizon, levels_, options.bands}) : ScoreSums({plan_.horizon, {}, {}})});
  };
  add("this model", true);
  for (const std::string& name : plan_.others) add(name, true);
  if (!plan_.others.empty()) add("together", true);
  if (linear_) add("its linear part", false);
  for (const ForecastMethod* m : methods_) add(std::string(m->title), false);
}

BacktestSums::~BacktestSums() = default;

void BacktestSums::add(std::span<const BacktestMember> members, std::span<const Window> windows) {
  for (size_t begin = 0; begin < windows.size(); begin += kAtOnce) {
    check_cancelled(nullptr);
    const auto some = windows.subspan(begin, std::min(kAtOnce, windows.size() - begin));
    std::vector<std::vector<ForecastParts>> parts;  // [members][windows]
    for (const BacktestMember& member : members) parts.push_back(member.forecaster.parts(member.bank, some));
    for (size_t i = 0; i < some.size(); ++i) {
      std::vector<ForecastParts> own;
      for (auto& of : parts) own.push_back(std::move(of[i]));
      add_window(members, own, some[i]);
    }
  }
}

void BacktestSums::add_window(std::span<const BacktestMember> members, std::span<const ForecastParts> parts,
                              const Window& window) {
  const auto s = static_cast<size_t>(window.series);
  const Series& series = plan_.set.series[s];
  const SeriesScale& divisors = plan_.bank.scale(s);
  const std::vector<double> targets = targets_of(series, window, plan_.horizon);
  size_t at = 0;
  const auto add = [&](std::span<const double> point, std::span<const double> quantile) {
    Adder& adder = adders_[at++];
    adder.sums.add({window.series, {divisors.absolute, divisors.squared}, targets, point, quantile});
    for (size_t h = 0; h < targets.size(); ++h) {
      const double error = (targets[h] - point[h]) / divisors.scale;
      if (observed(targets[h])) adder.squares += error * error, ++adder.count;
      if (each_) {
        each_({window, static_cast<int>(h), adder.name, targets[h], point[h],
               quantile.empty() ? quantile : quantile.subspan(h * levels_.size(), levels_.size())});
      }
    }
  };
  std::vector<Forecast> forecasts;
  for (size_t m = 0; m < members.size(); ++m)
    forecasts.push_back(members[m].forecaster.finish(parts[m], members[m].bank.scale(s), levels_));
  if (forecasts.size() > 1) forecasts.push_back(mean_forecast(forecasts, plan_.weights));
  for (const Forecast& f : forecasts) add(f.point, f.quantile);
  if (linear_) {
    const SeriesScale& scale = members[0].bank.scale(s);
    std::vector<double> point;
    for (const double z : parts[0].base) point.push_back(members[0].front.backward(scale.centre + scale.scale * z));
    add(point, {});
  }
  const std::span<const double> history = std::span(series.y).first(static_cast<size_t>(window.origin));
  for (const ForecastMethod* m : methods_) add(m->forecast(history, plan_.horizon, plan_.front.season), {});
}

Backtest BacktestSums::result() const {
  Backtest found;
  found.windows = plan_.windows, found.left_out = left_out_;
  const ForecastFront& front = plan_.front;
  found.counts = front.counts || (front.whole && front.least);
  for (const Adder& adder : adders_) {
    BacktestRow& row = found.rows.emplace_back();
    row.name = adder.name, row.scores = adder.sums.pooled(), row.steps = adder.sums.per_step();
    if (adder.count > 0 && front.transform == Transform::none && !front.counts)
      row.scaled_squares = adder.squares / adder.count;
    for (size_t s = 0; s < plan_.set.series.size(); ++s) row.series.push_back(adder.sums.of_series(static_cast<int64_t>(s)));
  }
  return found;
}

Backtest backtest(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank, const SeriesSet& set,
                  std::span<const Window> windows, const BacktestOptions& options, const BacktestSums::Each& each) {
  BacktestSums sums({set, front, bank, forecaster.horizon(), std::ssize(windows), {}, {1.0}}, options, each);
  const BacktestMember member{forecaster, front, bank};
  sums.add({&member, 1}, windows);
  return sums.result();
}

std::string winner_text(const Backtest& b) {
  if (b.rows.size() < 2) return {};
  // A forecast of zero has the least absolute error of counts that are mostly zero, and is of no use.
  const auto by = [&](const BacktestRow& row) {
    return b.counts && b.rows[0].scores.rmsse ? row.scores.rmsse : b.rows[0].scores.mase ? row.scores.mase : row.scores.mae;
  };
  const BacktestRow* best = &b.rows[0];
  for (const BacktestRow& row : b.rows)
    if (by(row) && by(*best) && *by(row) < *by(*best)) best = &row;
  if (best == &b.rows[0]) return {};
  return fmt::format("'{}' is better: {} {} against {} of this model", best->name,
                     b.counts && b.rows[0].scores.rmsse ? "RMSSE"
                     : b.rows[0].scores.mase            ? "MASE"
                                                        : "MAE",
                     short_number(*by(*best)), short_number(*by(b.rows[0])));
}

}  // namespace rnn::core
