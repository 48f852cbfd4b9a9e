// Why: the page of `rnn report`: what comes next, how far past forecasts were off, and whether a simple rule would have done.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/forecast_report.h"

namespace rnn::core {

// One HTML file like that of explain_page(): every figure comes from `r`, which is embedded as JSON (id "data").
std::string forecast_page(const ForecastReport& r);
// Its first drawing as a file, name and text: forecast.svg; none without a series.
std::vector<std::pair<std::string, std::string>> forecast_drawings(const ForecastReport& r);

}  // namespace rnn::core
