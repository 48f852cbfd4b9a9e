// Why: the drawings of pages and of `rnn inspect --svg`: charts as SVG text, readable by people and by screen readers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core::svg {

// Every chart has a role, a title and a description. Inside a page the colours come from the page's style sheet
// (palette_css() and the classes c0.. line, f0.. area, t0.. text); a standalone file contains its own, for light and dark.
struct Frame {
  std::string id;                  // prefix of the ids of title and description: unique within a page
  std::string title, description;  // title: what is drawn; description: what it shows, in a sentence
  int width = 720, height = 360;
  bool standalone = false;  // a separate file: xmlns, colours and title drawn
};

constexpr int kStyles = 6;  // colours, dash patterns and markers; style s is s % kStyles

struct Series {
  std::string name;          // written at the end of the line
  std::vector<double> x, y;  // same length; a point that is not finite (on a log axis: not above 0) breaks the line
  int style = 0;
  std::string at;           // JSON pointer of y in the page's data, or empty
  int first = 0;            // y[0] is element `first` of what `at` points to
  bool solid = false;       // no dashes: on a noisy line they would be unreadable
  bool unlabelled = false;  // the name is not written at the end: a legend has it
};

struct Band {  // the area between two lines, behind all lines
  std::string name;
  std::vector<double> x, low, high;  // same length; where one of the ends is not finite the area is interrupted
  int style = 0;
  std::string at_low, at_high;  // JSON pointers of low and high, or empty
};

struct Level {  // a horizontal line with a label: chance, a threshold
  double y = 0;
  std::string text;
};

struct LineChart : Frame {
  std::string x_label, y_label;
  std::vector<Series> series;
  std::vector<Band> bands;
  std::vector<Level> levels;
  bool log_x = false, log_y = false;
  bool markers = false;              // a shape at every point
  std::vector<double> x_ticks;       // empty: chosen
  std::vector<std::string> x_names;  // words instead of numbers under x = 0, 1, ...; with x_ticks only under these
  bool percent = false;              // y is a share, written as "43 %"
  double y_min = 0, y_max = 0;       // both 0: from the data (linear axes start at 0 when all values are positive)
};
std::string line_chart(const LineChart& chart);

struct BarGroup {
  std::string label;
  std::vector<double> values;   // one per series; not finite: no bar, only the value as text
  std::vector<std::string> at;  // JSON pointers, or empty
};

// Horizontal bars, the groups one below the other, the value at each bar's end. `height` is ignored: it is computed.
struct BarChart : Frame {
  std::string x_label;
  std::vector<std::string> series;  // names; one series: no legend
  std::vector<int> styles;          // of the series; empty: 0, 1, ...
  std::vector<BarGroup> groups;
  double maximum = 0;    // 0: from the data
  bool percent = false;  // values are shares, written as "43 %"
};
std::string bar_chart(const BarChart& chart);

// Numbers as coloured cells (a hidden state), blue below 0 and orange above, in `columns` columns. No axes.
struct Cells : Frame {
  std::span<const float> values;
  int columns = 32;
  float limit = 1;  // the value of the strongest colour
};
std::string cells(const Cells& strip);

// The share of the numbers in each of `shares.size()` equal bins, as columns: how a gate's values are spread.
struct Histogram : Frame {
  std::vector<double> shares;
  int style = 0;
};
std::string histogram(const Histogram& chart);

// Custom properties --s0.. (series), --n7..--n1, --z, --p1..--p7 (cells) for one scheme; chart_css() has the classes that
// use them.
std::string palette_css(bool dark);
std::string_view chart_css();

}  // namespace rnn::core::svg
