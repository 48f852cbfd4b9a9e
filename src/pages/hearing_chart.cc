// Why: see hearing_chart.h.
#include "pages/hearing_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr int kShades = 7;
constexpr size_t kMostColumns = 200, kMostBands = 32, kMostUnits = 16;
constexpr double kRight = 10, kBandsHigh = 132, kWordHigh = 26, kUnitHigh = 17, kChangeHigh = 46, kRoom = 10;
constexpr double kLabelSpace = 8;

// A grid of values in [0, 1] as one path for each of seven shades; cells of the lowest shade are not drawn.
class Raster {
 public:
  Raster(double x, double y, double wide, double high) : x_(x), y_(y), wide_(wide), high_(high) {}
  // Cells of a row one after another; neighbours of one shade become one rectangle.
  void row(size_t r, const std::vector<float>& values) {
    for (size_t c = 0; c < values.size();) {
      const int shade = shade_of(values[c]);
      size_t end = c + 1;
      while (end < values.size() && shade_of(values[end]) == shade) ++end;
      if (shade > 0)  // in cells: the group below is as large as they are
        paths_[static_cast<size_t>(shade - 1)] += fmt::format("M{} {}h{}v1h-{}z", c, r, end - c, end - c);
      c = end;
    }
  }
  std::string text(char letter) const {
    std::string out = fmt::format("<g transform=\"translate({} {}) scale({:.4f} {:.4f})\">\n", at(x_), at(y_), wide_, high_);
    for (int s = 0; s < kShades; ++s) {
      const std::string& path = paths_[static_cast<size_t>(s)];
      if (!path.empty()) out += fmt::format("<path class=\"{}{}\" d=\"{}\"/>\n", letter, s + 1, path);
    }
    out += "</g>\n";
    return out;
  }

 private:
  static int shade_of(float value) { return static_cast<int>(std::lround(std::clamp(value, 0.0F, 1.0F) * kShades)); }
  double x_, y_, wide_, high_;
  std::array<std::string, kShades> paths_;
};

// At most `columns` columns and `bands` rows, each the mean of those that it stands for; the highest band is row 0.
std::vector<std::vector<float>> reduced(const std::vector<std::vector<float>>& sound, size_t columns, size_t bands) {
  const size_t frames = sound.size(), width = sound[0].size();
  columns = std::min(columns, frames), bands = std::min(bands, width);
  std::vector<std::vector<float>> rows(bands, std::vector<float>(columns));
  for (size_t b = 0; b < bands; ++b) {
    for (size_t c = 0; c < columns; ++c) {
      double sum = 0, n = 0;
      for (size_t f = c * frames / columns; f < std::max((c + 1) * frames / columns, c * frames / columns + 1); ++f) {
        for (size_t i = b * width / bands; i < (b + 1) * width / bands; ++i) sum += static_cast<double>(sound[f][i]), ++n;
      }
      rows[bands - 1 - b][c] = static_cast<float>(sum / n);
    }
  }
  return rows;
}

// The drawing from top to bottom; `y` moves on.
class Drawing {
 public:
  explicit Drawing(const HearingChart& chart) : chart_(chart), h_(*chart.hearing) {
    std::vector<std::string> names = {"sound", "heard", "said"};
    if (chart.states) names.insert(names.end(), {"nothing", "memory"});
    for (const std::string& name : names) left_ = std::max(left_, text_width(name) + kLabelSpace + 4);
    const double steps = static_cast<double>(
        std::max(h_.best.size() * static_cast<size_t>(std::lround(h_.step / h_.frame)), h_.sound.size()));
    seconds_ = std::max(h_.seconds, steps * h_.frame);
    wide_ = chart.width - left_ - kRight;
    y_ = 4 + title_room(chart);
  }

  void words(const std::string& name, const std::vector<HeardWord>& words, int style) {
    label(name, y_ + kWordHigh / 2 + 4);
    for (const HeardWord& w : words) {
      const double from = x(w.start), to = std::max(x(w.end), from + 2);
      out_ += fmt::format("<rect class=\"f{} wash\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>", style,
                          at(from), at(y_), at(to - from), at(kWordHigh));
      const std::string shown = fitted(w.text, std::max(to - from, room_after(words, w) - 2), false);
      out_ += text(from + 3, y_ + kWordHigh / 2 + 4.5, shown, Anchor::start, "");
    }
    y_ += kWordHigh + kRoom;
  }

