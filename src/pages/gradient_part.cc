// Why: what is folded up below the screen on length: the gradient in numbers, the matrices, and what clipping does.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

std::vector<double> steps_from(int first, size_t n) {
  std::vector<double> x;
  for (size_t i = 0; i < n; ++i) x.push_back(first + static_cast<double>(i));
  return x;
}

std::string gradient_figure(const Explanation& all, const Players& who) {
  svg::LineChart chart;
  chart.id = "gradient";
  chart.title = "Strength of the correction that arrives k steps back";
  chart.description =
      "One line per network; the axis is logarithmic: a step from one grid line to the next is a power of ten.";
  chart.x_label = "k: steps back";
  chart.y_label = "length of the gradient (logarithmic)";
  chart.log_y = true;
  Table table{"Length of the gradient k steps back", {"steps back"}, {}};
  size_t longest = 0;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::vector<double>& state = all.models[i].gradient.state;
    longest = std::max(longest, state.size());
    table.columns.push_back(escape(who[i].label));
    chart.series.push_back(
        {who[i].label, steps_from(0, state.size()), state, who[i].style, fmt::format("/models/{}/gradient/state", i)});
  }
  if (longest == 0) return "";
  int steps = all.models[0].gradient.steps;
  for (const size_t k : {0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 75, 100}) {
    if (k >= longest) break;
    std::vector<std::string> row = {count(static_cast<long long>(k))};
    for (size_t i = 0; i < all.models.size(); ++i) {
      const std::vector<double>& state = all.models[i].gradient.state;
      row.push_back(k < state.size() && state[k] != 0
                        ? value(state[k], number(state[k]), fmt::format("/models/{}/gradient/state/{}", i, k))
                        : "–");
    }
    table.rows.push_back(std::move(row));
  }
  const std::string on =
      steps == 1 ? "for the last word of the sentence"
                 : fmt::format("typical value, the geometric mean, over {} places in a longer text", in_words(steps));
  return figure(both(chart, 360) + folded_table(table),
                fmt::format("How strongly the error at one word depends on the state k words before it ({}; all parts of "
                            "the state together). On this axis, losing the same share at every step gives a straight "
                            "falling line. Engineers write ‖∂L<sub>t</sub> / ∂h<sub>t−k</sub>‖.",
                            on));
}

std::string worst_table(const Explanation& all, const Players& who) {
  Table table{"Growth of a small change of the state in its most sensitive direction", {"steps"}, {}};
  const ModelExplanation* longest = nullptr;
  for (size_t i = 0; i < all.models.size(); ++i) {
    table.columns.push_back(escape(who[i].label));
    if (longest == nullptr || all.models[i].gradient.worst.size() > longest->gradient.worst.size()) longest = &all.models[i];
  }
  if (longest == nullptr || longest->gradient.worst.empty()) return "";
  for (size_t w = 0; w < longest->gradient.worst.size(); ++w) {
    const int lag = longest->gradient.worst[w].first;
    std::vector<std::string> row = {count(lag)};
    for (size_t i = 0; i < all.models.size(); ++i) {
      const auto& worst = all.models[i].gradient.worst;
      const bool has = w < worst.size() && worst[w].first == lag;
      row.push_back(
          has ? value(worst[w].second, number(worst[w].second), fmt::format("/models/{}/gradient/worst/{}/1", i, w)) : "–");
    }
    table.rows.push_back(std::move(row));
  }
  return table_details("The most sensitive direction, step by step", table);
}

std::string spectra_table(const Explanation& all, const Players& who) {
  Table table{"Recurrent matrices, for engineers",
              {"network", "layer", "gate", "spectral radius", "largest singular value", "smallest"},
              {}};
  for (size_t i = 0; i < all.models.size(); ++i) {
    for (size_t k = 0; k < all.models[i].spectra.size(); ++k) {
      const Spectrum& s = all.models[i].spectra[k];
      const std::string at = fmt::format("/models/{}/spectra/{}", i, k);
      table.rows.push_back({escape(who[i].label), count(s.layer + 1), s.gate.empty() ? "–" : escape(s.gate),
                            value(s.radius, number(s.radius), at + "/radius"),
                            value(s.largest, number(s.largest), at + "/largest"),
                            s.smallest < 0 ? "–" : value(s.smallest, number(s.smallest), at + "/smallest")});
    }
  }
  return table.rows.empty() ? "" : table_details("The matrices that link one step to the next (for engineers)", table);
}

