// Why: the list of the statistical forecasts that stand beside every model's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// What a method needs to be itself. Without it the method still forecasts, as `otherwise` says.
struct MethodNeeds {
  int values = 1;   // from the first observed one on
  int seasons = 0;  // of the same
  bool has_season = false;
  bool positive = false;  // every observed value above 0
};

struct ForecastMethod {
  std::string_view name, title;  // "seasonal-naive" of options and files, "seasonal naive" for people
  // History, horizon, season as in series/naive.h.
  std::vector<double> (*forecast)(std::span<const double> history, int horizon, int season);
  MethodNeeds needs;
  std::string_view otherwise;  // the name of the method that it then is; empty: none is needed
  std::string_view missing;    // what missing values mean to it
};

std::span<const ForecastMethod> forecast_methods();
const ForecastMethod* find_forecast_method(std::string_view name);  // null: there is none

// Why the method cannot be itself on this history: "needs 2 seasons of 12 steps, there are 13 values"; empty if it can.
std::string unmet_need(const ForecastMethod& method, std::span<const double> history, int season);

}  // namespace rnn::core
