// Why: the cells of an attention map, with slanted tokens above them.
#include "pages/attention_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/html.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kCell = 24, kGap = 1, kEdge = 16, kWidest = 170;  // pixels; kWidest: the widest token
constexpr double kSlant = 60, kCosine = 0.5, kSine = 0.866;        // of the tokens above; kSlant in degrees
constexpr double kNarrowest = 380, kHeadSize = 16.0 / 13;  // pixels; size of the title's letters relative to those of tokens
constexpr const char* kNote = "The stronger the colour, the larger the weight; the weights of a row add up to 1.";

std::vector<std::string> shown(const std::vector<std::string>& tokens) {
  std::vector<std::string> words(tokens.begin(),
                                 tokens.begin() + static_cast<ptrdiff_t>(std::min<size_t>(tokens.size(), kMostMapTokens)));
  for (std::string& word : words) word = fitted(word, kWidest);
  return words;
}

double widest(const std::vector<std::string>& words) {
  double width = 0;
  for (const std::string& word : words) width = std::max(width, text_width(word));
  return width;
}

std::string slanted(double x, double y, const std::string& word) {
  return fmt::format("<text transform=\"translate({} {}) rotate(-{})\">{}</text>\n", at(x), at(y), at(kSlant),
                     pages::escape(word));
}

std::string cell(double x, double y, double weight, const std::string& source, const std::string& target) {
  const double shade = std::isfinite(weight) ? std::clamp(weight, 0.0, 1.0) : 0;
  return fmt::format(
      "<rect class=\"p7\" fill-opacity=\"{:.3g}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{} ← {}: "
      "{:.3f}</title></rect>\n",
      std::round(1000 * shade) / 1000, at(x), at(y), at(kCell - kGap), at(kCell - kGap), pages::escape(target),
      pages::escape(source), weight);
}

}  // namespace

std::string attention_map(const AttentionMap& map) {
  const std::vector<std::string> source = shown(map.source), target = shown(map.target);
  const int rows = std::min(static_cast<int>(target.size()), map.weights->rows());
  const int columns = std::min(static_cast<int>(source.size()), map.weights->cols());
  const double left = kEdge + widest(target) + 10, wide = columns * kCell, high = rows * kCell;
  const double above = kSine * widest(source) + 14;

  Frame frame = map;
  // The last token above extends to the right beyond its column.
  const double title = map.standalone ? kHeadSize * text_width(map.title, true) + 2 * kEdge : 0;
  frame.width = static_cast<int>(std::ceil(std::max({kNarrowest, title, left + wide + kCosine * widest(source) + kEdge})));
  if (source.size() < map.source.size() || target.size() < map.target.size())
    frame.description += fmt::format(" The first {} tokens of each side are shown.", kMostMapTokens);
  const std::vector<std::string> note = text_lines(kNote, frame.width - 2 * kEdge);
  const double below = 16 + 17 * static_cast<double>(note.size());
  const double top = title_room(frame) + above;

  std::string out = open(frame, static_cast<int>(std::ceil(above + high + below)), "attention map");
  for (int j = 0; j < columns; ++j) out += slanted(left + (j + 0.6) * kCell, top - 8, source[static_cast<size_t>(j)]);
  if (rows > 0 && columns > 0) {
    out += fmt::format("<rect class=\"cz\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", at(left), at(top),
                       at(wide - kGap), at(high - kGap));
  }
  for (int t = 0; t < rows; ++t) {
    const double y = top + t * kCell;
    out += text(left - 10, y + kCell / 2 + 4.5, target[static_cast<size_t>(t)], Anchor::end, "");
    for (int j = 0; j < columns; ++j) {
      out += cell(left + j * kCell, y, static_cast<double>((*map.weights)(t, j)), source[static_cast<size_t>(j)],
                  target[static_cast<size_t>(t)]);
    }
  }
  for (size_t i = 0; i < note.size(); ++i)
    out += text(kEdge, top + high + 18 + 17 * static_cast<double>(i), note[i], Anchor::start, "soft");
  return out + "</svg>\n";
}

}  // namespace rnn::core::svg
