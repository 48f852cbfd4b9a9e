// Why: see tag_chart.h.
#include "pages/tag_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kWordRoom = 7, kApart = 5, kTagLine = 18, kWordLine = 26, kBetweenLines = 16;
constexpr double kWidestCell = 0.9;  // of the chart

// Words in lines no wider than the chart.
class Flow {
 public:
  explicit Flow(const TagChart& chart) : chart_(chart), t_(*chart.tagging) {
    for (const TaggedSpan& span : t_.found)
      if (std::find(types_.begin(), types_.end(), span.type) == types_.end()) types_.push_back(span.type);
    span_of_.assign(t_.words.size(), -1);
    for (size_t s = 0; s < t_.found.size(); ++s)
      for (int i = t_.found[s].begin; i < t_.found[s].end; ++i) span_of_[static_cast<size_t>(i)] = static_cast<int>(s);
    doubts_ = std::any_of(t_.words.begin(), t_.words.end(), [](const TaggedWord& w) { return w.p < kDoubtful; });
    corrected_ = t_.wrong > 0;
    place();
  }

  std::string draw() {
    std::string out;
    const double top = title_room(chart_) + 4;
    for (size_t s = 0; s < t_.found.size(); ++s) out += wash(s, top);
    for (size_t i = 0; i < cells_.size(); ++i) out += word(i, top);
    const double high = cells_.empty() ? 0 : (cells_.back().line + 1) * line_high();
    return open(chart_, static_cast<int>(std::ceil(4 + high)), "tagged sentence") + out + "</svg>\n";
  }

 private:
  struct Cell {
    double x = 0, wide = 0;
    int line = 0;
  };

  double line_high() const { return kWordLine + kTagLine * (1 + doubts_ + corrected_) + kBetweenLines; }
  double y_of(const Cell& cell, double top) const { return top + cell.line * line_high(); }
  int style_of(int span) const {
    const auto at = std::find(types_.begin(), types_.end(), t_.found[static_cast<size_t>(span)].type);
    return static_cast<int>(at - types_.begin()) % (kStyles - 1);
  }
  // What stands below a word: the type below the beginning of a span, a tag that is no span below each word.
  std::string below(size_t i) const {
    if (!t_.spans) return t_.words[i].tag;
    return span_of_[i] >= 0 && (i == 0 || span_of_[i - 1] != span_of_[i]) ? t_.found[static_cast<size_t>(span_of_[i])].type
                                                                          : "";
  }
  std::string right_tag(size_t i) const {
    const TaggedWord& word = t_.words[i];
    return word.said && *word.said != word.tag ? "(" + *word.said + ")" : "";
  }

  void place() {
    double x = 0;
    int at_line = 0;
    for (size_t i = 0; i < t_.words.size(); ++i) {
      const double most = kWidestCell * chart_.width;
      double wide = text_width(fitted(t_.words[i].word, most));
      wide = std::max(wide, text_width(fitted(below(i), most), true));
      wide = std::max(
          {wide, text_width(right_tag(i)), t_.words[i].p < kDoubtful ? text_width(pages::share(t_.words[i].p)) : 0});
      wide += 2 * kWordRoom;
      if (x > 0 && x + wide > chart_.width) x = 0, ++at_line;
      cells_.push_back({x, wide, at_line});
      x += wide + kApart;
    }
  }

  std::string wash(size_t s, double top) const {
    std::string out;
    const auto end = static_cast<size_t>(t_.found[s].end);
    for (size_t i = static_cast<size_t>(t_.found[s].begin); i < end;) {
      size_t last = i;
      while (last + 1 < end && cells_[last + 1].line == cells_[i].line) ++last;
      const double wide = cells_[last].x + cells_[last].wide - cells_[i].x;
      out += fmt::format("<rect class=\"f{0} wash\" x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{4}\" rx=\"5\"/>",
                         style_of(static_cast<int>(s)), at(cells_[i].x), at(y_of(cells_[i], top)), at(wide), at(kWordLine));
      i = last + 1;
    }
    return out;
  }

  std::string word(size_t i, double top) const {
    const Cell& cell = cells_[i];
    const TaggedWord& word = t_.words[i];
    const double x = cell.x + kWordRoom, most = kWidestCell * chart_.width;
    double y = y_of(cell, top);
    std::string out = text(x, y + 18, fitted(word.word, most), Anchor::start, "");
    y += kWordLine + 14;
    const std::string name = below(i);
    const std::string style = span_of_[i] >= 0 ? fmt::format("strong t{}", style_of(span_of_[i])) : "soft";
    if (!name.empty()) out += text(x, y, fitted(name, most, true), Anchor::start, style);
    if (doubts_) y += kTagLine;
    if (word.p < kDoubtful) {
      std::string sure = text(x, y, pages::share(word.p), Anchor::start, "soft");
      out += sure.insert(sure.find('>'), fmt::format(" data-value=\"{}\" data-at=\"/words/{}/p\"", pages::exact(word.p), i));
    }
    if (!right_tag(i).empty()) out += text(x, y + kTagLine, fitted(right_tag(i), most), Anchor::start, "t5");
    return out;
  }

  const TagChart& chart_;
  const Tagging& t_;
  std::vector<std::string> types_;
  std::vector<int> span_of_;
  std::vector<Cell> cells_;
  bool doubts_ = false, corrected_ = false;
};

}  // namespace

std::string tag_chart(const TagChart& chart) { return Flow(chart).draw(); }

}  // namespace rnn::core::svg
