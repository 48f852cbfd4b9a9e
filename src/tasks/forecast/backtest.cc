// Why: see backtest.h.
#include "tasks/forecast/backtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/cancel.h"
#include "base/error.h"
#include "base/numbers.h"
#include "metrics/figures.h"
#include "series/methods.h"
#include "series/observed.h"

namespace rnn::core {
namespace {

constexpr int64_t kMostSlow = 1000;  // windows for methods that search for their parameters
constexpr size_t kAtOnce = 1024;     // windows

// One row that is being added up.
struct Adder {
  std::string name;
  ScoreSums sums;
  double squares = 0, count = 0;  // scaled
};

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

Backtest backtest(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank, const SeriesSet& set,
                  std::span<const Window> windows, const BacktestOptions& options,
                  const std::function<void(const BacktestValue&)>& each) {
  Backtest found;
  found.windows = std::ssize(windows);
  found.counts = front.counts || (front.whole && front.least);
  const int H = forecaster.horizon();
  const std::vector<double> levels = quantile_levels(options.bands);
  const std::vector<const ForecastMethod*> methods = methods_of(options, front, found.windows, &found.left_out);
  std::vector<Adder> adders;
  adders.push_back({"this model", ScoreSums({H, levels, options.bands})});
  const bool parts_alone = options.rows && front.linear.present() && front.share > 0;
  if (parts_alone) adders.push_back({"its linear part", ScoreSums({H, {}, {}})});
  for (const ForecastMethod* m : methods) adders.push_back({std::string(m->title), ScoreSums({H, {}, {}})});
  for (size_t begin = 0; begin < windows.size(); begin += kAtOnce) {
    check_cancelled(nullptr);
    const auto some = windows.subspan(begin, std::min(kAtOnce, windows.size() - begin));
    const std::vector<ForecastParts> parts = forecaster.parts(bank, some);
    for (size_t i = 0; i < some.size(); ++i) {
      const Window& window = some[i];
      const auto s = static_cast<size_t>(window.series);
      const Series& series = set.series[s];
      const SeriesScale& scale = bank.scale(s);
      const std::vector<double> targets = targets_of(series, window, H);
      const std::span<const double> history = std::span(series.y).first(static_cast<size_t>(window.origin));
      size_t at = 0;
      const auto add = [&](std::span<const double> point, std::span<const double> quantile) {
        Adder& adder = adders[at++];
        adder.sums.add({window.series, {scale.absolute, scale.squared}, targets, point, quantile});
        for (size_t h = 0; h < targets.size(); ++h) {
          const double error = (targets[h] - point[h]) / scale.scale;
          if (observed(targets[h])) adder.squares += error * error, ++adder.count;
        }
        for (int h = 0; h < H && each; ++h) {
          const auto step = static_cast<size_t>(h);
          each({window, h, adder.name, targets[step], point[step],
                quantile.empty() ? quantile : quantile.subspan(step * levels.size(), levels.size())});
        }
      };
      const Forecast whole = forecaster.finish(parts[i], scale, levels);
      add(whole.point, whole.quantile);
      if (parts_alone) {
        std::vector<double> point;
        for (const double z : parts[i].base) point.push_back(front.backward(scale.centre + scale.scale * z));
        add(point, {});
      }
      for (const ForecastMethod* m : methods) add(m->forecast(history, H, front.season), {});
    }
  }
  for (const Adder& adder : adders) {
    BacktestRow& row = found.rows.emplace_back();
    row.name = adder.name, row.scores = adder.sums.pooled(), row.steps = adder.sums.per_step();
    if (adder.count > 0 && front.transform == Transform::none && !front.counts)
      row.scaled_squares = adder.squares / adder.count;
    for (size_t s = 0; s < set.series.size(); ++s) row.series.push_back(adder.sums.of_series(static_cast<int64_t>(s)));
  }
  return found;
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
