// Why: a verdict step by step as bars below each other, so that every word stands beside what the model thought after it; and how much each
// part of the input adds.
#pragma once

#include <string>
#include <vector>

#include "inspect/labelling.h"
#include "pages/svg.h"

namespace rnn::core::svg {

constexpr size_t kMostBarRows = 60;  // of a longer text the course is drawn as lines

// A row for each look at a text: the word, a bar of the labels' probabilities, and that of the answer. Label i of `course` has style i. `height`
// is ignored.
struct StepsChart : Frame {
  const Verdict* verdict = nullptr;
};
std::string steps_chart(const StepsChart& chart);

// Bars to both sides of a line: what speaks for the answer to the right. `height` is ignored.
struct PartBar {
  std::string name;
  double adds = 0;  // probability
  std::string at;   // JSON pointer
};
struct PartsChart : Frame {
  std::vector<PartBar> parts;
  std::string left = "against", right = "for";  // what bars to either side mean
};
std::string parts_chart(const PartsChart& chart);

// "■ happy ■ unhappy", in as many lines as the width needs; y moves on.
struct LegendEntry {
  std::string text;
  int style = 0;  // -1: what is left over
};
std::string legend_lines(const std::vector<LegendEntry>& entries, double left, double width, double& y);
// The labels of `course`, the right one marked, and "other labels" where there are more.
std::vector<LegendEntry> legend_of(const Verdict& v);

}  // namespace rnn::core::svg
