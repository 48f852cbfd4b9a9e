// Why: a point of a curve is drawn where its numbers say, in an SVG file and in block characters.
#include "pages/curves.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "pages/text_chart.h"

namespace rnn::core::pages {
namespace {

RunCurves run_of(const std::string& path, const std::vector<double>& losses, const std::vector<double>& checks) {
  RunCurves run;
  run.path = path, run.best_by = "val_loss";
  Curve loss{"loss", {}, {}, losses}, val{"val_loss", {}, {}, checks},
      lr{"lr", {}, {}, std::vector<double>(losses.size(), 0.01)};
  for (size_t i = 0; i < losses.size(); ++i) loss.steps.push_back(100.0 * static_cast<double>(i)), loss.epochs.push_back(1);
  for (size_t i = 0; i < checks.size(); ++i) val.steps.push_back(200.0 * static_cast<double>(i)), val.epochs.push_back(1);
  lr.steps = loss.steps, lr.epochs = loss.epochs;
  run.curves = {loss, val, lr};
  return run;
}

TEST(TextChart, EighthsOfARow) {
  TextChart chart;
  chart.columns = 17, chart.rows = 2, chart.x_high = 16, chart.y_low = 1, chart.y_high = 16;
  for (int i = 0; i <= 16; ++i) chart.x.push_back(i), chart.y.push_back(i);  // 0 is below the axis: at its end
  EXPECT_EQ(chart_lines(chart), (std::vector<std::string>{"         ▁▂▃▄▅▆▇█", "▁▁▂▃▄▅▆▇█████████"}));
}

TEST(TextChart, ColumnsAreMeansOrLieBetweenTwoPoints) {
  TextChart chart;
  chart.columns = 5, chart.x_high = 8;
  chart.x = {0, 0.4, 8}, chart.y = {1, 3, 11};
  EXPECT_EQ(chart_columns(chart), (std::vector<double>{2, 5, 7, 9, 11}));  // the line begins at the last point of a column
  chart.x = {0, 4, 8}, chart.y = {1, std::nan(""), 3};
  const std::vector<double> gap = chart_columns(chart);
  EXPECT_EQ(gap[0], 1);
  EXPECT_EQ(gap[4], 3);
  for (const size_t c : {1, 2, 3}) EXPECT_TRUE(std::isnan(gap[c])) << c;
  chart.log = true, chart.x = {0, 2, 4, 8}, chart.y = {10, 0, 1, 100};  // 0 has no logarithm
  const std::vector<double> powers = chart_columns(chart);
  EXPECT_EQ(powers[0], 1);
  EXPECT_TRUE(std::isnan(powers[1]));
  EXPECT_EQ(powers[2], 0);
  EXPECT_EQ(powers[3], 1);
  EXPECT_EQ(powers[4], 2);
}

TEST(Curves, OneRunHasBothLossesInOnePanel) {
  const std::vector<CurvePanel> panels =
      curve_panels({run_of("runs/a", {6, 4, 3}, {5, 4})}, {"loss", "val_loss", "lr", "none"}, false);
  ASSERT_EQ(panels.size(), 2u);
  EXPECT_EQ(panels[0].title, "loss");
  ASSERT_EQ(panels[0].series.size(), 2u);
  EXPECT_EQ(panels[0].series[0].name, "training loss");
  EXPECT_EQ(panels[0].series[1].name, "validation loss");
  EXPECT_EQ(panels[0].series[1].x, (std::vector<double>{0, 200}));
  EXPECT_EQ(panels[0].low, 3);  // differs by less than a factor of 3: not from 0
  EXPECT_EQ(panels[0].high, 6);
  EXPECT_EQ(panels[0].last, 200);
  EXPECT_EQ(panels[1].title, "learning rate");
  EXPECT_EQ(panels[1].low, 0);  // constant
}

TEST(Curves, SeveralRunsShareTheAxesOfAFigure) {
  const std::vector<RunCurves> runs = {run_of("x/a", {6, 4, 3}, {5}), run_of("x/b", {9, 1, 1}, {4}),
                                       run_of("y/a", {1, 1, 1}, {4})};
  const std::vector<CurvePanel> panels = curve_panels(runs, {"loss", "val_loss"}, false);
  ASSERT_EQ(panels.size(), 2u);
  ASSERT_EQ(panels[0].series.size(), 3u);
  EXPECT_EQ(panels[0].series[0].name, "x/a");  // two runs are called a
  EXPECT_EQ(panels[0].series[1].name, "b");
  EXPECT_EQ(panels[0].title, "training loss");
  EXPECT_EQ(panels[0].low, 0);
  EXPECT_EQ(panels[0].high, 9);
  EXPECT_EQ(curve_panels(runs, {"loss"}, true)[0].low, 1);  // a logarithmic axis does not reach 0
}

// The pixels that a series lists must be on one scale, the ends of the axes at the ends of the data.
TEST(Curves, PointsOfTheDrawingAreAtTheirPlaces) {
  const std::string svg = curves_svg(curve_panels({run_of("runs/a", {6, 4.5, 3}, {5, 4})}, {"loss"}, false), "a <b>", false);
  EXPECT_EQ(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\""), 0u);
  EXPECT_NE(svg.find("a &lt;b&gt;"), std::string::npos);
  EXPECT_EQ(svg.find("http", 50), std::string::npos);
  EXPECT_NE(svg.find("data-values=\"6,4.5,3\""), std::string::npos) << svg;
  const size_t path = svg.find(" d=\"M", svg.find("class=\"ln c0"));
  ASSERT_NE(path, std::string::npos);
  std::vector<double> numbers;
  std::string word;
  for (size_t i = path + 5; svg[i - 1] != '"'; ++i) {
    if (svg[i] == ' ' || svg[i] == 'L' || svg[i] == '"') {
      numbers.push_back(*parse_number<double>(word));
      word.clear();
    } else {
      word += svg[i];
    }
  }
  ASSERT_EQ(numbers.size(), 6u);
  EXPECT_NEAR(numbers[2], (numbers[0] + numbers[4]) / 2, 0.11);  // one decimal is written
  EXPECT_NEAR(numbers[3], (numbers[1] + numbers[5]) / 2, 0.11);
  EXPECT_LT(numbers[1], numbers[5]);  // 6 stands above 3
}

TEST(Curves, TextIsNoWiderThanAsked) {
  const std::vector<CurvePanel> panels =
      curve_panels({run_of("runs/a", {20000, 4, 3}, {5, 4})}, {"loss", "val_loss", "lr"}, false);
  for (const int width : {1, 24, 60, 200}) {
    const std::string text = curves_text(panels, width, false);
    int columns = 0, widest = 0;
    for (const char c : text) {
      columns = c == '\n' ? 0 : columns + ((static_cast<unsigned char>(c) & 0xC0) != 0x80);
      widest = std::max(widest, columns);
    }
    EXPECT_LE(widest, std::max(width, kNarrowestChart));
    EXPECT_GE(widest, std::max(width, kNarrowestChart) - 2);
  }
}

TEST(Curves, TitlesOfFigures) {
  EXPECT_EQ(curve_title("val_bits_per_byte"), "validation bits/byte");
  EXPECT_EQ(curve_title("val_bleu"), "validation BLEU");
  EXPECT_EQ(curve_title("val_novel"), "val_novel");
}

}  // namespace
}  // namespace rnn::core::pages
