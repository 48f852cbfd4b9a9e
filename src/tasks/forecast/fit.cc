// Why: see fit.h: decisions, splits and the linear part.
#include "tasks/forecast/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "series/observed.h"
#include "series/ridge.h"
#include "series/wave_sums.h"

namespace rnn::core {
namespace {

constexpr int kMostContext = 720, kMostSegment = 48;
constexpr int kOwnSeries = 64;     // so many at most get a linear part each
constexpr double kOwnGain = 0.02;  // of the error: what parts of their own must gain, and a regression over the mean
constexpr int kSmallestContext = 4;
constexpr int64_t kFewWindows = 20;              // per weight: below, steps may be iterated
constexpr int64_t kWindowsOfAutoregression = 2;  // per weight at least, for it has no penalty
constexpr double kRidges[] = {0.1, 1, 10, 100, 1e3, 1e4, 1e5};
constexpr int kSeasons[] = {1, 2, 3, 4, 7, 14, 21, 30}, kSteps[] = {4, 8, 16, 32, 64, 128, 256};

int64_t longest(const SeriesSet& set) {
  int64_t steps = 0;
  for (const Series& s : set.series) steps = std::max(steps, std::ssize(s.y));
  return steps;
}

// The largest divisor of the season that a network can read at once.
int segment_of(int season, int horizon) {
  if (season < 2) return std::max(1, std::min(horizon, 8));
  int segment = std::min(season, kMostSegment);
  while (season % segment != 0) --segment;
  return std::min(segment, std::max(horizon, 1));
}

std::vector<int> contexts(const SeriesOptions& o, int64_t train) {
  if (o.context > 0) return {static_cast<int>(std::min<int64_t>(o.context, std::max<int64_t>(train - o.horizon, 1)))};
  std::vector<int> found;
  const auto add = [&](int context) {
    if (context >= kSmallestContext && context <= kMostContext && 3 * int64_t{context} <= train) found.push_back(context);
  };
  if (o.season > 1) {
    for (const int k : kSeasons) add(k * o.season);
  } else {
    for (const int k : kSteps) add(k);
  }
  if (found.empty()) found.push_back(static_cast<int>(std::clamp<int64_t>(train / 3, 1, kMostContext)));
  return found;
}

// A series and its known channels as the regression reads them.
struct Doubles {
  std::vector<double> y;
  std::vector<std::vector<double>> known;
  RidgeSeries of(int covariates) const {
    RidgeSeries series;
    series.values = y;
    for (int k = 0; k < covariates; ++k) series.covariates.push_back(known[static_cast<size_t>(k)]);
    return series;
  }
};

Doubles doubles_of(const WindowSeries& view) {
  Doubles d;
  d.y.assign(view.y.begin(), view.y.end());
  for (const auto& known : view.known) d.known.emplace_back(known.begin(), known.begin() + std::ssize(view.y));
  return d;
}

// What the calendar says of some series, from their steps before end[s]: [waves].
std::vector<float> waves_of_series(const SeriesBank& bank, std::span<const size_t> of, std::span<const int64_t> end,
                                   int waves) {
  WaveSums sums(waves);
  for (const size_t s : of) {
    const WindowSeries& view = bank.views()[s];
    const std::vector<double> y(view.y.begin(), view.y.begin() + std::min(end[s], std::ssize(view.y)));
    sums.add(y, std::span(view.known).last(static_cast<size_t>(waves)));
  }
  return sums.solve();
}

// A series less what the calendar says of it.
Doubles less_waves(const WindowSeries& view, std::span<const float> weights) {
  Doubles series = doubles_of(view);
  for (size_t t = 0; t < series.y.size() && !weights.empty(); ++t)
    series.y[t] -= calendar_level(view, weights, static_cast<int64_t>(t));
  return series;
}

double mean_error(const std::vector<double>& errors) {
  double sum = 0;
  for (const double e : errors) sum += e;
  return errors.empty() ? kMissing : sum / static_cast<double>(errors.size());
}

struct Fitted {
  std::optional<RidgeModel> model;
  double error = std::numeric_limits<double>::infinity();
  int64_t windows = 0;  // of validation
};

// Of one step, read as `horizon` steps.
RidgeModel iterated_ridge(std::span<const Doubles> series, std::span<const int64_t> ends, size_t first, size_t last,
                          int context, int horizon, double penalty) {
  RidgeSums sums({context, 1, 0});
  for (size_t s = first; s < last; ++s) sums.add(series[s].of(0), 0, ends[s]);
  return iterate_ridge(solve_ridge(sums, penalty), horizon);
}

RidgeModel autoregression_of(std::span<const double> y, int context, int horizon) {
  return model_of_autoregression(fit_autoregression(y, context), horizon);
}

// The mean squared error of the windows whose targets all lie in rows [first, end).
double error_of(const RidgeModel& model, std::span<const double> y, int64_t first, int64_t end) {
  const int64_t L = model.shape().context, H = model.shape().horizon;
  std::vector<double> out(static_cast<size_t>(H));
  double sum = 0, count = 0;
  for (int64_t origin = std::max(first, L); origin + H <= end; ++origin) {
    model.predict(y.subspan(static_cast<size_t>(origin - L), static_cast<size_t>(L)), out);
    for (int64_t h = 0; h < H; ++h) {
      const double error = y[static_cast<size_t>(origin + h)] - out[static_cast<size_t>(h)];
      if (std::isfinite(error)) sum += error * error, ++count;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::infinity();
}

// The mean of the last four seasons unless `best` is clearly better: of counts that are mostly zero hardly anything is.
Fitted mean_or(Fitted best, std::span<const Doubles> series, const SeriesSplit& split, size_t first, size_t last,
               int horizon, int season) {
  const int context = 4 * season;  // as the method window-mean
  if (season < 2 || context > kMostContext) return best;
  RidgeModel mean = mean_of_window(context, horizon);
  RidgeSums validation(mean.shape());
  for (size_t s = first; s < last; ++s) validation.add(series[s].of(0), split.train[s], split.valid[s]);
  if (validation.windows() == 0) return best;
  const double error = mean_error(ridge_errors(validation, mean));
  if (best.model && best.error < (1 - kOwnGain) * error) return best;
  return {std::move(mean), error, validation.windows()};
}

// A regression over series [first, last) that takes no last value off.
void try_level(std::span<const Doubles> series, const SeriesSplit& split, size_t first, size_t last, int context,
               int horizon, std::span<const double> penalties, Fitted& best) {
  RidgeSums training({context, horizon, 0, true}), validation(training.shape());
  for (size_t s = first; s < last; ++s) {
    training.add(series[s].of(0), 0, split.train[s]);
    validation.add(series[s].of(0), split.train[s], split.valid[s]);
  }
  if (training.windows() == 0 || validation.windows() == 0) return;
  RidgeChoice choice = choose_ridge(training, validation, penalties);
  const double error = mean_error(ridge_errors(validation, choice.model));
  if (error < best.error) best = {std::move(choice.model), error, validation.windows()};
}

// What best_ridge() may choose from.
struct RidgeSearch {
  std::vector<int> contexts;
  std::vector<double> penalties;
  int horizon, known, season;
  bool level;
};

// One regression over series [first, last) of every context, with and without covariates.
Fitted best_ridge(std::span<const Doubles> series, const SeriesSplit& split, size_t first, size_t last,
                  const RidgeSearch& search) {
  const auto& [lengths, penalties, horizon, known, season, level] = search;
  Fitted best;
  for (const int context : lengths) {
    if (level) try_level(series, split, first, last, context, horizon, penalties, best);
    for (int covariates = 0; covariates <= known; covariates += std::max(known, 1)) {
      const RidgeShape shape{context, horizon, covariates};
      RidgeSums training(shape), validation(shape);
      for (size_t s = first; s < last; ++s) {
        const RidgeSeries one = series[s].of(covariates);
        training.add(one, 0, split.train[s]);
        validation.add(one, split.train[s], split.valid[s]);
      }
      if (training.windows() == 0) continue;
      RidgeChoice choice = choose_ridge(training, validation, penalties);
      const double error = mean_error(ridge_errors(validation, choice.model));
      const bool better = std::isnan(error) ? !best.model : error < best.error;
      if (better) best = {std::move(choice.model), std::isnan(error) ? best.error : error, validation.windows()};
      if (covariates > 0 || horizon == 1 || validation.windows() == 0 || training.windows() >= kFewWindows * context)
        continue;
      for (const double penalty : penalties) {
        RidgeModel model = iterated_ridge(series, split.train, first, last, context, horizon, penalty);
        const double iterated = mean_error(ridge_errors(validation, model));
        if (iterated < best.error) best = {std::move(model), iterated, validation.windows()};
      }
      if (last - first > 1 || training.windows() < kWindowsOfAutoregression * context) continue;
      const std::span<const double> y = series[first].y;
      RidgeModel model = autoregression_of(y.first(static_cast<size_t>(split.train[first])), context, horizon);
      const double autoregressive = error_of(model, y, split.train[first], split.valid[first]);
      if (autoregressive < best.error) best = {std::move(model), autoregressive, validation.windows()};
    }
  }
  return mean_or(std::move(best), series, split, first, last, horizon, season);
}

}  // namespace

void decide_series_options(const SeriesSet& set, SeriesOptions* o) {
  if (o->season == 0) o->season = set.grid.season();
  const int64_t steps = longest(set) - o->test_steps;
  if (o->season > 1 && 2 * int64_t{o->season} > steps) o->season = 1;  // nobody has seen it twice
  if (o->horizon == 0) o->horizon = o->season > 1 ? o->season : static_cast<int>(std::clamp<int64_t>(steps / 10, 1, 12));
  if (o->segment == 0) o->segment = segment_of(o->season, o->horizon);
}

SeriesSplit split_series(const SeriesSet& set, const SeriesOptions& o) {
  std::vector<int64_t> lengths;
  for (const Series& s : set.series) lengths.push_back(std::ssize(s.y));
  return split_steps(lengths, set.files.empty() ? "the table" : set.files[0], o);
}

SeriesSplit split_steps(std::span<const int64_t> lengths, const std::string& file, const SeriesOptions& o) {
  SeriesSplit split;
  const int64_t H = o.horizon;
  for (const int64_t steps : lengths) {
    const int64_t rest = std::max<int64_t>(steps - o.test_steps, 0);
    const int64_t share = std::max(H, rest / 10);
    const int64_t valid = o.valid_steps > 0 ? o.valid_steps : share;
    const int64_t asked = o.calibration_steps > 0 ? o.calibration_steps : share;
    const int64_t calibration = asked < H ? 0 : asked;  // too few for a window: the validation windows serve
    const bool cut = rest - valid - calibration >= H + 2;
    split.whole += !cut;
    split.all.push_back(steps), split.calibration.push_back(rest);
    split.valid.push_back(cut ? rest - calibration : rest);
    split.train.push_back(cut ? rest - calibration - valid : rest);
  }
  if (split.whole < std::ssize(lengths)) return split;
  const int64_t most = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end()),
                asked = int64_t{o.valid_steps} + o.calibration_steps + o.test_steps;
  const int64_t valid = o.valid_steps > 0 ? o.valid_steps : H, width = o.calibration_steps > 0 ? o.calibration_steps : H;
  const int64_t needed = H + 2 + valid + width + o.test_steps, fits = (most - o.test_steps - 2) / 3;
  std::string help = asked > 0  ? "smaller --valid-steps, --calibration-steps or --test-steps, or longer series"
                     : fits > 0 ? fmt::format("--horizon {} or less, or longer series", fits)
                                : "longer series";
  throw Error(
      Exit::data, "data/too_short",
      fmt::format("{}: the longest series has {}, but a horizon of {} needs {}: {} to learn from, {} to choose by, {} "
                  "for the width of bands{}",
                  file, counted(most, "value"), H, needed, H + 2, valid, width,
                  o.test_steps > 0 ? fmt::format(", {} for the test", o.test_steps) : ""),
      std::move(help));
}

namespace {

// "ridge regression on 48 steps, penalty 10, shared by 7 series".
std::string linear_words(const RidgeModel& model, size_t series) {
  const RidgeShape& shape = model.shape();
  const std::string steps = counted(shape.context, "step"),
                    shared = series > 1 ? fmt::format(", for each of {} series", series) : "";
  if (model.kind() == RidgeKind::mean) return "the mean of the last " + steps + shared;
  if (model.kind() == RidgeKind::autoregression) return "autoregression on " + steps + shared;
  const char* kind = model.kind() == RidgeKind::iterated ? ", step by step,"
                     : model.kind() == RidgeKind::level  ? " around its level"
                                                         : "";
  return fmt::format("ridge regression{} on {}{}, penalty {}{}", kind, steps,
                     shape.covariates > 0 ? fmt::format(" and {}", counted(shape.covariates, "known number")) : "",
                     short_number(model.lambda()), series > 1 ? fmt::format(", shared by {} series", series) : "");
}

}  // namespace

int shortest_context(const SeriesSplit& split, const SeriesOptions& o) {
  return contexts(o, *std::max_element(split.train.begin(), split.train.end()))[0];
}

LinearFit fit_linear(const ForecastFront& front, const SeriesBank& bank, const SeriesSplit& split, const SeriesOptions& o,
                     bool level) {
  LinearFit fit;
  fit.error = std::numeric_limits<double>::infinity();
  if (o.linear == "off" || front.counts) return fit;
  const size_t n = bank.size();
  const int waves = static_cast<int>(front.waves().size());
  const int known = n == 0 ? 0 : static_cast<int>(bank.views()[0].known.size()) - waves;
  std::vector<size_t> all(n);
  std::iota(all.begin(), all.end(), size_t{0});
  // The series less what the calendar says of them together, then less what it says of each.
  std::vector<Doubles> series;
  std::vector<std::vector<float>> own_waves;
  const std::vector<float> shared_waves = waves_of_series(bank, all, split.train, waves);
  for (size_t s = 0; s < n; ++s) series.push_back(less_waves(bank.views()[s], shared_waves));
  std::vector<double> penalties(std::begin(kRidges), std::end(kRidges));
  if (o.ridge >= 0) penalties = {o.ridge};
  RidgeSearch search{{}, penalties, o.horizon, known, o.season, level};
  const int64_t longest_train = *std::max_element(split.train.begin(), split.train.end());
  Fitted shared;
  search.contexts = contexts(o, longest_train);
  if (o.linear != "own") shared = best_ridge(series, split, 0, n, search);
  std::vector<Fitted> own;
  double error = 0, windows = 0;
  const bool each = o.linear == "own" || (n > 1 && n <= kOwnSeries);
  for (size_t s = 0; s < n && each; ++s) {
    search.contexts = shared.model ? std::vector<int>{shared.model->shape().context} : contexts(o, split.train[s]);
    if (waves > 0) {
      own_waves.push_back(waves_of_series(bank, std::span(all).subspan(s, 1), split.train, waves));
      series[s] = less_waves(bank.views()[s], own_waves.back());
    }
    own.push_back(best_ridge(series, split, s, s + 1, search));
    if (!own.back().model) own.back().model.emplace(RidgeShape{1, o.horizon, 0}, 0.0);
    if (std::isfinite(own.back().error))
      error += own.back().error * static_cast<double>(own.back().windows),
          windows += static_cast<double>(own.back().windows);
  }
  error = windows > 0 ? error / windows : std::numeric_limits<double>::infinity();
  const bool take_own = each && (o.linear == "own" || !shared.model || error < (1 - kOwnGain) * shared.error);
  if (take_own) {
    fit.part.kind = LinearPart::Kind::own, fit.error = error;
    fit.windows = static_cast<int64_t>(windows), fit.part.waves = std::move(own_waves);
    for (Fitted& f : own) fit.part.models.push_back(std::move(*f.model));
    fit.note = fmt::format("ridge regression, one for each of {} series", n);
  } else if (shared.model) {
    fit.part.kind = LinearPart::Kind::shared, fit.error = shared.error;
    fit.note = linear_words(*shared.model, n);
    fit.windows = shared.windows;
    if (waves > 0) fit.part.waves = {shared_waves};
    fit.part.models.push_back(std::move(*shared.model));
  }
  return fit;
}

namespace {

// One regression again, from the steps before end[s] of these series, of which there is at least one.
RidgeModel refitted(const RidgeModel& model, std::span<const float> waves, const SeriesBank& bank,
                    std::span<const size_t> of, std::span<const int64_t> end) {
  RidgeShape shape = model.shape();
  if (model.kind() == RidgeKind::mean) return mean_of_window(shape.context, shape.horizon);
  if (model.kind() == RidgeKind::autoregression) {  // of a single series
    if (end[of[0]] - shape.context < kWindowsOfAutoregression * shape.context) return {shape, model.lambda()};
    const Doubles all = less_waves(bank.views()[of[0]], waves);
    return autoregression_of(std::span(all.y).first(static_cast<size_t>(end[of[0]])), shape.context, shape.horizon);
  }
  const bool iterated = model.kind() == RidgeKind::iterated;
  if (iterated) shape.horizon = 1;
  RidgeSums sums(shape);
  for (const size_t s : of) {
    const Doubles series = less_waves(bank.views()[s], waves);
    sums.add(series.of(shape.covariates), 0, end[s]);
  }
  RidgeModel solved = solve_ridge(sums, model.lambda());
  return iterated ? iterate_ridge(solved, model.shape().horizon) : std::move(solved);
}

}  // namespace

std::array<double, 2> half_errors(const LinearPart& part, const SeriesBank& bank, const SeriesSplit& split) {
  std::array<double, 2> errors{};
  for (size_t half = 0; half < 2; ++half) {
    double sum = 0, windows = 0;
    for (size_t m = 0; m < part.models.size(); ++m) {
      const RidgeModel& model = part.models[m];
      const bool own = part.kind == LinearPart::Kind::own;
      RidgeSums validation(model.shape());
      for (size_t s = own ? m : 0; s < (own ? m + 1 : bank.size()); ++s) {
        const Doubles series = less_waves(bank.views()[s], part.waves.empty() ? std::vector<float>() : part.waves[m]);
        const int64_t middle = (split.train[s] + split.valid[s]) / 2;
        const int64_t from = half == 0 ? split.train[s] : middle, to = half == 0 ? middle : split.valid[s];
        if (model.kind() == RidgeKind::autoregression) {
          const double error = error_of(model, series.y, from, to);
          const auto n = static_cast<double>(to - from - model.shape().horizon + 1);
          if (std::isfinite(error)) sum += error * n, windows += n;
        } else {
          validation.add(series.of(model.shape().covariates), from, to);
        }
      }
      if (validation.windows() == 0) continue;
      const auto n = static_cast<double>(validation.windows());
      sum += mean_error(ridge_errors(validation, model)) * n, windows += n;
    }
    errors[half] = windows > 0 ? sum / windows : kMissing;
  }
  return errors;
}

LinearPart refit_linear(const LinearPart& part, const SeriesBank& bank, std::span<const int64_t> end) {
  LinearPart again;
  again.kind = part.kind;
  for (size_t m = 0; m < part.models.size(); ++m) {
    const RidgeModel& model = part.models[m];
    const bool one = part.kind == LinearPart::Kind::own || model.kind() == RidgeKind::autoregression;
    std::vector<size_t> of;
    for (size_t s = 0; s < bank.size(); ++s)
      if (!one || bank.known_series(s) == static_cast<int>(m)) of.push_back(s);
    const std::vector<float> before = part.waves.empty() ? std::vector<float>() : part.waves[m];
    const std::vector<float> waves =
        of.empty() || before.empty() ? before : waves_of_series(bank, of, end, static_cast<int>(before.size()));
    if (!waves.empty()) again.waves.push_back(waves);
    again.models.push_back(of.empty() ? model : refitted(model, waves, bank, of, end));
  }
  return again;
}

}  // namespace rnn::core
