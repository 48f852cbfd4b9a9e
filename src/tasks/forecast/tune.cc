// Why: rnn train --tune: a few settings drawn by a counter, the first as it was asked for; the validation windows decide.
#include <algorithm>
#include <array>
#include <string>

#include "base/rng.h"
#include "runs/request.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/stream/series_files.h"
#include "tasks/forecast/task.h"

namespace rnn::core {
namespace {

constexpr std::array kWidths = {32, 64, 128, 256};
constexpr std::array kRates = {3e-4, 1e-3, 3e-3};
constexpr std::array kDropouts = {0.0, 0.1, 0.3};
constexpr std::array kSeasonsRead = {1, 2, 4, 7, 14, 21, 30};
constexpr std::array kStepsRead = {8, 16, 32, 64, 128, 256};
constexpr std::array<std::string_view, 3> kRules = {"last", "mean", "standard"};
constexpr int kLongestContext = 720;

template <class List>
auto drawn(const List& list, Random& random) {
  return list[random.below(static_cast<uint32_t>(list.size()))];
}

}  // namespace

std::vector<RunRequest> forecast_trials(const RunRequest& request, int count) {
  SeriesOptions decided = request.series;
  const SeriesSet set = read_series_files(request.data, request.series).set;
  decide_series_options(set, &decided);
  int64_t longest = 0;
  for (const Series& s : set.series) longest = std::max(longest, std::ssize(s.y));
  std::vector<RunRequest> trials = {request};
  for (int i = 1; i < count; ++i) {
    RunRequest trial = request;
    Random random(request.options.seed, Purpose::trial, static_cast<uint32_t>(i));
    const auto set_to = [&](std::string_view name, auto& member, auto value) {
      if (request.was_given(name)) return;
      member = value;
      trial.given.emplace_back(name);
    };
    set_to("hidden", trial.model.hidden, drawn(kWidths, random));
    set_to("lr", trial.options.lr, drawn(kRates, random));
    set_to("dropout", trial.model.dropout, drawn(kDropouts, random));
    const int season = decided.season;
    const int context = season > 1 ? season * drawn(kSeasonsRead, random) : drawn(kStepsRead, random);
    set_to("context", trial.series.context,
           static_cast<int>(std::clamp<int64_t>(context, 1, std::min<int64_t>(kLongestContext, longest / 3 + 1))));
    if (trial.series.head != "negative-binomial")
      set_to("normalise", trial.series.normalise, std::string(drawn(kRules, random)));
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace rnn::core
