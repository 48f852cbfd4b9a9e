// Why: on a forecast's page every sentence agrees with its figures, every figure with the data; no text can break out.
#include "pages/forecast_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "pages/explain_page.h"
#include "pages/forecast_parts.h"
#include "pages/svg.h"
#include "support/forecast_report.h"
#include "support/page_text.h"

namespace rnn::core::pages {
namespace {

using test::check_figures;
using test::data_of;
using test::has;
using test::read;
using test::synthetic_report;

double number_of(const std::string& text) { return nlohmann::json::parse(text).get<double>(); }

// The numbers of a list such as data-low; null: NaN.
std::vector<double> numbers_of(const std::string& list) {
  std::vector<double> numbers;
  for (const auto& v : nlohmann::json::parse("[" + list + "]"))
    numbers.push_back(v.is_null() ? std::nan("") : v.get<double>());
  return numbers;
}

void expect_same_numbers(const std::vector<double>& drawn, const nlohmann::json& data, const std::string& where) {
  ASSERT_EQ(drawn.size(), data.size()) << where;
  for (size_t i = 0; i < drawn.size(); ++i) {
    if (data[i].is_null()) {
      EXPECT_TRUE(std::isnan(drawn[i])) << where;
    } else {
      EXPECT_EQ(drawn[i], data[i].get<double>()) << where;
    }
  }
}

TEST(ForecastSentences, TheHeadline) {
  ForecastReport r = synthetic_report();
  EXPECT_EQ(read(forecast_headline(r)),
            "The next 7 days of 2 series: errors are 0.62 of those of the seasonal naive forecast");
  r.ratio = 1.12;
  EXPECT_TRUE(has(read(forecast_headline(r)), "errors are 1.12 times those of"));
  r = synthetic_report(1);
  EXPECT_TRUE(has(read(forecast_headline(r)), "The next 7 days of store_1: errors are 0.62"));
  r.drawn[0].id.clear(), r.ratio.reset(), r.horizon = 1;
  EXPECT_EQ(read(forecast_headline(r)), "The next day");
}

TEST(ForecastSentences, WhichRowWins) {
  ForecastReport r = synthetic_report();
  EXPECT_EQ(
      read(better_sentence(r)),
      "This model has the smallest errors of the five forecasts compared: its MASE is 0.62, that of the next best (its "
      "linear part) 0.65. In 13 of 16 past forecasts its error is smaller than that of the seasonal naive forecast.");
  r.rows[1].scores.mase = 0.625;
  EXPECT_TRUE(has(read(better_sentence(r)), "0.62. The two are nearly equal.")) << read(better_sentence(r));
  r.rows[4].scores.mase = 0.5, r.best = 4, r.best_ratio = 0.5 / 0.62;
  const std::string theta = read(better_sentence(r));
  EXPECT_TRUE(has(
      theta, "“Theta” is better here: MASE 0.50, against 0.62 of this model. rnn forecast sales-001 DATA --method theta"))
      << theta;
  r.rows[4].scores.mase = 0.615, r.best_ratio = 0.615 / 0.62;
  EXPECT_TRUE(has(read(better_sentence(r)), "The difference is small."));
  r.rows[1].scores.mase = 0.4, r.best = 1, r.best_ratio = 0.4 / 0.62;
  EXPECT_TRUE(has(read(better_sentence(r)), "--network none"));
  r.scaled = false;
  EXPECT_TRUE(has(read(better_sentence(r)), "mean absolute error 6.50, against 6.20"));
  r.rows.resize(1);
  EXPECT_EQ(better_sentence(r), "");
}

TEST(ForecastSentences, DoTheBandsHold) {
  ForecastReport r = synthetic_report();
  EXPECT_EQ(read(level_sentence(r)), "The 90 % band held 88.8 % of 112 values: it keeps what it promises.");
  BandScore& band = r.rows[0].scores.bands[1];
  band.coverage = 0.8;  // 16 windows: two standard deviations are 0.15
  EXPECT_TRUE(has(read(level_sentence(r)), "with 16 past forecasts that may be chance."));
  band.coverage = 0.7;
  EXPECT_TRUE(has(read(level_sentence(r)), "it is too narrow"));
  r.windows = 400, band.coverage = 0.96;
  EXPECT_TRUE(has(read(level_sentence(r)), "it is wider than it would have to be"));
  r.rows[0].scores.bands.clear();
  EXPECT_EQ(level_sentence(r), "");
}

TEST(ForecastSentences, WhereErrorsAreLargest) {
  ForecastReport r = synthetic_report();
  EXPECT_EQ(read(distance_ahead_sentence(r)),
            "Errors grow with the distance: the MASE is 0.43 one day ahead and 0.81 at 7 days.");
  r.rows[0].by_step[3] = 0.9, r.worst_step = 3;
  EXPECT_TRUE(has(read(distance_ahead_sentence(r)), "; it is largest at 4 days (0.90)."));
  r.rows[0].by_step[6] = 0.44;
  EXPECT_TRUE(has(distance_ahead_sentence(r), "Errors hardly depend on the distance"));
  r.rows[0].by_step[6] = 0.2;
  EXPECT_TRUE(has(distance_ahead_sentence(r), "Errors do not grow with the distance"));
  EXPECT_EQ(read(series_sentence(r)),
            "Of all series, store_1 has the largest errors (MASE 0.80), store_2 the smallest (0.70). In 1 of 2 series the "
            "seasonal naive forecast is better.");
  EXPECT_EQ(series_sentence(synthetic_report(1)), "");
}

TEST(ForecastSentences, DoTheyLean) {
  ForecastReport r = synthetic_report();
  EXPECT_EQ(
      read(bias_sentence(r)),
      "The mean error (forecast less value) is −3.1 % of the mean size of the values: the forecasts are too low on average. "
      "45.0 % of them were too high, 55.0 % too low.");
  EXPECT_FALSE(has(read(bias_sentence(r)), "Sums over several steps"));
  r.rows[0].scores.relative_bias = -0.355;
  EXPECT_TRUE(has(read(bias_sentence(r)), "Sums over several steps would be off by as much"));
  r.rows[0].scores.relative_bias = 0.004;
  EXPECT_TRUE(
      has(read(bias_sentence(r)), "is 0.4 % of the mean size of the values: the forecasts lean neither up nor down."));
}

TEST(ForecastSentences, WhatTheModelHasSeen) {
  ForecastReport r = synthetic_report();
  const std::string seen = read(learnt_sentence(r));
  EXPECT_TRUE(has(seen, "Not quite: 6 of the 16 past forecasts begin in what the model has learnt from, up to 2025-01-12."))
      << seen;
  EXPECT_TRUE(has(seen, "rnn train DATA --test-steps 56"));
  r.learnt_windows = 0;
  EXPECT_TRUE(has(read(learnt_sentence(r)),
                  "Yes: the model has learnt from none of the values of the 16 past forecasts, which all "
                  "lie after 2025-01-12."));
  r.series_count = 30;
  EXPECT_TRUE(has(read(undrawn_sentence(r)), "Charts show two of 30 series"));
  r.series_count = 2;
  EXPECT_EQ(undrawn_sentence(r), "");
}

TEST(ForecastPage, DataAreTheReportAndFiguresTheData) {
  const ForecastReport r = synthetic_report();
  const std::string page = forecast_page(r);
  EXPECT_EQ(data_of(page), nlohmann::json::parse(to_json_object(r).dump()));
  EXPECT_GT(check_figures(page), 150);
  for (const char* id : {"summary", "next", "rows", "errors", "measured", "glossary"})
    EXPECT_TRUE(has(page, std::string("<section id=\"") + id + "\"")) << id;
  for (const char* address : {"href=\"http", "https:", " src=", "@import", "url("})
    EXPECT_FALSE(has(page, address)) << address;
  EXPECT_TRUE(
      has(page, "<title>The next 7\u00A0days of 2 series: errors are 0.62 of those of the seasonal naive forecast</title>"));
}

TEST(ForecastPage, BandsAndLinesAreTheData) {
  const std::string page = forecast_page(synthetic_report());
  const nlohmann::json data = data_of(page);
  const std::regex band(
      "class=\"band\" data-name=\"([^\"]*)\" data-x=\"[^\"]*\" data-low=\"([^\"]*)\" data-high=\"([^\"]*)\" "
      "data-at-low=\"([^\"]*)\" data-at-high=\"([^\"]*)\"");
  int bands = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), band); at != std::sregex_iterator(); ++at, ++bands) {
    expect_same_numbers(numbers_of((*at)[2]), data.at(nlohmann::json::json_pointer((*at)[4].str())), (*at)[4]);
    expect_same_numbers(numbers_of((*at)[3]), data.at(nlohmann::json::json_pointer((*at)[5].str())), (*at)[5]);
  }
  EXPECT_EQ(bands, 2 * 2 * 3);  // series; wide and narrow; two bands of the future and one of the past
  const std::regex line("data-values=\"([^\"]*)\" data-at=\"(/drawn[^\"]*)\"");
  int lines = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), line); at != std::sregex_iterator(); ++at, ++lines)
    expect_same_numbers(numbers_of((*at)[1]), data.at(nlohmann::json::json_pointer((*at)[2].str())), (*at)[2]);
  EXPECT_EQ(lines, 2 * 2 * (3 + 2));
}

