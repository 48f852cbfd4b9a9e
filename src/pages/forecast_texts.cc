// Why: what the page of a forecast adds to the style sheet, and the terms it cannot do without, in plain words.
#include <fmt/format.h>

#include "pages/forecast_parts.h"

namespace rnn::core::pages {

std::string forecast_css(const ForecastReport& r) {
  std::string css =
      ".keys{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:.9rem;max-width:none;margin:0 0 8px}"
      ".keys span{display:inline-flex;align-items:center;gap:7px}.dash{width:28px;height:8px;flex:none}"
      ".tabs label{max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\n";
  for (size_t i = 0; i < r.drawn.size(); ++i) css += fmt::format("#w{0}:checked~.p{0}{{display:block}}", i);
  return css + "\n";
}

const std::vector<std::pair<std::string_view, std::string_view>>& forecast_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Horizon", "How far ahead the forecast reaches, counted in steps of the data: hours, days, months."},
      {"Band",
       "The range in which a stated share of the values to come should lie. A 90 % band that holds 70 % of them is too "
       "narrow: the "
       "future was less certain than it looked."},
      {"Coverage", "The share of the values that did lie in the band."},
      {"Seasonal naive",
       "The simplest forecast that is worth beating: the next value is the one of a season ago; for daily values, of the "
       "same day "
       "last week."},
      {"Naive", "Where there is no season: the next value is the last one."},
      {"MASE",
       "The mean error, in units of the error that the seasonal naive forecast makes one season ahead on the values of "
       "training. "
       "Half of 1 is half as wrong. It has no unit, so series of different size can be compared."},
      {"MAE", "The mean distance between forecast and value, in the unit of the data."},
      {"Bias", "Whether forecasts lean to one side: above zero they are too high on average, below zero too low."},
      {"Theta, Holt-Winters",
       "Classical forecasts from a level, a trend and a season that are fitted to each series alone; hard to beat on short "
       "series."},
      {"Past forecast",
       "The model is put back to an earlier date, sees nothing that came later, and its forecast is compared with what "
       "came."},
  };
  return terms;
}

}  // namespace rnn::core::pages
