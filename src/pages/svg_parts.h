// Why: what the charts share: the frame with its title, estimated text widths, axes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pages/svg.h"

namespace rnn::core::svg {

// "12.3", "12", "-0.4": a coordinate with at most one digit after the point.
std::string at(double coordinate);
// Colours and classes of a standalone file, for light and dark viewers.
std::string standalone_css();
// Width in pixels of text at a font size of 13. No font is available here: the widths are those of DejaVu Sans, the widest
// of the fonts that the style sheet names or that replace them, so that nothing is cut off.
double text_width(std::string_view text, bool bold = false);
// The text, or its beginning and an ellipsis, no wider than `width`.
std::string fitted(std::string_view text, double width, bool bold = false);
// Broken at spaces into lines no wider than `width`; a longer word gets a line of its own.
std::vector<std::string> text_lines(std::string_view text, double width);

// <svg ...> with role, title and description (standalone: also colours, background and the title as text); close with
// "</svg>". `role_text` is what a screen reader calls the drawing ("line chart").
std::string open(const Frame& frame, int height, std::string_view role_text);
inline constexpr int kTitleHeight = 34;  // space that the title of a standalone chart takes at the top
inline int title_room(const Frame& frame) { return frame.standalone ? kTitleHeight : 0; }

enum class Anchor { start, middle, end };
std::string text(double x, double y, std::string_view words, Anchor anchor, std::string_view css_class);
std::string line(double x1, double y1, double x2, double y2, std::string_view css_class);

// One axis: maps data to pixels.
class Scale {
 public:
  Scale(double low, double high, double from, double to, bool log);
  double operator()(double value) const;
  bool shows(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  // Round values for the labels of the axis, at most about `most`.
  std::vector<double> ticks(int most) const;
  std::string label(double tick) const;

 private:
  double low_, high_, from_, to_;
  bool log_;
};

}  // namespace rnn::core::svg