TEST(ForecastPage, TextCannotBreakOut) {
  const std::string bad = "</script><script>alert(1)</script>\"'&<!--\xC3\x28x";
  ForecastReport r = synthetic_report();
  r.name = r.path = r.first = r.frequency = r.learnt_until = r.left_out = r.next_first = bad;
  r.drawn[0].id = r.drawn[0].stamps[3] = r.series[0].id = r.series[0].best = r.rows[3].name = bad;
  const std::string page = forecast_page(r);
  EXPECT_FALSE(has(page, "alert(1)</script>"));
  EXPECT_FALSE(has(page, "<script>alert"));
  EXPECT_FALSE(has(page, "\xC3\x28"));
  EXPECT_GT(check_figures(page), 100);
}

TEST(ForecastPage, WhatIsNotThereIsLeftOut) {
  ForecastReport r = synthetic_report(1);
  r.not_ahead = "the future of promo is needed up to 2025-01-28";
  for (DrawnSeries& d : r.drawn) d.point.clear(), d.simple.clear(), d.bands.clear();
  r.rows.resize(1), r.simple.reset(), r.runner_up.reset(), r.ratio.reset();
  r.rows[0].scores.bands.clear(), r.coverage_by_step.assign(7, std::nullopt);
  const std::string page = forecast_page(r);
  EXPECT_TRUE(has(page, "There is no forecast of what comes next: the future of promo is needed"));
  EXPECT_FALSE(has(page, "id=\"next-0-w"));
  EXPECT_FALSE(has(page, "coverage-chart"));
  EXPECT_TRUE(has(page, "past-0-w"));
  EXPECT_TRUE(has(page, "</html>"));
  check_figures(page);
  const ForecastReport empty;
  EXPECT_TRUE(has(forecast_page(empty), "</html>"));
}

