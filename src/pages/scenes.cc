// Why: three drawings of their own explain recurrent networks: the loop, the whisper along a row of people, the doors.
#include "pages/scenes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr int kTile = 132, kTileGap = 22, kFolded = 236, kLoopHeight = 216;

std::string arrow(double x1, double y1, double x2, double y2) {
  const double length = std::max(std::hypot(x2 - x1, y2 - y1), 1e-9), dx = (x2 - x1) / length, dy = (y2 - y1) / length;
  const double bx = x2 - 9 * dx, by = y2 - 9 * dy;
  return line(x1, y1, bx, by, "way") + fmt::format("<path class=\"tip\" d=\"M{} {}L{} {}L{} {}z\"/>\n", at(x2), at(y2),
                                                   at(bx - 5 * dy), at(by + 5 * dx), at(bx + 5 * dy), at(by - 5 * dx));
}

std::string strip(const std::vector<float>& values, double x, double y, double width, double height) {
  std::string out;
  const double w = width / static_cast<double>(std::max<size_t>(values.size(), 1));
  for (size_t i = 0; i < values.size(); ++i) {
    const int level = static_cast<int>(std::lround(7 * std::clamp(values[i], -1.0f, 1.0f)));
    const std::string name = level == 0 ? "cz" : fmt::format("{}{}", level < 0 ? 'n' : 'p', std::abs(level));
    out += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", name,
                       at(x + w * static_cast<double>(i)), at(y), at(w), at(height));
  }
  return out + "\n";
}

std::string box(double x, double y, double width, double height) {
  return fmt::format("<rect class=\"machine\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\"/>\n", at(x), at(y),
                     at(width), at(height));
}

// The cell with its arrow back, in [0, kFolded].
std::string folded(const Loop& scene, double top) {
  const double left = 34, width = 128, y = top + 76, height = 64, middle = left + width / 2, right = left + width;
  std::string out = box(left, y, width, height);
  out +=
      text(middle, y + 28, "the same", Anchor::middle, "strong") + text(middle, y + 46, "network", Anchor::middle, "strong");
  out += arrow(middle, y + height + 40, middle, y + height + 4) +
         text(middle, y + height + 58, "one " + scene.unit, Anchor::middle, "");
  out += arrow(middle, y - 4, middle, y - 36) + text(middle, y - 44, "a guess of the next", Anchor::middle, "");
  // Out on the right, around above, back in on the left.
  out += fmt::format(
      "<path class=\"way back\" d=\"M{0} {1}h22q14 0 14 14v56q0 14 -14 14H{2}q-14 0 -14 -14v-56q0 -14 14 "
      "-14h8\"/>\n",
      at(right), at(y + 22), at(left - 8));
  out += fmt::format("<path class=\"tip\" d=\"M{} {}l-9 -5v10z\"/>\n", at(left), at(y + 22));
  return out;
}

std::string unrolled(const LoopTile& tile, double x, double top, bool first) {
  const double y = top + 76, height = 64, middle = x + kTile / 2.0;
  std::string out = box(x, y, kTile, height) + strip(tile.values, x + 10, y + 24, kTile - 20, 16);
  out += arrow(middle, y + height + 40, middle, y + height + 4) +
         text(middle, y + height + 58, fitted(tile.word, kTile, true), Anchor::middle, "strong");
  out += arrow(middle, y - 4, middle, y - 36) + text(middle, y - 44, fitted(tile.next, kTile), Anchor::middle, "");
  return first ? out : out + arrow(x - kTileGap, y + 32, x - 2, y + 32);
}

// A head and shoulders, 14 wide and 30 high, centred on x.
std::string person(double x, double y, int loud, int style, int place) {
  return fmt::format(
      "<g class=\"who l{0} k{1}\" style=\"--i:{2}\"><circle cx=\"{3}\" cy=\"{4}\" r=\"5.2\"/><path d=\"M{5} {6}v-6q0 -7 7 "
      "-7t7 7v6z\"/></g>",
      loud, style, place, at(x), at(y + 6), at(x - 7), at(y + 27));
}

}  // namespace

std::string loop(const Loop& scene) {
  Loop frame = scene;
  frame.width = kFolded + static_cast<int>(scene.tiles.size()) * (kTile + kTileGap);
  const double top = title_room(scene);
  std::string out = open(frame, kLoopHeight + 18, "diagram") + folded(scene, top);
  if (!scene.carried.empty()) out += text(98, top + 192 + 38, scene.carried, Anchor::middle, "soft");
  for (size_t i = 0; i < scene.tiles.size(); ++i) {
    out += unrolled(scene.tiles[i], kFolded + static_cast<double>(i) * (kTile + kTileGap), top, i == 0);
  }
  return out + "</svg>\n";
}

int loudness(double left) {
  if (!std::isfinite(left)) return left > 0 ? 4 : 0;
  return left > 2 ? 4 : left >= 0.5 ? 3 : left >= 0.1 ? 2 : left >= 0.01 ? 1 : 0;
}

