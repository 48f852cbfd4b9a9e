// Why: see info_series.h.
#include "info_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "series/frequency.h"
#include "tasks/forecast/stream/model_front.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kShownNames = 5;
constexpr const char* kUses[] = {"static", "past", "known ahead"};

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShownNames); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kShownNames)
    text += fmt::format(" and {} more", grouped(std::ssize(names) - static_cast<int64_t>(kShownNames)));
  return text;
}

std::string columns_text(const ForecastFront& front) {
  std::string text;
  for (size_t use = std::size(kUses); use-- > 0;) {
    std::vector<std::string> names;
    for (const Covariate& c : front.covariates)
      if (static_cast<size_t>(c.use) == use) names.push_back(c.name);
    if (!names.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", kUses[use], names_text(names));
  }
  return text;
}

std::vector<std::string> cycle_names(const ForecastFront& front) {
  std::vector<std::string> names;
  for (const Cycle c : front.cycles()) names.emplace_back(kCycleNames[static_cast<size_t>(c)]);
  return names;
}

constexpr const char* kLinearWords[] = {"ridge regression", "ridge regression, step by step,", "autoregression", "the mean",
                                        "ridge regression around its level"};  // RidgeKind

std::string linear_text(const ForecastFront& front) {
  const LinearPart& linear = front.linear;
  if (!linear.present()) return "none";
  const RidgeShape& shape = linear.models[0].shape();
  std::string text = linear.kind == LinearPart::Kind::own
                         ? fmt::format("ridge regression, one for each of {} series", grouped(std::ssize(linear.models)))
                         : fmt::format("{} on {}", kLinearWords[static_cast<size_t>(linear.models[0].kind())],
                                       counted(shape.context, "step"));
  if (!front.linear.waves.empty()) text += ", after what the calendar says";
  if (shape.covariates > 0) text += fmt::format(", with {}", counted(shape.covariates, "known number"));
  if (front.share == 0) return text + "; the network has no part in a forecast: it improved nothing";
  return text + fmt::format("; {} of what the network says is added", front.share == 1 ? "all" : percent_text(front.share));
}

}  // namespace

void print_series_info(const ModelFile& file, const std::function<void(const char*, const std::string&)>& line) {
  const ForecastFront front = front_of_model(file);
  const ForecastOptions& f = file.model->config().forecast;
  const Grid grid(front.grid, Zone());
  const std::string word = grid.step_word();
  line("forecast", fmt::format("{} ahead from the last {}, {}, season {}", counted(f.horizon, word),
                               grouped(steps_read(front, f)), grid.name(), front.season));
  std::vector<std::string> names;
  for (const SeriesScale& s : front.scales) names.push_back(s.id);
  const bool named = names.size() != 1 || !names[0].empty();
  line("series", grouped(std::ssize(names)) + (named ? ": " + names_text(names) : ", without a name"));
  if (!front.covariates.empty()) line("columns", columns_text(front));
  if (const std::vector<std::string> cycles = cycle_names(front); !cycles.empty())
    line("calendar", fmt::format("the place of a step in its {}", fmt::join(cycles, ", ")));
  std::string values =
      fmt::format("{}, windows relative to: {}", f.head_name(), kNormaliseNames[static_cast<size_t>(f.normalise)]);
  if (front.transform == Transform::log) values += ", of the logarithm";
  if (f.segments()) values += fmt::format(", segments of {}", counted(f.segment, word));
  if (f.autoregressive()) values += ", the next value of each, the others sampled";
  if (!f.lags.empty()) values += fmt::format(", and those {} {} before", fmt::join(f.lags, ", "), word + "s");
  line("values", values);
  line("linear", linear_text(front));
  line("bands", front.calibration.levels.empty()
                    ? "as the network says"
                    : fmt::format("as wide as the errors of {} were", counted(front.calibration.windows, "window")));
}

ordered_json series_info_json(const ModelFile& file) {
  const ForecastFront front = front_of_model(file);
  const ForecastOptions& f = file.model->config().forecast;
  ordered_json columns = ordered_json::array(), names = ordered_json::array();
  for (const Covariate& c : front.covariates) {
    ordered_json column = {{"name", c.name}, {"use", kUses[static_cast<size_t>(c.use)]}};
    if (c.kind == Covariate::Kind::category)
      column["categories"] = std::vector(c.categories.begin() + 1, c.categories.end());
    columns.push_back(std::move(column));
  }
  for (const SeriesScale& s : front.scales) names.push_back(s.id);
  return {{"frequency", Grid(front.grid, Zone()).name()},
          {"season", front.season},
          {"horizon", f.horizon},
          {"context", steps_read(front, f)},
          {"network", kForecastNetworkNames[static_cast<size_t>(f.network)]},
          {"segment", f.segment},
          {"lags", f.lags},
          {"calendar", cycle_names(front)},
          {"head", f.head_name()},
          {"normalise", kNormaliseNames[static_cast<size_t>(f.normalise)]},
          {"transform", kTransformNames[static_cast<size_t>(front.transform)]},
          {"linear", kLinearNames[static_cast<size_t>(front.linear.kind)]},
          {"share", front.share},
          {"calibration_windows", front.calibration.windows},
          {"series", names},
          {"columns", columns}};
}

}  // namespace rnn::core::app