TEST(ForecastPage, TheLinearPartIsCalledWhatItIs) {
  ForecastReport r = synthetic_report();
  EXPECT_TRUE(has(forecast_page(r), "on the latest values less the last one, and a recurrent network"));
  r.linear_kind = "level", r.linear_waves = true;
  const std::string page = forecast_page(r);
  EXPECT_TRUE(
      has(page, "whose forecasts return to a level (what the calendar says is taken off first), and a recurrent network"));
  EXPECT_FALSE(has(page, "less the last one"));
}

TEST(ForecastPage, SizeStaysWithinBounds) { EXPECT_LE(forecast_page(synthetic_report()).size(), 300'000u); }

TEST(BandChart, AnAreaBetweenTwoLinesInterruptedWhereAnEndIsMissing) {
  svg::LineChart chart;
  chart.id = "a", chart.width = 400, chart.height = 300;
  chart.y_min = 0, chart.y_max = 10;
  const double none = std::nan("");
  chart.bands.push_back({"90 % band", {0, 1, 2, 3, 4}, {1, 2, none, 1, 1}, {5, 6, 7, 8, 9}, 2, "/low", "/high"});
  const std::string drawing = svg::line_chart(chart);
  const std::regex path("class=\"wash f2\" d=\"([^\"]*)\"");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(drawing, found, path));
  const std::string d = found[1];
  EXPECT_EQ(std::count(d.begin(), d.end(), 'M'), 2);
  EXPECT_EQ(std::count(d.begin(), d.end(), 'z'), 2);
  EXPECT_EQ(std::count(d.begin(), d.end(), 'L'), 6);  // two points above, two below, in each area
  EXPECT_TRUE(has(drawing, "data-low=\"1,2,null,1,1\" data-high=\"5,6,7,8,9\" data-at-low=\"/low\" data-at-high=\"/high\""));
  // The first point is at the left end of the axis: the upper edge begins there and the lower one ends there.
  const std::regex ends("^M([0-9.]+) ([0-9.]+)L[^L]*L[^L]*L([0-9.]+) ([0-9.]+)z");
  std::smatch corner;
  ASSERT_TRUE(std::regex_search(d, corner, ends)) << d;
  EXPECT_EQ(corner[1], corner[3]);
  EXPECT_LT(number_of(corner[2]), number_of(corner[4]));
}

TEST(BandChart, TheAxisReachesAsFarAsTheBand) {
  svg::LineChart chart;
  chart.id = "a";
  chart.series.push_back({"line", {0, 1}, {4, 5}, 0, "", 0, false, true});
  chart.bands.push_back({"band", {0, 1}, {2, 3}, {40, 50}, 0, "", ""});
  EXPECT_TRUE(has(svg::line_chart(chart), ">50<"));
  chart.bands.clear();
  EXPECT_FALSE(has(svg::line_chart(chart), ">50<"));
  EXPECT_FALSE(has(svg::line_chart(chart), ">line<"));  // unlabelled
}

TEST(BandChart, NamesOnlyUnderTicks) {
  svg::LineChart chart;
  chart.id = "a";
  chart.series.push_back({"line", {0, 1, 2}, {4, 5, 6}, 0, "", 0, false, false});
  chart.x_names = {"mon", "tue", "wed"};
  EXPECT_TRUE(has(svg::line_chart(chart), ">tue<"));
  chart.x_ticks = {0, 2};
  EXPECT_FALSE(has(svg::line_chart(chart), ">tue<"));
  EXPECT_TRUE(has(svg::line_chart(chart), ">wed<"));
}

}  // namespace
}  // namespace rnn::core::pages
