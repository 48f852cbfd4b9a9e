// Why: the parts of a run on time series: series on one grid, a linear part in closed form, a network on what that leaves, bands as wide as
// past errors ask for.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "series/observed.h"
#include "tasks/forecast/backtest.h"
#include "tasks/forecast/cycles.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/stream/anomalies.h"
#include "tasks/forecast/stream/series_files.h"
#include "tasks/forecast/task.h"
#include "tasks/forecast/windows.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr int64_t kShownWindows = 200;  // of the table after training
const std::vector<double> kTrainedLevels = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

class ForecastRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return files_.hash; }
  SeriesOptions& series() { return options.series; }
  const SeriesOptions& series() const { return options.series; }

  void read() override {
    if (!request.init_from.empty())
      throw Error(Exit::usage, "usage/init_from", "a forecast does not start from another model", "leave --init-from out");
    if (!request.valid.empty() || !request.test.empty())
      throw Error(Exit::usage, "usage/files", "series are split by time, not by files",
                  "give one table with all of the past; --valid-steps and --test-steps set the parts");
    files_ = read_series_files(request.data, series());
    decide_series_options(files_.set, &series());
    split_ = split_series(files_.set, series());
    fit_training_categories(files_.set, split_);
    require_cycles(files_.set.grid, series().calendar);
    if (series().head == "negative-binomial")
      require_values(
          split_.all, "data/counts", [](double v) { return v >= 0 && v == std::floor(v); },
          "--head negative-binomial needs counts: 0, 1, 2, ...", "choose another head, for example student-t");
  }

  // Defaults, for options not given, that suit windows of numbers.
  void decide() override {
    if (!given("cell")) options.model.cell = "gru";
    if (!given("hidden")) options.model.hidden = 128;
    if (!given("dropout")) options.model.dropout = 0.1;
    if (!given("batch")) options.train.batch = 64;
    if (!given("lr")) options.train.lr = 1e-3;
    if (!given("epochs")) options.train.epochs = 12;
    if (!given("schedule")) options.train.schedule = "decay";
    if (!given("decay")) options.train.decay = 0.8;
    if (!given("decay-from")) options.train.decay_from = 3;
    if (series().network == "auto") series().network = "segments";
    if (alone()) choose_linear_alone();
    if (series().network == "autoregressive") choose_autoregressive();
    if (series().head == "auto") series().head = "quantiles";
    const bool counts = series().head == "negative-binomial";
    if (series().normalise == "auto") series().normalise = counts ? "none" : "last";
    if (counts && (series().transform == "log" || series().linear == "shared" || series().linear == "own"))
      throw Error(Exit::usage, "usage/option", "--head negative-binomial reads counts as they are",
                  "leave out --transform and --linear");
    if (counts) series().transform = "none", series().linear = "off";
  }

  // All of the forecast is the network's. It is small and learns from every step of a window, at a higher rate and for longer.
  void choose_autoregressive() {
    if (series().linear == "shared" || series().linear == "own")
      throw Error(Exit::usage, "usage/option", "--network autoregressive forecasts alone: it has no linear part",
                  "leave --linear out, or choose another network");
    if (series().head == "squared" || series().head == "huber")
      throw Error(Exit::usage, "usage/option",
                  "--network autoregressive samples its future, but --head " + series().head + " says a single number",
                  "use --head student-t, gaussian or quantiles");
    series().linear = "off";
    if (series().head == "auto") series().head = "student-t";
    if (series().normalise == "auto" && series().head != "negative-binomial") series().normalise = "standard";
    if (!given("hidden")) options.model.hidden = 40;
    if (!given("lr")) options.train.lr = 3e-3;
    if (!given("epochs")) options.train.epochs = 30;
    if (!given("decay")) options.train.decay = 0.9;
    if (!given("decay-from")) options.train.decay_from = 10;
  }

  // Values of the past that the network reads beside the last ones.
  std::vector<int> lags() const {
    const std::vector<int> found = parse_rising("lags", series().lags);
    if (found.empty()) return found;
    if (alone())
      throw Error(Exit::usage, "usage/option", "--lags are inputs of the network, but --network none has none",
                  "leave one out");
    const int64_t longest = *std::max_element(split_.train.begin(), split_.train.end());
    if (found.back() >= longest)
      throw Error(Exit::data, "data/too_short",
                  fmt::format("{}: --lags {} reaches back further than the longest series, which has {} to learn from",
                              files_.set.files[0], found.back(), counted(longest, "value")),
                  "shorter lags, or longer series");
    return found;
  }

  // --network none: a network of the smallest kind stands in the file, with no share in the forecast.
  bool alone() const { return series().network == "none"; }
  void choose_linear_alone() {
    if (series().linear == "off" || series().head == "negative-binomial")
      throw Error(Exit::usage, "usage/option",
                  "--network none leaves nothing that forecasts: there is no linear part either",
                  "leave out --network none, or --linear off and --head negative-binomial");
    if (!given("hidden")) options.model.hidden = 4;
    if (!given("epochs") && !given("max-updates")) options.train.epochs = 1;
  }

  void build() override {
    choose_transform();
    const int context = context_of_network();
    series().context = context;
    ModelConfig config = model_config(options.model);
    config.task = request.task;
    ForecastOptions& f = config.forecast;
    f.network = alone() ? ForecastNetwork::segments
                        : static_cast<ForecastNetwork>(index_of(kForecastNetworkNames, series().network));
    f.head = static_cast<ForecastHead>(index_of(kForecastHeadNames, series().head));
    f.normalise = static_cast<Normalise>(index_of(kNormaliseNames, series().normalise));
    f.horizon = series().horizon, f.context = context;
    f.segment = f.segments() ? series().segment : 0;
    f.levels = kTrainedLevels, f.lags = lags();
    f.inputs = 1 + has_gaps(training_views()) + static_cast<int>(f.lags.size() + front_.channels.size());
    const auto known = static_cast<int>(bank_->views()[0].known.size());
    f.known = f.segments() ? known + f.lags_ahead() : f.autoregressive() ? known : 0;
    f.channels = f.segments() && bank_->size() > 1 ? static_cast<int>(bank_->size()) + 1 : 0;
    config.vocabulary = 0, config.tied = false;
    if (f.segments()) {
      config.rnn.input = options.model.embed > 0 ? options.model.embed : options.model.hidden;
    } else {
      config.rnn.input = f.frame();
    }
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  std::vector<WindowSeries> training_views() const {
    std::vector<WindowSeries> views(bank_->views().begin(), bank_->views().end());
    for (size_t s = 0; s < views.size(); ++s) views[s].y = views[s].y.first(static_cast<size_t>(split_.train[s]));
    return views;
  }

  // Of the candidates the one whose linear part is better on the validation windows, in the values' own unit.
  void choose_transform() {
    std::vector<Transform> candidates;
    if (series().transform != "log") candidates.push_back(Transform::none);
    if (series().transform == "log" || (series().transform == "auto" && positive())) candidates.push_back(Transform::log);
    if (series().transform == "log")
      require_values(
          split_.all, "data/transform", [](double v) { return v > 0; }, "--transform log needs values above 0",
          "leave it out");
    double best = std::numeric_limits<double>::infinity();
    for (const Transform transform : candidates) {
      SeriesOptions with = series();
      CalendarChoice choice{with.calendar, ""};
      if (with.calendar == "auto") choice = choose_calendar(files_.set, split_, with, transform);
      with.calendar = choice.calendar;
      ForecastFront front = fit_front(files_.set, split_, with, transform, series().head == "negative-binomial");
      auto bank = std::make_unique<SeriesBank>(front, files_.set);
      LinearFit fit = fit_linear(front, *bank, split_, with, with.calendar != "off");
      front.linear = std::move(fit.part);
      const double error = candidates.size() > 1 ? linear_error(front, *bank) : 0;
      if (bank_ && !(error < best)) continue;
      best = error, front_ = std::move(front), bank_ = std::move(bank), linear_note_ = fit.note, calendar_ = choice;
    }
    series().calendar = calendar_.calendar;
    series().transform = kTransformNames[static_cast<size_t>(front_.transform)];
    series().linear = kLinearNames[static_cast<size_t>(front_.linear.kind)];
  }

  // Throws for the first value before end[s] that is not `good`, with its place.
  void require_values(std::span<const int64_t> end, const char* code, bool (*good)(double), const char* what,
                      const char* help) const {
    const SeriesSet& set = files_.set;
    for (size_t s = 0; s < set.series.size(); ++s) {
      const Series& of = set.series[s];
      for (int64_t t = 0; t < end[s]; ++t) {
        const double v = of.y[static_cast<size_t>(t)];
        if (std::isnan(v) || good(v)) continue;
        const std::string place = set.place(of, t);
        throw Error(Exit::data, code,
                    fmt::format("{}: {}, but {}{} has {}", place.empty() ? set.files[0] : place, what,
                                set.grid.text(of.first + t), of.id.empty() ? "" : " of '" + of.id + "'", short_number(v)),
                    help);
      }
    }
  }

  bool positive() const {
    for (size_t s = 0; s < files_.set.series.size(); ++s)
      for (int64_t t = 0; t < split_.train[s]; ++t)
        if (files_.set.series[s].y[static_cast<size_t>(t)] <= 0) return false;
    return true;
  }

  // Mean absolute error of the linear part, each series in units of its own.
  double linear_error(const ForecastFront& front, const SeriesBank& bank) const {
    WindowOptions how;
    how.context = 1, how.horizon = series().horizon;
    double sum = 0, count = 0;
    std::vector<double> base(static_cast<size_t>(series().horizon));
    for (const Window& w : spread_windows(bank, split_.train, split_.valid, series().horizon, kMostWindows)) {
      const auto s = static_cast<size_t>(w.series);
      const SeriesScale& scale = front.scales[s];
      linear_base(front, bank, w, how, base);
      for (size_t h = 0; h < base.size(); ++h) {
        const double y = files_.set.series[s].y[static_cast<size_t>(w.origin) + h];
        if (!observed(y) || !(scale.absolute > 0)) continue;
        sum += std::abs(y - front.backward(scale.centre + scale.scale * base[h])) / scale.absolute, ++count;
      }
    }
    return count > 0 ? sum / count : 0;
  }

  int context_of_network() const {
    int context = series().context;
    if (context == 0) {
      for (const RidgeModel& model_of : front_.linear.models) context = std::max(context, model_of.shape().context);
      context = std::max(context, series().season > 1 ? 2 * series().season : 2 * series().horizon);
      context = std::min(context, 720);
    }
    const bool steps = series().network == "stacked" || series().network == "autoregressive";
    const int segment = std::max(1, steps ? 1 : series().segment);
    return (context + segment - 1) / segment * segment;
  }

  void restore(ModelFile& file, const std::string&) override {
    front_ = front_from_json(file.about["forecast"]);
    check_front(front_, file.model ? file.model->config().forecast : model->config().forecast);
    apply_covariates(files_.set, front_.covariates);
    bank_ = std::make_unique<SeriesBank>(front_, files_.set);
    linear_note_ = "as before";
  }

  WindowOptions window_options() const {
    const ForecastOptions& f = model->config().forecast;
    WindowOptions w;
    w.network = f.network, w.context = f.context, w.horizon = f.horizon, w.segment = f.segment, w.normalise = f.normalise;
    w.counts = front_.counts, w.mask = f.masked(static_cast<int>(front_.channels.size())), w.lags = f.lags;
    w.batch = options.train.batch, w.seed = options.train.seed;
    if (front_.linear.present()) {
      w.base = [this, how = w](const Window& window, std::span<double> out) {
        linear_base(front_, *bank_, window, how, out);
      };
    }
    return w;
  }

  void batch() override {
    const int H = series().horizon;
    std::vector<int64_t> first;
    for (const int64_t end : split_.train)
      first.push_back(std::max<int64_t>(1, std::min<int64_t>(model->config().forecast.context, (end - H) / 4)));
    train_windows_ = windows_between(*bank_, first, split_.train, H, 1, std::numeric_limits<int64_t>::max());
    valid_windows_ = spread_windows(*bank_, split_.train, split_.valid, H, kMostWindows);
    WindowOptions how = window_options();
    train = window_batcher(bank_->views(), train_windows_, how);
    how.shuffle = false, how.past_targets = false;  // of what is learnt from nothing chooses
    valid = window_batcher(bank_->views(), valid_windows_, how);
  }

  json about_data() const override {
    return {{"task", request.task},
            {"forecast", front_to_json(front_)},
            {"data", {{"train", request.data}, {"hash", files_.hash}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, {}, {}});
    if (resumed) return;
    const SeriesSet& set = files_.set;
    folder.write_data({{"files", request.data},
                       {"hash", files_.hash},
                       {"task", request.task},
                       {"series", set.series.size()},
                       {"values", set.counts.values},
                       {"missing", set.counts.missing + set.counts.gaps},
                       {"grid", set.grid.name()},
                       {"first", set.first_text()},
                       {"last", set.last_text()},
                       {"roles", set.roles},
                       {"train", {{"windows", train_windows_.size()}}},
                       {"valid", {{"windows", valid_windows_.size()}, {"horizon", series().horizon}, {"split", "time"}}}});
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  void report(RunResult& result, const TrainProgress&, json& found) override {
    ModelFile file = load_model(folder.model());
    Pool pool(options.train.threads);
    file.model->pack(pool, false);
    model = std::move(file.model);
    finish_front(pool, found);
    const Backtest valid_rows = rows_between(pool, split_.train, split_.valid, true);
    result.valid = valid_rows.rows[0].row();
    result.baselines.clear();
    for (size_t i = 1; i < valid_rows.rows.size(); ++i) result.baselines.push_back(valid_rows.rows[i].row());
    add_metrics("val", result.valid, found);
    // Measured as it was chosen; then all that is not test is learnt from, where that takes no training.
    if (front_.linear.present() && front_.share == 0)
      front_.linear = refit_linear(front_.linear, *bank_, split_.calibration);
    if (series().test_steps > 0) {
      result.test = rows_between(pool, split_.calibration, split_.all, false).rows[0].row();
      add_metrics("test", *result.test, found);
    }
    save_model(folder.model(), *model, nullptr, about());
    write_card(result);
  }

  Backtest rows_between(Pool& pool, std::span<const int64_t> first, std::span<const int64_t> last, bool baselines) {
    Forecaster forecaster(front_, *model, pool);
    BacktestOptions how;
    how.rows = baselines;
    return backtest(forecaster, front_, *bank_, files_.set,
                    spread_windows(*bank_, first, last, series().horizon, kShownWindows), how);
  }

  // The share of the network, the width of bands, what is usual.
  void finish_front(Pool& pool, json& found) {
    Forecaster forecaster(front_, *model, pool);
    double without = kMissing, with = kMissing;
    if (front_.linear.present()) {
      const bool squared = series().head == "squared";
      front_.share = choose_share(forecaster, *bank_, valid_windows_, squared, &without, &with);
      if (alone()) front_.share = 0, with = without;
      found["share"] = front_.share;
      found["val_linear"] = without, found["val_both"] = with;
    }
    const std::vector<Window> windows =
        spread_windows(*bank_, split_.valid, split_.calibration, series().horizon, kMostWindows);
    front_.calibration = calibrate(forecaster, front_, *bank_, windows, valid_windows_);
    front_.errors = rank_past_errors(forecaster, front_, *bank_, windows, valid_windows_);
    const bool calibrated = !windows.empty();
    // Of forecasts all of whose steps lie in these rows: what is known ahead of later ones is not looked at.
    std::vector<int64_t> last = calibrated ? split_.calibration : split_.valid;
    for (int64_t& end : last) end -= series().horizon - 1;
    front_.usual = largest_score(forecaster, front_, *bank_, calibrated ? split_.valid : split_.train, last, 1, 1);
    for (size_t s = 0; s < split_.calibration.size(); ++s) {
      const Series& known = files_.set.series[s];
      if (split_.calibration[s] > 0)
        front_.until = std::max(front_.until, files_.set.grid.stamp(known.first + split_.calibration[s] - 1).utc);
    }
  }

  void write_card(const RunResult& result) const {
    const RecurrentOptions& rnn = model->config().rnn;
    const std::string cell(cell_name(rnn.cell, rnn.flags));
    ModelCard card = folder.card(request, result, *model, request.data);
    card.words = kForecast.card;
    const ForecastOptions& f = model->config().forecast;
    const std::string layers = fmt::format("{} of {} on {}", counted(rnn.layers, "layer"), cell,
                                           f.segments() ? "segments of " + counted(f.segment, "step") : "single steps");
    const std::string parts = front_.share == 0         ? linear_note_ + ", without a share of the network"
                              : front_.linear.present() ? linear_note_ + ", and " + layers
                                                        : layers + (f.autoregressive() ? ", sampled step by step" : "");
    card.summary = fmt::format("Forecasts of {} ahead for {}: {}.", counted(series().horizon, "step"), series_text(), parts);
    card.tags = {cell, "time-series", "forecasting"};
    card.facts.push_back({"frequency", files_.set.grid.name()});
    card.facts.push_back({"horizon", std::to_string(series().horizon)});
    card.limits = {
        "It knows what its series did until " + files_.set.last_text() + "; what has changed since, it does not know.",
        "Bands are as wide as past errors were; they are too narrow where the future is unlike the past."};
    folder.write_card(card);
  }

  std::string series_text() const { return fmt::format("{} series", grouped(std::ssize(files_.set.series))); }

  std::string lag_words() const {
    return fmt::format("the network also reads the values {} {} before", fmt::join(model->config().forecast.lags, ", "),
                       files_.set.grid.step_word() + "s");
  }

  Plan plan(Pool& pool) const override {
    const SeriesSet& set = files_.set;
    Plan plan;
    plan.add("data", fmt::format("{} · {}, {} · {} from {} to {}", files_text(request.data), series_text(),
                                 counted(set.counts.values, "value"), set.grid.name(), set.first_text(), set.last_text()));
    plan.add("columns", set.roles);
    for (const std::string& note : set.notes) plan.add("note", note);
    plan.add("forecast",
             fmt::format("{} ahead · season {} · {} · windows of {}{}", counted(series().horizon, set.grid.step_word()),
                         series().season, series().head, counted(series().context, set.grid.step_word()),
                         front_.transform == Transform::log ? " · of the logarithm" : ""));
    if (!series().lags.empty()) plan.add("lags", lag_words());
    if (!calendar_.note.empty()) plan.add("calendar", calendar_.note);
    plan.add("linear", linear_note_.empty() ? "none" : linear_note_);
    plan.add("split",
             fmt::format("by time: {} to learn from, {} to choose by, {} for the width of bands{}",
                         counted(train_windows_.size(), "window"), grouped(std::ssize(valid_windows_)),
                         counted(split_.calibration[0] - split_.valid[0], "step"),
                         series().test_steps > 0 ? fmt::format(", the last {} for the test", series().test_steps) : ""));
    const ForecastOptions& f = model->config().forecast;
    const int rows = f.segments() ? f.context / f.segment + f.future() : f.context + (f.autoregressive() ? f.horizon : 0);
    plan_work(plan, counted(options.train.batch, "window"), std::ssize(train_windows_) * rows,
              training_bytes(*model, options.train, rows), pool);
    return plan;
  }

  SeriesFiles files_;
  SeriesSplit split_;
  ForecastFront front_;
  std::unique_ptr<SeriesBank> bank_;
  std::string linear_note_;
  CalendarChoice calendar_;
  std::vector<Window> train_windows_, valid_windows_;
};

}  // namespace

std::unique_ptr<Run> run_forecast_task(const RunRequest& request) { return std::make_unique<ForecastRun>(request); }

}  // namespace rnn::core
