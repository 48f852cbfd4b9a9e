// Why: a figure that is absent, and one that is below zero, are two things in every table.
#include "base/figure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace rnn::core {
namespace {

constexpr Figure kNats{"loss", "loss", "loss (nats)"};
constexpr Figure kError{"loss", "error", "error", FigureForm::significant, 3, 4};
constexpr Figure kShare{"share", "share", "share", FigureForm::percent, 1, 2, 4, true};

TEST(Figures, AreWordedInTheirForm) {
  EXPECT_EQ(figure_text(kNats, 2.57349), "2.573");
  EXPECT_EQ(figure_text(kNats, -2.57349, Digits::fine), "-2.5735");
  EXPECT_EQ(figure_text(kNats, 123456789.25), "123456789.250");
  EXPECT_EQ(figure_text(kNats, 1.234e300), "1.23e+300");
  EXPECT_EQ(figure_text(kError, 0.000123456), "0.000123");
  EXPECT_EQ(figure_text(kShare, 0.8731), "87.3%");
  EXPECT_EQ(figure_text(kShare, 0.8731, Digits::fine), "87.31%");
  EXPECT_EQ(figure_text({"n", "n", "n", FigureForm::whole}, 12345), "12,345");
  EXPECT_EQ(figure_text({"t", "t", "t", FigureForm::time}, 73), "1:13");
  EXPECT_EQ(figure_text({"r", "r", "r", FigureForm::rate}, 41234), "41k");
  for (const std::optional<double> none :
       {std::optional<double>(), std::optional<double>(NAN), std::optional<double>(INFINITY)})
    EXPECT_EQ(figure_text(kNats, none), "");
}

TEST(Figures, KnowWhatIsBetter) {
  EXPECT_TRUE(kNats.better(-2, -1) && !kNats.better(1, 1) && !kNats.better(2, 1));
  EXPECT_TRUE(kShare.better(0.5, 0.4) && !kShare.better(0.4, 0.5));
}

TEST(ResultRows, HoldWhatIsDefined) {
  ResultRow row("a model");
  EXPECT_TRUE(row.empty());
  row.set(kNats, -1).set(kShare, std::nullopt);
  EXPECT_EQ(row[kNats], -1);
  EXPECT_EQ(row.at(kNats), -1);
  EXPECT_EQ(row[kShare], std::nullopt);
  EXPECT_THROW(row.at(kShare), std::out_of_range);
  EXPECT_EQ(row.find("share"), nullptr);
  row.set(kNats, std::nullopt);
  EXPECT_TRUE(row.empty());
}

// The same measure in two units has one key: a row has it once.
TEST(ResultRows, HoldOneFigureOfAKey) {
  ResultRow row("a model");
  row.set(kNats, 3).set(kShare, 0.5).set(kError, 0.25);
  ASSERT_EQ(row.values().size(), 2u);
  EXPECT_EQ(row[kNats], 0.25);
  EXPECT_EQ(row.find("loss"), &kError);
  EXPECT_EQ(row.values()[0].first, &kError);
}

}  // namespace
}  // namespace rnn::core
