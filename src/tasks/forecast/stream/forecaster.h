// Why: a window in, its future out: the linear part, the network on what that leaves, and bands as wide as past errors ask for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "heads/distribution.h"
#include "networks/model.h"
#include "tasks/forecast/stream/bank.h"

namespace rnn::core {

// The future of one window, in the values' own unit.
struct Forecast {
  std::vector<double> point;  // [horizon]: the median; of a head for counts the mean
  std::vector<double>
      quantile;  // [horizon, levels]: of the levels asked for, ascending; a higher one is never below a lower one
};

// Of possible futures.
struct PathOptions {
  int count = 0;
  uint64_t seed = 1;
  std::string_view series;  // its name: a path does not depend on the other series
  bool whole = false;       // counts: every value is rounded
};

// What it is made of, in scaled units before the bands are widened.
struct ForecastParts {
  WindowScale window;          // of the past
  std::vector<double> base;    // [horizon] scaled values that the network adds to: linear_base()
  std::vector<float> network;  // [horizon * P], as the head says it
};

// Runs a model on any number of windows. Const after construction: any thread may ask, a pass has scratch of its own.
class Forecaster {
 public:
  // Both must outlive it; the model is packed.
  Forecaster(const ForecastFront& front, const Model<float>& model, Pool& pool);

  const ForecastOptions& options() const { return model_.config().forecast; }
  int horizon() const { return options().horizon; }
  // levels: of quantiles, ascending, in (0, 1). The result does not depend on the other windows, to the last bit.
  std::vector<Forecast> forecast(const SeriesBank& bank, std::span<const Window> windows,
                                 std::span<const double> levels) const;

  // The same in two halves. steps: an autoregressive network says so many only; 0: all.
  std::vector<ForecastParts> parts(const SeriesBank& bank, std::span<const Window> windows, int steps = 0) const;
  // The quantile at `level` of step h, scaled, with `share` of the network and no calibration.
  double raw_quantile(const ForecastParts& parts, int step, double level, double share) const;
  // The same with the model's share and calibration. A level on one side of the middle never crosses it.
  double scaled_quantile(const ForecastParts& parts, int step, double level) const;
  Forecast finish(const ForecastParts& parts, const SeriesScale& scale, std::span<const double> levels) const;

  // [count][horizon] Possible futures of a window, in the values' own unit, as an autoregressive network samples them: bands are not widened.
  // The first ones of a longer list are those of a shorter one.
  std::vector<std::vector<double>> futures(const SeriesBank& bank, const Window& window, const PathOptions& options) const;

  WindowOptions window_options() const;
  static constexpr int kWindowsAtOnce = 256;

 private:
  // What the network adds to.
  void begin_part(const SeriesBank& bank, const Window& window, const WindowOptions& how, ForecastParts& part) const;
  double margin(double band, int step) const;
  const ForecastFront& front_;
  const Model<float>& model_;
  Pool& pool_;
  Distribution distribution_;
};

// What a forecast is without the network, scaled: the linear part's, or the centre of the window; 0 where a head reads counts.
void linear_base(const ForecastFront& front, const SeriesBank& bank, const Window& window, const WindowOptions& options,
                 std::span<double> out);

// The windows of `bank` whose targets lie in [first[s], last[s]) for each series, every `stride` steps, and at most `most` for a series, the
// latest ones; only those of which a target is observed and whose future covariates are there.
std::vector<Window> windows_between(const SeriesBank& bank, std::span<const int64_t> first, std::span<const int64_t> last,
                                    int horizon, int stride, int64_t most);

}  // namespace rnn::core
