// Why: the figures of --json, as tables with small bars.
#include "inspect_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/numbers.h"
#include "events/events.h"
#include "inspect_parts.h"
#include "pages/cell_texts.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

std::string layer_of(const ModelExplanation& m, int layer) {
  return m.layers > 1 ? fmt::format(", layer {}", layer + 1) : "";
}
// "f forget gate", or "h" for a cell whose only sum is its state.
std::string gate_name(const ModelExplanation& m, const std::string& gate) {
  const pages::GateText* text = pages::gate_text(m.cell, gate);
  return text                                         ? fmt::format("{} {}", gate, text->name)
         : gate.empty() || pages::has_one_sum(m.cell) ? "h hidden state"
                                                      : gate;
}
bool is_valve(const ModelExplanation& m, const std::string& gate) {
  const pages::GateText* text = pages::gate_text(m.cell, gate);
  return text && text->range == GateRange::valve;
}

// 0, then 1, 2, 5, 10, 20, 50, ... as far as there are values, then the last one.
std::vector<int> shown_lags(int count) {
  std::vector<int> lags{0};
  for (int decade = 1; decade < count; decade *= 10) {
    for (const int step : {1, 2, 5}) {
      if (step * decade < count) lags.push_back(step * decade);
    }
  }
  if (lags.back() != count - 1 && count > 1) lags.push_back(count - 1);
  return lags;
}

std::string norm_text(double value) { return value > 0 ? fmt::format("{:.3g}", value) : "0"; }

}  // namespace

std::string model_view(const ModelExplanation& m) {
  std::string text = fmt::format(" {}: {} {} x {}, {} tokens, {} parameters", m.name, m.cell, m.layers, m.hidden,
                                 m.tokenizer, grouped(m.parameters));
  if (m.val_perplexity) text += ", perplexity " + decimal_text(m.val_perplexity, 2);
  if (m.step_microseconds > 0) text += fmt::format(", {} µs per word", short_number(m.step_microseconds));
  return text + "\n";
}

std::string words_view(const ModelExplanation& m, int top) {
  if (m.steps.empty()) return "";
  std::string text;
  for (int l = 0; l < m.layers; ++l) {
    text += head("Word by word" + layer_of(m, l));
    std::vector<std::vector<std::string>> rows{{"word", "bits", "|h|", "moved", "units that moved most", "likeliest next"}};
    for (const ReadStep& step : m.steps) {
      const LayerStep& layer = step.layers[static_cast<size_t>(l)];
      std::string units, next;
      for (size_t i = 0; i < std::min<size_t>(3, layer.moved.size()); ++i)
        units += fmt::format("{}{}: {:+.2f}", i ? "  " : "", layer.moved[i].first, layer.moved[i].second);
      for (size_t i = 0; i < std::min(static_cast<size_t>(top), step.next.size()); ++i)
        next += fmt::format("{}{} {}", i ? ", " : "", step.next[i].text, percent_text(step.next[i].p));
      rows.push_back({step.text, decimal_text(step.surprise >= 0 ? std::optional<double>(step.surprise) : std::nullopt, 1),
                      decimal_text(layer.state_norm, 2), decimal_text(layer.update_norm, 2), units, next});
    }
    text += table_of(std::move(rows), {4, 5});
  }
  return text + note(
                    "bits: surprise at the word. |h|: size of the hidden state. moved: size of its change. 17: +0.93: unit "
                    "17 rose by 0.93.");
}

std::string gates_by_word_view(const ModelExplanation& m) {
  if (m.steps.empty() || m.steps[0].layers[0].gates.size() < 2) return "";
  std::string text;
  for (int l = 0; l < m.layers; ++l) {
    text += head("Gates, mean over the units" + layer_of(m, l));
    std::vector<std::string> names{"word"};
    for (const auto& gate : m.steps[0].layers[static_cast<size_t>(l)].gates)
      names.push_back(is_valve(m, gate.first) ? gate_name(m, gate.first)
                                              : fmt::format("|{}| {}", gate.first, gate_name(m, gate.first).substr(2)));
    Table table(names);
    for (const ReadStep& step : m.steps) {
      std::vector<std::string> row{step.text};
      for (const auto& gate : step.layers[static_cast<size_t>(l)].gates) {
        double mean = 0;
        for (const float value : gate.second) mean += is_valve(m, gate.first) ? value : std::abs(value);
        mean /= static_cast<double>(std::max<size_t>(1, gate.second.size()));
        row.push_back(fmt::format("{:.2f} {}", mean, field(mean, 5)));
      }
      table.add(row);
    }
    text += table.text();
  }
  return text;
}

