// Why: points to columns, columns to eighths of a row.
#include "pages/text_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace rnn::core::pages {
namespace {

constexpr std::array<std::string_view, 9> kEighths = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

}  // namespace

std::vector<double> chart_columns(const TextChart& chart) {
  const size_t n = static_cast<size_t>(std::max(chart.columns, 1));
  std::vector<double> sum(n, 0), columns(n, std::numeric_limits<double>::quiet_NaN());
  std::vector<int> count(n, 0);
  const double span = chart.x_high > chart.x_low ? chart.x_high - chart.x_low : 1;
  const auto drawn = [&](size_t i) { return chart.log ? std::log10(chart.y[i]) : chart.y[i]; };
  const auto column = [&](size_t i) {
    const double at = (chart.x[i] - chart.x_low) / span * static_cast<double>(n - 1);
    return static_cast<size_t>(std::lround(std::clamp(at, 0.0, static_cast<double>(n - 1))));
  };
  const size_t points = std::min(chart.x.size(), chart.y.size());
  for (size_t i = 0; i < points; ++i) {
    if (!std::isfinite(drawn(i))) continue;
    sum[column(i)] += drawn(i);
    ++count[column(i)];
  }
  for (size_t i = 0; i + 1 < points; ++i) {
    if (!std::isfinite(drawn(i)) || !std::isfinite(drawn(i + 1))) continue;
    const size_t from = column(i), to = column(i + 1);
    for (size_t c = from + 1; c < to; ++c) {
      const double part = static_cast<double>(c - from) / static_cast<double>(to - from);
      columns[c] = drawn(i) + part * (drawn(i + 1) - drawn(i));
    }
  }
  for (size_t c = 0; c < n; ++c) {
    if (count[c] > 0) columns[c] = sum[c] / count[c];
  }
  return columns;
}

std::vector<std::string> chart_lines(const TextChart& chart) {
  const int rows = std::max(chart.rows, 1), most = 8 * rows;
  const double span = chart.y_high > chart.y_low ? chart.y_high - chart.y_low : 1;
  std::vector<std::string> lines(static_cast<size_t>(rows));
  for (const double value : chart_columns(chart)) {
    int eighths = 0;
    if (std::isfinite(value)) {
      const double part = std::clamp((value - chart.y_low) / span, 0.0, 1.0);
      eighths = 1 + static_cast<int>(std::lround(part * (most - 1)));
    }
    for (int row = 0; row < rows; ++row) {
      const int here = std::clamp(eighths - 8 * (rows - 1 - row), 0, 8);
      lines[static_cast<size_t>(row)] += kEighths[static_cast<size_t>(here)];
    }
  }
  return lines;
}

}  // namespace rnn::core::pages
