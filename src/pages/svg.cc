// Why: what the charts share: the colours, the frame with its title, estimated text widths, axes.
#include "pages/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/scenes.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

struct Colour {
  int r, g, b;
};
struct Pair {
  Colour light, dark;
};

// Series: wine, teal, indigo, ochre, purple, slate. Distinguishable from each other with the common kinds of colour
// blindness (after Paul Tol's "muted" scheme) and from the blue and orange of the cells; contrast 4.5 : 1 against the paper,
// because they colour words.
constexpr std::array<Pair, kStyles> kSeries = {{{{0xA3, 0x19, 0x5B}, {0xFF, 0x86, 0xB4}},
                                                {{0x00, 0x74, 0x66}, {0x4F, 0xD1, 0xBD}},
                                                {{0x3F, 0x3F, 0xA6}, {0xA9, 0xAC, 0xFF}},
                                                {{0x85, 0x60, 0x00}, {0xE3, 0xBF, 0x4E}},
                                                {{0x7B, 0x3B, 0x8F}, {0xD5, 0xA0, 0xE8}},
                                                {{0x4A, 0x55, 0x63}, {0xB7, 0xC1, 0xCD}}}};
// Lines also differ by their dashes and, if there are few points, by markers.
constexpr std::array<std::string_view, kStyles> kDashes = {"none", "9 4", "2 4", "12 4 2 4", "5 3", "1 3"};

constexpr Pair kZero = {{0xF1, 0xF1, 0xEE}, {0x2A, 0x30, 0x3A}};
constexpr Pair kBelow = {{0x0A, 0x55, 0x9C}, {0x5F, 0xB4, 0xFF}};
constexpr Pair kAbove = {{0xC2, 0x54, 0x00}, {0xFF, 0xA6, 0x4D}};
constexpr int kLevels = 7;

std::string hex(Colour c) { return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b); }
Colour mix(Colour a, Colour b, double part) {
  const auto one = [&](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * part)); };
  return {one(a.r, b.r), one(a.g, b.g), one(a.b, b.b)};
}

}  // namespace

std::string palette_css(bool dark) {
  const auto pick = [&](const Pair& pair) { return dark ? pair.dark : pair.light; };
  std::string css;
  for (int s = 0; s < kStyles; ++s) css += fmt::format("--s{}:{};", s, hex(pick(kSeries[static_cast<size_t>(s)])));
  css += fmt::format("--z:{};", hex(pick(kZero)));
  for (int level = 1; level <= kLevels; ++level) {
    const double part = std::pow(static_cast<double>(level) / kLevels, 0.8);  // small values stay visible
    css += fmt::format("--n{}:{};--p{}:{};", level, hex(mix(pick(kZero), pick(kBelow), part)), level,
                       hex(mix(pick(kZero), pick(kAbove), part)));
  }
  return css;
}

std::string_view chart_css() {
  static const std::string css = [] {
    std::string text =
        "svg text{font:13px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",sans-serif;fill:var(--ink)}"
        "svg .soft{fill:var(--soft)}svg .strong{font-weight:600}svg .head{font-size:16px;font-weight:600}"
        ".grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}"
        ".level{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:3 3}"
        ".ln{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}.lead{stroke:var(--soft);stroke-width:."
        "75}"
        ".track{fill:var(--grid)}.cz{fill:var(--z)}";
    for (int s = 0; s < kStyles; ++s) {
      text += fmt::format(
          ".c{0}{{stroke:var(--s{0});stroke-dasharray:{1}}}.f{0}{{fill:var(--s{0})}}svg .t{0}{{fill:var(--s{0})}}", s,
          kDashes[static_cast<size_t>(s)]);
    }
    text += ".solid{stroke-dasharray:none;stroke-width:1.75}.wash{fill-opacity:.2}";
    for (int level = 1; level <= kLevels; ++level)
      text += fmt::format(".n{0}{{fill:var(--n{0})}}.p{0}{{fill:var(--p{0})}}", level);
    return text;
  }();
  return css;
}

std::string standalone_css() {
  const std::string light = ":root{--ink:#1b2330;--soft:#56606e;--grid:#e2e2de;--paper:#ffffff;" + palette_css(false) + "}";
  const std::string dark = ":root{--ink:#e8ebf0;--soft:#a7b0bd;--grid:#363d49;--paper:#171b22;" + palette_css(true) + "}";
  std::string tones;
  for (int style = 0; style < kStyles; ++style) tones += fmt::format(".k{0}{{--tone:var(--s{0})}}", style);
  std::string css = light + std::string(chart_css()) + std::string(scenes_css()) + tones +
                    ".paper{fill:var(--paper)}@media(prefers-color-scheme:dark){" + dark + "}";
  return css;
}

