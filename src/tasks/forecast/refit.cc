// Why: see refit.h.
#include "tasks/forecast/refit.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/windows.h"

namespace rnn::core {
namespace {

// How many values of each series lie before a position. A series ends with a value.
std::vector<int64_t> lengths_before(const SeriesSet& set, int64_t position) {
  std::vector<int64_t> lengths;
  for (const Series& s : set.series) {
    int64_t length = std::clamp<int64_t>(position - s.first, 0, std::ssize(s.y));
    while (length > 0 && std::isnan(s.y[static_cast<size_t>(length - 1)])) --length;
    lengths.push_back(length);
  }
  return lengths;
}

}  // namespace

std::vector<WindowsOfOneTime> windows_by_time(const SeriesSet& set, std::span<const Window> windows) {
  std::map<int64_t, std::vector<Window>> by_time;
  for (const Window& w : windows) by_time[set.series[static_cast<size_t>(w.series)].first + w.origin].push_back(w);
  std::vector<WindowsOfOneTime> found;
  for (auto& [position, of] : by_time) found.push_back({position, std::move(of)});
  return found;
}

ForecastFront refit_front(const ForecastFront& front, const SeriesOptions& given, const Model<float>& model, Pool& pool,
                          const SeriesSet& set, int64_t position) {
  SeriesOptions options = given;
  options.test_steps = 0, options.horizon = model.config().forecast.horizon;
  const std::vector<int64_t> lengths = lengths_before(set, position);
  SeriesSplit split;
  try {
    split = split_steps(lengths, set.files.empty() ? "the table" : set.files[0], options);
  } catch (const Error& e) {
    throw Error(e.exit(), e.code(), "before " + set.grid.text(position) + ", " + e.what(),
                "fewer windows, or leave --refit out");
  }
  ForecastFront again = front;
  for (size_t s = 0; s < set.series.size() && front.share == 0; ++s) {
    const int number = front.find(set.series[s].id);
    if (number >= 0) again.scales[static_cast<size_t>(number)] = fit_training_scale(front, set, split, s);
  }
  const SeriesBank bank(again, set, lengths);
  const int H = options.horizon;
  again.linear = refit_linear(front.linear, bank, split.train);
  Forecaster forecaster(again, model, pool);
  again.calibration =
      calibrate(forecaster, again, bank, spread_windows(bank, split.valid, split.calibration, H, kMostWindows),
                spread_windows(bank, split.train, split.valid, H, kMostWindows));
  again.linear = refit_linear(front.linear, bank, split.calibration);
  again.until = set.grid.stamp(position - 1).utc;
  return again;
}

}  // namespace rnn::core
