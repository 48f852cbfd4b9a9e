// Why: see series_panels.h.
#include "pages/series_panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/label_chart.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kSensorHigh = 58, kChancesHigh = 150, kNameHigh = 20, kBetween = 12, kRightEdge = 12;

// The panels from top to bottom; y moves on.
class Panels {
 public:
  explicit Panels(const SeriesPanels& chart) : chart_(chart), v_(*chart.verdict), y_(title_room(chart) + 2.0) {
    left_ = text_width("100 %") + 12;
    for (size_t s = 0; s < drawn(); ++s) {
      const auto [low, high] = range_of(v_.sensors[s].values);
      left_ = std::max({left_, text_width(pages::plain(low)) + 12, text_width(pages::plain(high)) + 12});
    }
    left_ = std::min(left_, 0.25 * chart.width);
  }

  void sensors() {
    std::vector<double> x;
    for (size_t i = 0; !v_.sensors.empty() && i < v_.sensors[0].values.size(); ++i)
      x.push_back(std::min(v_.length, static_cast<int>(i + 1) * v_.stride));
    for (size_t s = 0; s < drawn(); ++s) {
      const ShownSensor& sensor = v_.sensors[s];
      const auto [low, high] = range_of(sensor.values);
      out_ += text(left_, y_ + 13, fitted(sensor.name, wide()), Anchor::start, "soft");
      y_ += kNameHigh;
      const Scale scale(low, high, y_ + kSensorHigh, y_, false);
      for (const double end : {low, high})
        out_ += text(left_ - 8, scale(end) + 4.5, fitted(pages::plain(end), left_ - 8), Anchor::end, "soft");
      out_ += line(left_, y_ + kSensorHigh, chart_.width - kRightEdge, y_ + kSensorHigh, "grid");
      out_ += curve(sensor.name, x, sensor.values, scale, 5, fmt::format("/sensors/{}/values", s));
      y_ += kSensorHigh + kBetween;
    }
  }

  void chances() {
    above_ = y_ - kBetween;
    out_ += legend_lines(legend_of(v_), left_, chart_.width, y_);
    y_ += 6, top_ = y_;
    const Scale scale(0, 1, y_ + kChancesHigh, y_, false);
    for (const double p : {0.0, 0.5, 1.0}) {
      out_ += line(left_, scale(p), chart_.width - kRightEdge, scale(p), "grid");
      out_ += text(left_ - 8, scale(p) + 4.5, fmt::format("{:.0f} %", 100 * p), Anchor::end, "soft");
    }
    const std::vector<double> x(v_.looks.begin(), v_.looks.end());
    for (size_t i = v_.course.size(); i-- > 0;)
      out_ += curve(v_.course[i].label, x, v_.course[i].p, scale, static_cast<int>(i), fmt::format("/course/{}/p", i));
    y_ += kChancesHigh;
    bottom_ = y_;
  }

  void decided() {
    if (v_.turns == 0) return;
    const double x = x_of(v_.looks[static_cast<size_t>(v_.decided)]);
    if (drawn() > 0) out_ += line(x, title_room(chart_) + 4.0, x, above_, "level");
    out_ += line(x, top_, x, bottom_, "level");
  }

  void axis() {
    const Scale scale(0, v_.length, left_, chart_.width - kRightEdge, false);
    out_ += line(left_, y_, chart_.width - kRightEdge, y_, "axis");
    for (const double tick : scale.ticks(chart_.width > 500 ? 8 : 4)) {
      out_ += line(scale(tick), y_, scale(tick), y_ + 4, "axis");
      out_ += text(scale(tick), y_ + 18, scale.label(tick), Anchor::middle, "soft");
    }
    out_ += text(chart_.width - kRightEdge, y_ + 36, "samples", Anchor::end, "soft");
    y_ += 42;
  }

  std::string finish() const {
    std::string head = open(chart_, static_cast<int>(std::ceil(y_)) - title_room(chart_), "line chart");
    head.insert(head.find(" viewBox"), fmt::format(" data-bottom=\"{}\"", at(bottom_)));
    return head + out_ + "</svg>\n";
  }

 private:
  size_t drawn() const { return std::min(v_.sensors.size(), kMostPanels); }
  double wide() const { return chart_.width - left_ - kRightEdge; }
  double x_of(double sample) const { return left_ + wide() * sample / v_.length; }

  static std::pair<double, double> range_of(const std::vector<double>& values) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double v : values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    if (!(low <= high)) return {0, 1};
    return {low, high > low ? high : low + 1};
  }

  std::string curve(const std::string& name, const std::vector<double>& x, const std::vector<double>& y, const Scale& scale,
                    int style, const std::string& pointer) const {
    std::string path, pixels;
    bool down = false;
    for (size_t i = 0; i < y.size(); ++i) {
      if (i > 0) pixels += ' ';
      if (!std::isfinite(y[i])) {
        pixels += '-', down = false;
        continue;
      }
      path += fmt::format("{}{} {}", down ? "L" : "M", at(x_of(x[i])), at(scale(y[i])));
      pixels += at(x_of(x[i])) + "," + at(scale(y[i]));
      down = true;
    }
    return fmt::format(
        "<g class=\"series\" data-name=\"{}\" data-x=\"{}\" data-values=\"{}\" data-at=\"{}\" data-first=\"0\" "
        "data-pixels=\"{}\"><path class=\"ln c{}{}\" d=\"{}\"/></g>\n",
        pages::escape(name), pages::exact(x), pages::exact(y), pages::escape(pointer), pixels, style % kStyles,
        style == 5 ? " solid" : "", path);
  }

  const SeriesPanels& chart_;
  const Verdict& v_;
  double left_ = 0, y_, above_ = 0, top_ = 0, bottom_ = 0;  // of the sensors' end and the chances
  std::string out_;
};

}  // namespace

std::string series_panels(const SeriesPanels& chart) {
  Panels panels(chart);
  panels.sensors();
  panels.chances();
  panels.decided();
  panels.axis();
  return panels.finish();
}

}  // namespace rnn::core::svg
