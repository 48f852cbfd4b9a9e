// Why: the sections of a forecast's page, one function each, and the sentences that state its figures, all as HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspect/forecast_report.h"

namespace rnn::core::pages {

std::string next_section(const ForecastReport& r);
std::string forecast_drawing(const ForecastReport& r);  // a file: the first series; "" without one
std::string rows_section(const ForecastReport& r);
std::string errors_section(const ForecastReport& r);
std::string measured_section(const ForecastReport& r);

std::string forecast_css(const ForecastReport& r);  // what these sections need in addition to the style sheet
const std::vector<std::pair<std::string_view, std::string_view>>& forecast_glossary();

// "The next 28 days of 8 series: errors are 0.62 of those of the seasonal naive forecast".
std::string forecast_headline(const ForecastReport& r);

// "" if there is nothing to report.
std::string better_sentence(const ForecastReport& r);  // which row wins; in how many windows the model beats the simple rule
std::string level_sentence(const ForecastReport& r);   // does the band hold its level?
std::string distance_ahead_sentence(const ForecastReport& r);  // how errors grow with the step
std::string series_sentence(const ForecastReport& r);          // where they are largest
std::string bias_sentence(const ForecastReport& r);            // do forecasts lean?
std::string learnt_sentence(const ForecastReport& r);          // has the model seen the windows?
std::string undrawn_sentence(const ForecastReport& r);         // which series have no chart

std::string series_name(const std::string& id);                                    // escaped; "the series" without an id
std::string simple_name(const ForecastReport& r);                                  // "seasonal naive"
std::string steps_figure(const ForecastReport& r, double n, std::string_view at);  // "28 days"
std::string counted_steps(const ForecastReport& r, int n);                         // the same as text
std::string one_decimal(double share);                                             // "87.6 %", "−1.2 %"
std::string error_title(const ForecastReport& r);                                  // "MASE", "mean absolute error"
std::string error_at(const ForecastReport& r, size_t row);                         // the JSON pointer of a row's error
std::string optional_figure(std::optional<double> exact, std::string_view at);     // three digits, "–" if it is not there

}  // namespace rnn::core::pages
