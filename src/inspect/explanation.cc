// Why: one place says how an explanation is written as JSON.
#include "inspect/explanation.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace rnn {
namespace {

using nlohmann::ordered_json;

ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }
// The shortest decimal text of the float: 0.1, not 0.10000000149011612.
ordered_json number(float value) {
  if (!std::isfinite(value)) return nullptr;
  const std::string text = fmt::format("{}", value);
  double exact = 0;
  std::from_chars(text.data(), text.data() + text.size(), exact);
  return exact;
}

// Named first: list() calls them.
ordered_json json(const std::vector<double>& values);
ordered_json json(const LayerStep& step);
ordered_json json(const ReadStep& step);
ordered_json json(const Influence& i);
ordered_json json(const StateDistance& d);
ordered_json json(const GateUse& g);
ordered_json json(const StateNorms& n);
ordered_json json(const Spectrum& s);
ordered_json json(const RecallCurve& c);

ordered_json json(const WordChance& w) { return {{"text", w.text}, {"p", number(w.p)}}; }
ordered_json json(double value) { return number(value); }
ordered_json json(float value) { return number(value); }
ordered_json json(const std::pair<int, double>& pair) { return ordered_json::array({pair.first, number(pair.second)}); }

template <class V>
ordered_json list(const std::vector<V>& values) {
  ordered_json array = ordered_json::array();
  for (const V& value : values) array.push_back(json(value));
  return array;
}
ordered_json json(const std::vector<double>& values) { return list(values); }

ordered_json json(const LayerStep& step) {
  ordered_json gates = ordered_json::object();
  for (const auto& [name, values] : step.gates) gates[name] = list(values);
  return {{"h", list(step.h)},
          {"c", list(step.c)},
          {"gates", gates},
          {"state_norm", number(step.state_norm)},
          {"update_norm", number(step.update_norm)},
          {"moved", list(step.moved)}};
}

ordered_json json(const ReadStep& step) {
  return {{"id", step.id},
          {"text", step.text},
          {"surprise", number(step.surprise)},
          {"layers", list(step.layers)},
          {"next", list(step.next)}};
}

ordered_json json(const Influence& i) {
  return {{"position", i.position},
          {"lag", i.lag},
          {"word", i.word},
          {"substitutes", list(i.substitutes)},
          {"mean", number(i.mean)}};
}

ordered_json json(const StateDistance& d) {
  return {{"position", d.position}, {"word", d.word}, {"other", d.other}, {"h", list(d.h)}, {"kept", number(d.kept)}};
}

ordered_json json(const GradientReach& g) {
  return {{"h", list(g.h)},
          {"c", list(g.c)},
          {"state", list(g.state)},
          {"worst", list(g.worst)},
          {"half_life", number(g.half_life)},
          {"steps", g.steps}};
}

ordered_json json(const GateUse& g) {
  return {{"layer", g.layer},
          {"gate", g.gate},
          {"mean", number(g.mean)},
          {"closed", number(g.closed)},
          {"open", number(g.open)}};
}

ordered_json json(const StateNorms& n) {
  return {{"layer", n.layer}, {"state", number(n.state)}, {"largest", number(n.largest)}, {"update", number(n.update)}};
}

ordered_json json(const Spectrum& s) {
  return {{"layer", s.layer},
          {"gate", s.gate},
          {"radius", number(s.radius)},
          {"largest", number(s.largest)},
          {"smallest", number(s.smallest)},
          {"singular_values", list(s.singular_values)}};
}

ordered_json json(const RecallCurve& c) {
  return {{"cell", c.cell},
          {"hidden", c.hidden},
          {"accuracy", list(c.accuracy)},
          {"updates", c.updates},
          {"seconds", number(c.seconds)}};
}

}  // namespace

ordered_json to_json_object(const ModelExplanation& m) {
  return {{"name", m.name},
          {"path", m.path},
          {"cell", m.cell},
          {"tokenizer", m.tokenizer},
          {"equations", m.equations},
          {"layers", m.layers},
          {"hidden", m.hidden},
          {"vocabulary", m.vocabulary},
          {"parameters", m.parameters},
          {"val_loss", number(m.val_loss)},
          {"val_perplexity", number(m.val_perplexity)},
          {"val_bits_per_byte", number(m.val_bits_per_byte)},
          {"step_microseconds", number(m.step_microseconds)},
          {"steps", list(m.steps)},
          {"influence", list(m.influence)},
          {"distances", list(m.distances)},
          {"gradient", json(m.gradient)},
          {"prompt_gradient", json(m.prompt_gradient)},
          {"gates", list(m.gates)},
          {"norms", list(m.norms)},
          {"spectra", list(m.spectra)}};
}

ordered_json to_json_object(const Explanation& e) {
  ordered_json models = ordered_json::array();
  for (const ModelExplanation& m : e.models) models.push_back(to_json_object(m));
  return {{"prompt", e.prompt},
          {"models", models},
          {"recall", {{"lags", e.recall.lags}, {"chance", number(e.recall.chance)}, {"cells", list(e.recall.cells)}}},
          {"clipping",
           {{"cell", e.clipping.cell},
            {"clip", number(e.clipping.clip)},
            {"lr", number(e.clipping.lr)},
            {"with", list(e.clipping.with)},
            {"without", list(e.clipping.without)},
            {"norm_with", list(e.clipping.norm_with)},
            {"norm_without", list(e.clipping.norm_without)}}}};
}

}  // namespace rnn