// Two lines over the updates; a log axis, because an exploding run grows by powers of ten.
std::string clipping_chart(const Clipping& clipping, bool norms) {
  svg::LineChart chart;
  chart.id = norms ? "clipping-norm" : "clipping-loss";
  chart.title = norms ? "Length of the gradient at every update, with and without clipping"
                      : "Loss at every update, with and without clipping";
  chart.description = "Two lines on a logarithmic axis; a line stops where its values are no longer finite numbers.";
  chart.x_label = "update";
  chart.y_label = norms ? "length of the gradient (logarithmic)" : "loss (logarithmic)";
  chart.log_y = true;
  const std::vector<double>&with = norms ? clipping.norm_with : clipping.with,
        &without = norms ? clipping.norm_without : clipping.without;
  const char* prefix = norms ? "norm_" : "";
  chart.series.push_back({"clipped", steps_from(1, with.size()), with, 3, fmt::format("/clipping/{}with", prefix), 0, true});
  chart.series.push_back(
      {"not clipped", steps_from(1, without.size()), without, 4, fmt::format("/clipping/{}without", prefix)});
  if (norms) chart.levels = {{clipping.clip, ""}};
  return both(chart, 300, 520);
}

}  // namespace

std::string clipping_part(const Clipping& clipping) {
  if (clipping.with.empty() || clipping.without.empty()) return "";
  Table table{"The same run with and without clipping",
              {"update", "loss, clipped", "loss, not clipped", "gradient, clipped", "gradient, not clipped"},
              {}};
  const size_t n = std::max(clipping.with.size(), clipping.without.size()), stride = std::max<size_t>(1, n / 12);
  const auto cell = [](const std::vector<double>& values, size_t update, std::string_view member) {
    return update < values.size()
               ? value(values[update], number(values[update]), fmt::format("/clipping/{}/{}", member, update))
               : std::string("–");
  };
  for (size_t u = 0; u < n; u += stride) {
    table.rows.push_back({count(static_cast<long long>(u) + 1), cell(clipping.with, u, "with"),
                          cell(clipping.without, u, "without"), cell(clipping.norm_with, u, "norm_with"),
                          cell(clipping.norm_without, u, "norm_without")});
  }
  std::string html = "<h3>A brake for corrections that grow: clipping</h3>\n";
  html += paragraph(
      "If the correction grows on its way back, a single update can ruin what was learned. The usual brake is "
      "<strong>clipping</strong>: a correction that is too long is shortened to a fixed length and keeps its direction.");
  html += paragraph(clipping_sentence(clipping));
  html += figure(
      "<div class=\"pair\">" + clipping_chart(clipping, false) + clipping_chart(clipping, true) + "</div>" +
          folded_table(table),
      fmt::format("A plain recurrent network that is made to explode, trained twice from the same start with a learning "
                  "rate of {}. The only difference is the clipping; the dotted line is its limit, and lengths are shown "
                  "before they are shortened. A line stops where its values have become too large to be numbers.",
                  value(clipping.lr, plain(clipping.lr), "/clipping/lr")));
  return html;
}

std::string gradient_part(const Explanation& all, const Players& who) {
  const std::string gradient = gradient_figure(all, who);
  if (gradient.empty()) return "";
  return block("<h3>How far a correction reaches</h3>\n" + paragraph(reach_sentence(all, who)) +
                   paragraph(verdict_sentence(all, who)) + paragraph(worst_sentence(all, who)),
               gradient + worst_table(all, who) + spectra_table(all, who));
}

}  // namespace rnn::core::pages
