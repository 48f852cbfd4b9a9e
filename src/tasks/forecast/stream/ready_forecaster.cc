// Why: see ready_forecaster.h.
#include "tasks/forecast/stream/ready_forecaster.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "io/ready_model.h"
#include "options/option_list.h"
#include "tasks/forecast/stream/model_front.h"

namespace rnn::core {
ReadyForecaster::ReadyForecaster(ModelFile file, int threads)
    : file_(std::move(file)),
      front_(front_of_model(file_)),
      options_(options_from_json(file_.about["options"]).series),
      pool_(threads) {
  const Model<float>& model = ready_model(file_, pool_);
  forecaster_ = std::make_unique<Forecaster>(front_, model, pool_);
}

SeriesSet ReadyForecaster::read(const std::vector<std::string>& paths, const SeriesOptions& options) const {
  const Grid grid(front_.grid);
  SeriesSet set;
  try {
    set = read_series_files(paths, options).set;
  } catch (const Error& e) {
    if (e.code() == "usage/column")  // named when the model was trained, most often
      throw Error(Exit::data, "data/covariate", std::string(e.what()) + ", which the model was trained with",
                  "give the columns that it was trained with; " + e.help());
    if (e.code() != "data/frequency") throw;
    set = read_series_files(paths, options, &grid).set;  // too short to have steps of its own
  }
  if (set.grid.name() != grid.name()) {  // a few days of a week look daily, and may be those of a model of business days
    try {
      SeriesSet on_grid = read_series_files(paths, options, &grid).set;
      apply_covariates(on_grid, front_.covariates);
      return on_grid;
    } catch (const Error&) {
    }
    const auto steps = [](const Grid& g) { return g.has_dates() ? g.name() : std::string("without dates"); };
    throw Error(Exit::data, "data/frequency",
                concat(paths[0], ": its steps are ", steps(set.grid), ", but those of the model are ", steps(grid)),
                "bring the table to the steps of the model, or train on it");
  }
  apply_covariates(set, front_.covariates);
  return set;
}

void require_past(const SeriesSet& set) {
  for (const Series& series : set.series) {
    if (!series.y.empty()) continue;
    const std::string place = set.place(series, 0);
    throw Error(Exit::data, "data/series",
                concat(place.empty() ? set.files[0] : place, ": ", series.id.empty() ? "the series" : "'" + series.id + "'",
                       " has no value to go on from"),
                "give its past, too");
  }
}

std::vector<Window> ReadyForecaster::next_windows(const SeriesSet& set, const SeriesBank& bank) const {
  const int H = forecaster_->horizon();
  const bool known = std::any_of(front_.channels.begin(), front_.channels.end(), [&](const InputChannel& c) {
    return !c.wave && front_.covariates[static_cast<size_t>(c.covariate)].use == Covariate::Use::known;
  });
  require_past(set);
  std::vector<Window> windows;
  for (size_t s = 0; s < set.series.size(); ++s) {
    const Series& series = set.series[s];
    const std::string name = series.id.empty() ? "the series" : "'" + series.id + "'";
    if (known && series.future < H) {
      std::string names;
      for (const Covariate& c : front_.covariates)
        if (c.use == Covariate::Use::known) names += concat(names.empty() ? "" : ", ", c.name);
      throw Error(
          Exit::data, "data/known",
          concat(set.files.back(), ": the future of ", names, " is needed up to ", set.grid.text(series.end() + H - 1), ", ",
                 counted_things(H, "step"), " after the last value of ", name, "; there ",
                 series.future == 1 ? "is " : "are ", series.future == 0 ? "none" : grouped(series.future)),
          "add rows with these columns and an empty value, or name a file of them: --future FILE");
    }
    windows.push_back({static_cast<int32_t>(s), bank.length(s)});
  }
  return windows;
}

}  // namespace rnn::core