std::string memory_view(const ModelExplanation& m) {
  std::string text;
  for (const StateDistance& d : m.distances) {
    text += head(fmt::format("What is left of \"{}\"", d.word));
    const int last = static_cast<int>(d.h.size()) - 1, after = last - d.position;
    text += fmt::format(" Read with \"{}\" in its place, the hidden state differs by {:.2f} of its size at that word",
                        d.other, d.h[static_cast<size_t>(d.position)]);
    text += after > 0 ? fmt::format(",\n and by {:.2f} after {} more {}: {} of the difference is left.\n", d.h.back(), after,
                                    after == 1 ? "token" : "tokens", percent_text(d.kept))
                      : ".\n";
    std::vector<std::vector<std::string>> rows{{"after", "word", "difference"}};
    for (int t = d.position; t <= last; ++t) {
      rows.push_back({std::to_string(t - d.position), m.steps[static_cast<size_t>(t)].text,
                      fmt::format("{:.3f} {}", d.h[static_cast<size_t>(t)], field(d.h[static_cast<size_t>(t)] / 2, kBar))});
    }
    text += table_of(std::move(rows), {1, 2});
  }
  if (m.influence.empty()) return text;
  text += head(fmt::format("What each word does to the words expected after \"{}\"", m.steps.back().text));
  std::vector<std::vector<std::string>> rows{{"word", "steps back", "change", "most with"}};
  for (const Influence& i : m.influence) {
    const auto most = std::max_element(i.substitutes.begin(), i.substitutes.end(),
                                       [](const WordChance& a, const WordChance& b) { return a.p < b.p; });
    rows.push_back({i.word, std::to_string(i.lag), fmt::format("{:>5} {}", percent_text(i.mean), field(i.mean, kBar)),
                    fmt::format("{} {}", most->text, percent_text(most->p))});
  }
  return text + table_of(std::move(rows), {2, 3}) +
         note("change: share of the probability that moves if a similar word is there instead (mean total variation).");
}

std::string gradient_view(const ModelExplanation& m, const std::string& over) {
  const GradientReach& g = m.gradient;
  const int count = static_cast<int>(g.state.size());
  if (count < 1) return "";
  double high = 0, low = INFINITY;
  for (const double value : g.state) {
    if (value > 0 && std::isfinite(value)) high = std::max(high, value), low = std::min(low, value);
  }
  const std::map<int, double> worst(g.worst.begin(), g.worst.end());
  std::vector<std::string> names{"steps back"};
  for (int l = 0; l < m.layers; ++l) {
    names.push_back(m.layers > 1 ? fmt::format("h, layer {}", l + 1) : "h");
    if (!g.c.empty()) names.push_back(m.layers > 1 ? fmt::format("c, layer {}", l + 1) : "c");
  }
  names.emplace_back("state");
  names.emplace_back("log scale" + std::string(kBar - 9, ' '));
  if (!worst.empty()) names.emplace_back("worst direction");
  Table table(names);
  for (const int lag : shown_lags(count)) {
    const auto k = static_cast<size_t>(lag);
    std::vector<std::string> row{std::to_string(lag)};
    for (size_t l = 0; l < g.h.size(); ++l) {
      // At lag 0 only the input of the output layer has a gradient.
      row.push_back(lag == 0 && l + 1 < g.h.size() ? "-" : norm_text(g.h[l][k]));
      if (!g.c.empty()) row.push_back(lag == 0 ? "-" : norm_text(g.c[l][k]));
    }
    row.push_back(norm_text(g.state[k]));
    const double share = g.state[k] > 0 && high > low ? std::log(g.state[k] / low) / std::log(high / low) : 0;
    row.push_back(field(g.state[k] > 0 ? std::max(share, 0.02) : 0, kBar));
    if (!worst.empty()) row.push_back(worst.count(lag) ? norm_text(worst.at(lag)) : "");
    table.add(row);
  }
  std::string text = head("Gradient against distance, " + over) + table.text();
  if (g.half_life >= 0) {
    text += fmt::format(" half-life {:.1f} steps: by then half of the gradient at one step back is left\n", g.half_life);
  } else {
    text += fmt::format(" half-life more than the {} steps measured\n", std::max(count - 2, 0));
  }
  return text +
         note(
             "Norm of the gradient of the loss with respect to the state this many steps back: how far training can reach.");
}

std::string gate_use_view(const ModelExplanation& m) {
  if (m.gates.empty()) return "";
  Table table({"gate", "mean", "shut", "open"});
  for (const GateUse& g : m.gates) {
    table.add({gate_name(m, g.gate) + layer_of(m, g.layer), fmt::format("{:.3f}", g.mean),
               fmt::format("{:>5} {}", percent_text(g.closed), field(g.closed, 10)),
               fmt::format("{:>5} {}", percent_text(g.open), field(g.open, 10))});
  }
  return head("Saturation") + table.text() +
         note("shut: share of values below 0.1, open: above 0.9. For values between -1 and 1: below -0.9, above 0.9.");
}

std::string norms_view(const ModelExplanation& m) {
  if (m.norms.empty()) return "";
  Table table({"hidden state", "mean size", "largest", "mean change"});
  for (const StateNorms& n : m.norms) {
    table.add({fmt::format("layer {}", n.layer + 1), decimal_text(n.state, 3), decimal_text(n.largest, 3),
               decimal_text(n.update, 3)});
  }
  return head("Size of the state") + table.text();
}

std::string spectra_view(const ModelExplanation& m) {
  if (m.spectra.empty()) return "";
  Table table({"recurrent weights", "spectral radius", "largest singular value", "smallest"});
  for (const Spectrum& s : m.spectra) {
    table.add({gate_name(m, s.gate) + layer_of(m, s.layer), decimal_text(s.radius, 3), decimal_text(s.largest, 3),
               s.smallest < 0 ? "-" : norm_text(s.smallest)});
  }
  return head("Recurrent weights") + table.text();
}

}  // namespace rnn::core::app