  void sound() {
    const auto columns = std::min<size_t>(kMostColumns, static_cast<size_t>(wide_ / 1.5));
    const std::vector<std::vector<float>> rows = reduced(h_.sound, columns, kMostBands);
    const double covered = static_cast<double>(h_.sound.size()) * h_.frame / seconds_ * wide_;
    const double high = kBandsHigh / static_cast<double>(rows.size());
    Raster raster(left_, y_, covered / static_cast<double>(rows[0].size()), high);
    for (size_t r = 0; r < rows.size(); ++r) raster.row(r, rows[r]);
    label("sound", y_ + 12);
    label("high", y_ + 28), label("low", y_ + kBandsHigh - 2);
    out_ += fmt::format("<rect class=\"cz\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", at(left_), at(y_), at(wide_),
                        at(kBandsHigh)) +
            raster.text('n');
    y_ += kBandsHigh + kRoom;
  }

  void unit(const std::string& name, const std::vector<float>& p, char letter) {
    label(name, y_ + kUnitHigh - 4);
    Raster raster(left_, y_, h_.step / seconds_ * wide_, kUnitHigh - 2);
    raster.row(0, p);
    out_ += fmt::format("<rect class=\"cz\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", at(left_), at(y_), at(wide_),
                        at(kUnitHigh - 2)) +
            raster.text(letter);
    y_ += kUnitHigh;
  }

  void units() {
    for (size_t i = 0; i < std::min(h_.units.size(), kMostUnits); ++i)
      unit(h_.units[i].text == "␣" ? "space" : h_.units[i].text, h_.units[i].p, 'p');
    unit("nothing", h_.blank, 'n');
    y_ += kRoom;
  }

  void change() {
    label("memory", y_ + 12), label("moves", y_ + 28);
    const float most = std::max(*std::max_element(h_.change.begin(), h_.change.end()), 1e-6F);
    std::string path;
    for (size_t t = 0; t < h_.change.size(); ++t)
      path += fmt::format("{}{} {}", t == 0 ? "M" : "L", at(x((static_cast<double>(t) + 0.5) * h_.step)),
                          at(y_ + kChangeHigh * (1 - static_cast<double>(h_.change[t] / most))));
    out_ += fmt::format("<path class=\"ln solid c0\" d=\"{}\"/>\n", path);
    y_ += kChangeHigh + kRoom;
  }

  void axis() {
    const Scale scale(0, seconds_, left_, left_ + wide_, false);
    out_ += line(left_, y_, left_ + wide_, y_, "axis");
    for (const double tick : scale.ticks(chart_.width > 500 ? 8 : 4)) {
      out_ += line(scale(tick), y_, scale(tick), y_ + 4, "axis");
      out_ += text(scale(tick), y_ + 18, scale.label(tick), Anchor::middle, "soft");
    }
    out_ += text(left_ + wide_, y_ + 34, "seconds", Anchor::end, "soft");
    y_ += 40;
  }

  std::string finish() const {
    return open(chart_, static_cast<int>(std::ceil(y_)) - title_room(chart_), "picture of sound") + out_ + "</svg>\n";
  }

 private:
  double x(double seconds) const { return left_ + wide_ * seconds / seconds_; }
  void label(const std::string& name, double y) { out_ += text(left_ - kLabelSpace, y, name, Anchor::end, "soft"); }
  // Up to the next word.
  double room_after(const std::vector<HeardWord>& words, const HeardWord& word) const {
    const HeardWord* next = &word + 1;
    return (next < words.data() + words.size() ? x(next->start) : left_ + wide_) - x(word.start);
  }

  const HearingChart& chart_;
  const Hearing& h_;
  double left_ = 0, wide_ = 0, seconds_ = 1, y_ = 0;
  std::string out_;
};

}  // namespace

std::string hearing_chart(const HearingChart& chart) {
  HearingChart frame = chart;
  Drawing drawing(frame);
  const Hearing& h = *frame.hearing;
  if (!h.said_words.empty()) drawing.words("said", h.said_words, 5);
  drawing.words("heard", h.words, 1);
  drawing.sound();
  if (frame.states) drawing.units(), drawing.change();
  drawing.axis();
  return drawing.finish();
}

}  // namespace rnn::core::svg
