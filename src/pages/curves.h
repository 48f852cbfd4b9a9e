// Why: the curves of runs as charts, one below the other: as one SVG file and as text for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pages/svg.h"
#include "runs/run_curves.h"

namespace rnn::core::pages {

// What shares one pair of axes.
struct CurvePanel {
  std::string title;                // "loss", "validation BLEU"
  std::vector<svg::Series> series;  // x: updates, y: the figure; never empty
  double low = 0,
         high = 1;  // the vertical axis: from 0 unless the values are positive and differ by less than a factor of 3
  double first = 0, last = 1;  // the horizontal axis
};

// The curves of these keys. Each key has a panel with a line for each run that has the figure, named by the run's folder, or by its
// path where two have one name, and a number where that is the same, too; of a single run both losses share a panel. A key that no run has gets none. log: values that are not
// above 0 are left out.
std::vector<CurvePanel> curve_panels(const std::vector<RunCurves>& runs, const std::vector<std::string>& keys, bool log);

// A standalone file in the style of the pages.
std::string curves_svg(const std::vector<CurvePanel>& panels, std::string_view title, bool log);
// Each series as a chart of block characters on the axes of its panel, no line wider than `width` columns (at least kNarrowestChart).
constexpr int kNarrowestChart = 24;
std::string curves_text(const std::vector<CurvePanel>& panels, int width, bool log);

}  // namespace rnn::core::pages