std::string at(double coordinate) {
  std::string text = fmt::format("{:.1f}", coordinate);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

double text_width(std::string_view words, bool bold) {
  double width = 0;
  for (const char c : words) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // a continuation byte of the same character
    if (byte >= 0xE3) {
      width += byte >= 0xF0 ? 17 : 13;  // wide scripts, signs
    } else if (std::string_view("ijl'|.,:; ").find(c) != std::string_view::npos) {
      width += 4.2;
    } else if (std::string_view("rtfI-()[]/").find(c) != std::string_view::npos) {
      width += 5.3;
    } else {
      width += std::string_view("mMwW%@").find(c) != std::string_view::npos ? 12.4 : c >= 'A' && c <= 'Z' ? 9.3 : 8.2;
    }
  }
  return bold ? 1.13 * width : width;
}

std::string fitted(std::string_view words, double width, bool bold) {
  if (text_width(words, bold) <= width) return std::string(words);
  while (!words.empty() && text_width(words, bold) > width - 13) {
    do words.remove_suffix(1);
    while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0xC0) == 0x80);  // not within a character
  }
  while (!words.empty() && static_cast<unsigned char>(words.back()) >= 0xC0) words.remove_suffix(1);
  return std::string(words) + "…";
}

std::vector<std::string> text_lines(std::string_view words, double width) {
  std::vector<std::string> lines;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (!lines.empty() && text_width(lines.back()) + 4.2 + text_width(word) <= width) {
      lines.back() += " " + std::string(word);
    } else {
      lines.emplace_back(word);
    }
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return lines;
}

std::string open(const Frame& frame, int height, std::string_view role_text) {
  using pages::escape;
  const int full = height + title_room(frame);
  std::string out = fmt::format(
      "<svg{} class=\"chart\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-roledescription=\"{}\" "
      "aria-labelledby=\"{}-t {}-d\">\n<title id=\"{}-t\">{}</title>\n<desc id=\"{}-d\">{}</desc>\n",
      frame.standalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", frame.width, full, frame.width, full, role_text,
      frame.id, frame.id, frame.id, escape(frame.title), frame.id, escape(frame.description));
  if (frame.standalone) {
    out += fmt::format("<style>{}</style>\n<rect class=\"paper\" width=\"{}\" height=\"{}\"/>\n", standalone_css(),
                       frame.width, full);
    out += text(16, 24, frame.title, Anchor::start, "head");
  }
  return out;
}

std::string text(double x, double y, std::string_view words, Anchor anchor, std::string_view css_class) {
  static constexpr std::array<std::string_view, 3> kAnchors = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  return fmt::format("<text x=\"{}\" y=\"{}\"{}{}>{}</text>\n", at(x), at(y), kAnchors[static_cast<size_t>(anchor)],
                     css_class.empty() ? std::string() : fmt::format(" class=\"{}\"", css_class), pages::escape(words));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  return fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", css_class, at(x1), at(y1), at(x2), at(y2));
}

Scale::Scale(double low, double high, double from, double to, bool log)
    : low_(log ? std::log10(low) : low), high_(log ? std::log10(high) : high), from_(from), to_(to), log_(log) {
  if (!(high_ > low_)) high_ = low_ + 1;
}

double Scale::operator()(double value) const {
  return from_ + (to_ - from_) * ((log_ ? std::log10(value) : value) - low_) / (high_ - low_);
}

bool Scale::shows(double value) const { return std::isfinite(value) && (!log_ || value > 0); }

std::vector<double> Scale::ticks(int most) const {
  std::vector<double> out;
  if (log_) {
    const int first = static_cast<int>(std::ceil(low_ - 1e-9)), last = static_cast<int>(std::floor(high_ + 1e-9));
    const int step = std::max(1, (last - first + most) / most);
    for (int exponent = first; exponent <= last; ++exponent) {
      if (exponent % step == 0) out.push_back(std::pow(10.0, exponent));  // 1 is always one of them
    }
    return out;
  }
  const double rough = (high_ - low_) / most, power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double head : {1.0, 2.0, 5.0}) {
    if (head * power >= rough * 0.999) {
      step = head * power;
      break;
    }
  }
  for (double i = std::ceil(low_ / step - 1e-9); i * step <= high_ + step * 1e-9; ++i) out.push_back(i * step);
  return out;
}

std::string Scale::label(double tick) const {
  if (log_) {
    const int exponent = static_cast<int>(std::lround(std::log10(tick)));
    return low_ >= -3.5 && high_ <= 3.5 ? fmt::format("{}", std::pow(10.0, exponent)) : "10" + pages::superscript(exponent);
  }
  if (std::fabs(tick) < (high_ - low_) * 1e-9) return "0";
  if (std::fabs(tick) >= 10000) return pages::number(tick);
  return fmt::format("{:.6g}", tick);
}

}  // namespace rnn::core::svg
