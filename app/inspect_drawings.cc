// Why: the figures of rnn inspect --svg, one file each.
#include <fmt/format.h>

#include "inspect_parts.h"
#include "inspect_view.h"
#include "pages/cell_texts.h"
#include "pages/svg.h"

namespace rnn::core::app {
namespace {

std::string layer_name(const ModelExplanation& m, const std::string& name, int layer) {
  return m.layers > 1 ? fmt::format("{}, layer {}", name, layer + 1) : name;
}
std::string gate_name(const ModelExplanation& m, const std::string& gate, int layer) {
  const pages::GateText* text = pages::gate_text(m.cell, gate);
  const std::string name = gate.empty() || pages::has_one_sum(m.cell) ? "h" : gate;
  return layer_name(m, text ? std::string(text->name) : name, layer);
}

std::string gradient(const ModelExplanation& m, const std::string& over) {
  auto chart = chart_of<svg::LineChart>(
      "gradient", fmt::format("{}: gradient against distance", m.name),
      fmt::format("Norm of the gradient of the loss with respect to the state this many steps back, {}.", over));
  chart.x_label = "steps back", chart.y_label = "norm of the gradient", chart.log_y = true;
  const auto add = [&](const std::string& name, const std::vector<double>& y) {
    svg::Series series;
    series.name = name, series.y = y, series.style = static_cast<int>(chart.series.size());
    for (size_t k = 0; k < y.size(); ++k) series.x.push_back(static_cast<double>(k));
    chart.series.push_back(series);
  };
  if (m.layers > 1 || !m.gradient.c.empty()) add("state", m.gradient.state);
  for (size_t l = 0; l < m.gradient.h.size(); ++l) {
    add(layer_name(m, "h", static_cast<int>(l)), m.gradient.h[l]);
    if (!m.gradient.c.empty()) add(layer_name(m, "c", static_cast<int>(l)), m.gradient.c[l]);
  }
  return svg::line_chart(chart);
}

std::string gates(const ModelExplanation& m, const std::string& over) {
  auto chart = chart_of<svg::BarChart>(
      "gates", fmt::format("{}: saturation", m.name),
      fmt::format("Share of values that are shut (below 0.1, or -0.9) and open (above 0.9), {}.", over));
  chart.series = {"shut", "open"}, chart.x_label = "share of values", chart.maximum = 1;
  for (const GateUse& g : m.gates) chart.groups.push_back({gate_name(m, g.gate, g.layer), {g.closed, g.open}, {}});
  return svg::bar_chart(chart);
}

std::string norms(const ModelExplanation& m, const std::string& over) {
  auto chart = chart_of<svg::BarChart>(
      "norms", fmt::format("{}: size of the hidden state", m.name),
      fmt::format("Mean and largest size of the hidden state and mean size of its change, {}.", over));
  chart.series = {"mean size", "largest size", "mean change"}, chart.x_label = "Euclidean norm";
  for (const StateNorms& n : m.norms)
    chart.groups.push_back({fmt::format("layer {}", n.layer + 1), {n.state, n.largest, n.update}, {}});
  return svg::bar_chart(chart);
}

std::string spectrum(const ModelExplanation& m) {
  auto chart = chart_of<svg::LineChart>(
      "spectrum", fmt::format("{}: singular values of the recurrent weights", m.name),
      "Singular values of each gate's recurrent matrix in descending order, with the spectral radius after the name.");
  chart.x_label = "index; after the name: spectral radius", chart.y_label = "singular value", chart.log_y = true;
  for (const Spectrum& s : m.spectra) {
    svg::Series series;
    series.name = fmt::format("{}: {:.2f}", gate_name(m, s.gate, s.layer), s.radius);
    series.y = s.singular_values, series.style = static_cast<int>(chart.series.size());
    for (size_t i = 0; i < series.y.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
    if (!series.y.empty()) chart.series.push_back(series);
  }
  return chart.series.empty() ? "" : svg::line_chart(chart);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> drawings(const ModelExplanation& m, const std::string& over) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!m.gradient.state.empty()) files.emplace_back("gradient.svg", gradient(m, over));
  files.emplace_back("gates.svg", gates(m, over));
  files.emplace_back("norms.svg", norms(m, over));
  if (std::string text = spectrum(m); !text.empty()) files.emplace_back("spectrum.svg", std::move(text));
  return files;
}

}  // namespace rnn::core::app