std::string whisper(const Whisper& scene) {
  constexpr double kRow = 62;
  size_t people = 1;
  for (const Whisper::Row& row : scene.rows) people = std::max(people, row.left.size());
  const bool wide = scene.width >= 500;
  const double left = wide ? 128 : 4, step = (scene.width - left - 4) / static_cast<double>(people);
  double y = title_room(scene) + 4;
  const double rows = static_cast<double>(scene.rows.size()), high = (wide ? kRow : kRow + 20) * rows + 28;
  std::string out = open(scene, static_cast<int>(high), "diagram");
  for (const Whisper::Row& row : scene.rows) {
    if (!wide) y += 18;
    out +=
        text(wide ? 0 : 4, wide ? y + 24 : y - 4, row.name, Anchor::start, fmt::format("strong t{}", row.style % kStyles));
    for (size_t k = 0; k < row.left.size(); ++k) {
      const double x = left + step * (static_cast<double>(k) + 0.5);
      out += person(x, y, loudness(row.left[k]), row.style % kStyles, static_cast<int>(k));
    }
    out += "\n";
    y += wide ? kRow : kRow + 2;
  }
  y -= wide ? 12 : 14;
  for (size_t k = 1; k <= people; k += k == 1 ? 3 : 4) {
    const double x = left + step * (static_cast<double>(k) - 0.5);
    out += text(x, y, fmt::format("{}", k), Anchor::middle, "soft");
  }
  out += text(left, y + 18, scene.unit + " back", Anchor::start, "soft");
  return out + "</svg>\n";
}

namespace {

// A share in little space.
std::string compact(double v) {
  return v > 0 && v < 0.01 ? "<1\u00A0%" : v < 1 && v > 0.99 ? ">99\u00A0%" : pages::share(v);
}

}  // namespace

std::string door_chart(const DoorChart& chart) {
  constexpr double kRow = 30, kHead = 26;
  const double top = title_room(chart) + kHead, rows = static_cast<double>(chart.rows.size());
  const bool wide = chart.width >= 500;
  const double names = wide ? 110 : 76, number = wide ? 220 : 92, figures = wide ? 64 : 0;  // figures: at the right end
  const double doors = static_cast<double>(chart.doors.size());
  const double slot = (chart.width - names - number) / std::max(doors, 1.0), bar = slot - (wide ? 72 : 12);
  double most = 0.2;
  for (const DoorRow& row : chart.rows) most = std::max(most, std::isfinite(row.value) ? std::fabs(row.value) : 0);
  const double zero = names + slot * doors + (number - figures) / 2, unit = ((number - figures) / 2 - 4) / most;
  std::string out = open(chart, static_cast<int>(kHead + kRow * rows + 8), "chart of doors");
  for (size_t d = 0; d < chart.doors.size(); ++d)
    out += text(names + slot * static_cast<double>(d), top - 12, chart.doors[d], Anchor::start, "soft");
  out += text(zero, top - 12, wide ? "the number" : "number", Anchor::middle, "soft");
  for (size_t i = 0; i < chart.rows.size(); ++i) {
    const DoorRow& row = chart.rows[i];
    const double y = top + kRow * static_cast<double>(i), middle = y + 13;
    const auto figure = [&](double x, double v, const std::string& shown, size_t key, Anchor anchor) {
      std::string label = text(x, middle + 4.5, shown, anchor, "");
      const bool pointed = !chart.at.empty() && key < chart.keys.size();
      const std::string place = pointed ? fmt::format(" data-at=\"{}/{}/{}\"", chart.at, i, chart.keys[key]) : "";
      label.insert(label.find('>'), fmt::format(" data-value=\"{}\"{}", pages::exact(v), place));
      return label;
    };
    out += fmt::format(
        "<g class=\"doorrow\" data-row=\"{}\"><rect class=\"mark\" x=\"0\" y=\"{}\" width=\"{}\" height=\"{}\"/>", i,
        at(y - 2), chart.width, at(kRow));
    out += text(0, middle + 4.5, fitted(row.word, names - 8, true), Anchor::start, "strong");
    for (size_t d = 0; d < row.open.size(); ++d) {
      const double x = names + slot * static_cast<double>(d), open = std::clamp(row.open[d], 0.0, 1.0);
      out += fmt::format(
          "<rect class=\"frame\" x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"18\" rx=\"3\"/><rect class=\"f{3}\" "
          "x=\"{0}\" y=\"{1}\" width=\"{4}\" height=\"18\" rx=\"3\"/>",
          at(x), at(middle - 9), at(bar), chart.style % kStyles, at(bar * open));
      if (wide) out += figure(x + bar + 6, row.open[d], compact(row.open[d]), d, Anchor::start);
    }
    const double end = zero + unit * (std::isfinite(row.value) ? row.value : 0);
    out += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" rx=\"2\"/>",
                       row.value < 0 ? "n6" : "p6", at(std::min(zero, end)), at(middle - 7),
                       at(std::max(1.0, std::fabs(end - zero))));
    if (wide) {
      const std::string shown = (row.value < 0 ? "−" : "") + pages::number(std::fabs(row.value));
      out += figure(chart.width - 2, row.value, shown, row.open.size(), Anchor::end);
    }
    out += "</g>\n";
  }
  return out + line(zero, top - 4, zero, top + kRow * rows - 4, "axis") + "</svg>\n";
}

std::string_view scenes_css() {
  return ".machine{fill:var(--card,var(--paper));stroke:var(--ink);stroke-width:1.75}.way{fill:none;stroke:var(--soft);"
         "stroke-width:2}.tip{fill:var(--soft)}.back{stroke:var(--ink);stroke-width:2.5}"
         ".who circle,.who path{fill:var(--tone);stroke:var(--tone);stroke-width:1.25}"
         ".l0 circle,.l0 path{fill:none;stroke:var(--soft);stroke-dasharray:2 2}.l1 circle,.l1 path{fill-opacity:.16}"
         ".l2 circle,.l2 path{fill-opacity:.5}.l4 circle,.l4 path{stroke:var(--ink);stroke-width:2.5}"
         ".frame{fill:var(--grid)}.mark{fill:none}.now .mark{fill:var(--grid);fill-opacity:.6}";
}

}  // namespace rnn::core::svg
