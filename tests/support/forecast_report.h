// Why: tests of a forecast's page need a report with every part filled, without a model, whose figures are known.
#pragma once

#include <cmath>
#include <string>

#include "inspect/forecast_report.h"

namespace rnn::core::test {

inline std::string synthetic_day(int day) { return "2025-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day); }

inline ForecastScores synthetic_scores(double mase, int64_t targets) {
  ForecastScores s;
  s.mase = mase, s.rmsse = 1.1 * mase, s.mae = 10 * mase, s.rmse = 12 * mase, s.smape = 20 * mase;
  s.bias = -0.5 * mase, s.relative_bias = -0.031, s.pinball = mase, s.wql = 0.05 * mase;
  s.targets = targets, s.windows = 8, s.series = 2;
  return s;
}

inline ReportRow synthetic_row(std::string name, double mase, int horizon) {
  ReportRow row{std::move(name), synthetic_scores(mase, 112), {}};
  for (int h = 0; h < horizon; ++h) row.by_step.push_back(mase * (0.7 + 0.1 * h));
  return row;
}

inline DrawnSeries synthetic_series(const std::string& id, double level, int shown, int horizon) {
  DrawnSeries d;
  d.id = id;
  const auto wave = [&](int t) { return level + 3 * std::sin(0.9 * t) + 0.2 * t; };
  for (int t = 0; t < shown + horizon; ++t) d.stamps.push_back(synthetic_day(t + 1));
  for (int t = 0; t < shown; ++t) d.history.push_back(t == 4 ? std::nan("") : wave(t));
  ReportBand half{0.5, {}, {}}, most{0.9, {}, {}};
  for (int t = shown; t < shown + horizon; ++t) {
    d.point.push_back(wave(t)), d.simple.push_back(wave(t - 7));
    half.low.push_back(wave(t) - 1), half.high.push_back(wave(t) + 1.5);
    most.low.push_back(wave(t) - 2.5), most.high.push_back(wave(t) + 3.25);
  }
  d.bands = {half, most};
  PastForecast past{synthetic_day(shown - horizon), shown - horizon, {}, {}, {}};
  for (int t = shown - horizon; t < shown; ++t)
    past.point.push_back(wave(t) + 0.5), past.low.push_back(wave(t) - 2), past.high.push_back(wave(t) + 2);
  d.past.push_back(past);
  return d;
}

// Two series of days, a horizon of 7; this model has a MASE of 0.62, the seasonal naive forecast 1.
inline ForecastReport synthetic_report(int series = 2) {
  ForecastReport r;
  r.name = "sales-001", r.path = "runs/sales-001/model.safetensors", r.task = "forecast", r.cell = "gru";
  r.parameters = 123456, r.share = 0.5, r.linear_kind = "direct", r.files = {"sales.csv"};
  r.frequency = "daily", r.step = "day", r.first = synthetic_day(1), r.last = synthetic_day(21);
  r.next_first = synthetic_day(22), r.next_last = synthetic_day(28);
  r.series_count = series, r.values = 41, r.missing = 1, r.horizon = 7, r.season = 7;
  r.windows = 16, r.learnt_windows = 6, r.learnt_until = synthetic_day(12);
  const int H = r.horizon;
  r.rows = {synthetic_row("this model", 0.62, H), synthetic_row("its linear part", 0.65, H), synthetic_row("naive", 1.4, H),
            synthetic_row("seasonal naive", 1, H), synthetic_row("Theta", 0.875, H)};
  r.rows[0].scores.bands = {{0.5, 0.5125, 3.5}, {0.9, 0.8875, 4.25}};
  r.rows[0].scores.pinball = 0.4;
  r.best = 0, r.simple = 3, r.runner_up = 1, r.ratio = 0.62, r.best_ratio = 1;
  r.compared_windows = 16, r.won_windows = 13;
  for (int h = 0; h < H; ++h) r.coverage_by_step.push_back(0.95 - 0.02 * h);
  r.worst_step = 6;
  r.residuals = {true, 112, {-2, -1, 0, 1, 2}, {0.05, 0.15, 0.35, 0.3, 0.1, 0.05}, 0.45, 0.55};
  for (int s = 0; s < series; ++s) {
    const std::string id = "store_" + std::to_string(s + 1);
    r.drawn.push_back(synthetic_series(id, 20 + 30 * s, 21, H));
    r.series.push_back({id, synthetic_day(21), 20, 0.8 - 0.1 * s, 1.0, 0.8 - 0.1 * s, 5.5, 0.875, -0.031, "this model"});
  }
  if (series > 1) r.series[0].simple_error = 0.7, r.series[0].ratio = 0.8 / 0.7, r.series[0].best = "seasonal naive";
  r.measured_series = series, r.beaten_series = series > 1 ? 1 : 0;
  return r;
}

}  // namespace rnn::core::test
