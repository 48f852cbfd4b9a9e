// Why: one place defines how an explanation is written as JSON.
#include "inspect/explanation.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "inspect/json_numbers.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;

// Declared first, because as_list() calls them.
ordered_json as_json(const std::vector<double>& values);
ordered_json as_json(const LayerStep& step);
ordered_json as_json(const ReadStep& step);
ordered_json as_json(const Influence& i);
ordered_json as_json(const StateDistance& d);
ordered_json as_json(const GateUse& g);
ordered_json as_json(const StateNorms& n);
ordered_json as_json(const Spectrum& s);
ordered_json as_json(const RecallCurve& c);
ordered_json as_json(const PairAnswer& p);
ordered_json as_json(const DoorStep& d);
ordered_json as_json(const Part& p);
ordered_json as_json(const WorthRow& w);

ordered_json as_json(const WordChance& w) { return {{"text", w.text}, {"p", json_number(w.p)}}; }
ordered_json as_json(double value) { return json_number(value); }
ordered_json as_json(float value) { return json_number(value); }
ordered_json as_json(const std::pair<int, double>& pair) {
  return ordered_json::array({pair.first, json_number(pair.second)});
}

template <class V>
ordered_json as_list(const std::vector<V>& values) {
  ordered_json array = ordered_json::array();
  for (const V& value : values) array.push_back(as_json(value));
  return array;
}
ordered_json as_json(const std::vector<double>& values) { return as_list(values); }

ordered_json as_json(const LayerStep& step) {
  ordered_json gates = ordered_json::object();
  for (const auto& [name, values] : step.gates) gates[name] = as_list(values);
  return {{"h", as_list(step.h)},
          {"c", as_list(step.c)},
          {"gates", gates},
          {"state_norm", json_number(step.state_norm)},
          {"update_norm", json_number(step.update_norm)},
          {"moved", as_list(step.moved)}};
}

ordered_json as_json(const ReadStep& step) {
  return {{"id", step.id},
          {"text", step.text},
          {"surprise", json_defined(step.surprise)},
          {"layers", as_list(step.layers)},
          {"next", as_list(step.next)}};
}

ordered_json as_json(const Influence& i) {
  return {{"position", i.position},
          {"lag", i.lag},
          {"word", i.word},
          {"substitutes", as_list(i.substitutes)},
          {"mean", json_number(i.mean)}};
}

ordered_json as_json(const StateDistance& d) {
  return {
      {"position", d.position}, {"word", d.word}, {"other", d.other}, {"h", as_list(d.h)}, {"kept", json_number(d.kept)}};
}

ordered_json as_json(const GradientReach& g) {
  return {{"h", as_list(g.h)},
          {"c", as_list(g.c)},
          {"state", as_list(g.state)},
          {"worst", as_list(g.worst)},
          {"half_life", json_defined(g.half_life)},
          {"steps", g.steps}};
}

ordered_json as_json(const GateUse& g) {
  return {{"layer", g.layer},
          {"gate", g.gate},
          {"mean", json_number(g.mean)},
          {"closed", json_number(g.closed)},
          {"open", json_number(g.open)}};
}

ordered_json as_json(const StateNorms& n) {
  return {{"layer", n.layer},
          {"state", json_number(n.state)},
          {"largest", json_number(n.largest)},
          {"update", json_number(n.update)}};
}

ordered_json as_json(const Spectrum& s) {
  return {{"layer", s.layer},
          {"gate", s.gate},
          {"radius", json_number(s.radius)},
          {"largest", json_number(s.largest)},
          {"smallest", json_defined(s.smallest)},
          {"singular_values", as_list(s.singular_values)}};
}

ordered_json as_json(const RecallCurve& c) {
  return {{"cell", c.cell},
          {"hidden", c.hidden},
          {"accuracy", as_list(c.accuracy)},
          {"updates", c.updates},
          {"seconds", json_number(c.seconds)}};
}

ordered_json as_json(const PairAnswer& p) {
  return {{"first", p.first},
          {"second", p.second},
          {"first_word", p.first_word},
          {"second_word", p.second_word},
          {"wrong", p.wrong},
          {"first_share", json_number(p.first_share)},
          {"second_share", json_number(p.second_share)}};
}

ordered_json as_json(const PairTest& t) {
  return {{"needed", as_list(t.needed)}, {"unneeded", as_list(t.unneeded)}, {"unknown", t.unknown}};
}

ordered_json as_json(const DoorStep& d) {
  return {{"word", d.word},
          {"before", json_number(d.before)},
          {"keep", json_number(d.keep)},
          {"write", json_number(d.write)},
          {"content", json_number(d.content)},
          {"after", json_number(d.after)},
          {"third", json_number(d.third)}};
}

ordered_json as_json(const Doors& d) {
  return {{"layer", d.layer}, {"unit", d.unit},   {"keep", d.keep},
          {"write", d.write}, {"third", d.third}, {"steps", as_list(d.steps)}};
}

ordered_json as_json(const std::optional<UnitMeaning>& m) {
  if (!m) return nullptr;
  return {{"about", m->about},         {"unit", m->unit}, {"lines", m->lines},
          {"naming", m->naming},       {"high", m->high}, {"chosen_auc", json_number(m->chosen_auc)},
          {"auc", json_number(m->auc)}};
}

ordered_json as_json(const Part& p) {
  return {{"kind", p.kind},          {"input", p.input},        {"output", p.output},    {"link", p.link},
          {"past", as_list(p.past)}, {"next", as_list(p.next)}, {"low", as_list(p.low)}, {"high", as_list(p.high)}};
}

ordered_json as_json(const WorthRow& w) {
  return {{"task", w.task},
          {"measure", w.measure},
          {"simple", w.simple},
          {"network", w.network},
          {"simple_value", json_number(w.simple_value)},
          {"network_value", json_number(w.network_value)},
          {"higher", w.higher},
          {"percent", w.percent},
          {"seconds", json_number(w.seconds)},
          {"bytes", w.bytes}};
}

}  // namespace

ordered_json json_number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

double decimal_of(float value) {
  if (!std::isfinite(value)) return static_cast<double>(value);
  return parse_number<double>(fmt::format("{}", value)).value_or(0);
}

ordered_json json_defined(double value) { return value < 0 ? ordered_json(nullptr) : json_number(value); }

ordered_json json_number(std::optional<double> value) { return value ? json_number(*value) : ordered_json(nullptr); }

ordered_json json_number(float value) { return json_number(decimal_of(value)); }

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
          {"val_loss", json_number(m.val_loss)},
          {"val_perplexity", json_number(m.val_perplexity)},
          {"val_bits_per_byte", json_number(m.val_bits_per_byte)},
          {"step_microseconds", json_number(m.step_microseconds)},
          {"steps", as_list(m.steps)},
          {"influence", as_list(m.influence)},
          {"distances", as_list(m.distances)},
          {"gradient", as_json(m.gradient)},
          {"prompt_gradient", as_json(m.prompt_gradient)},
          {"gates", as_list(m.gates)},
          {"norms", as_list(m.norms)},
          {"spectra", as_list(m.spectra)},
          {"shown_units", m.shown_units},
          {"doors", as_json(m.doors)},
          {"pairs", as_json(m.pairs)},
          {"meaning", as_json(m.meaning)}};
}

ordered_json to_json_object(const Explanation& e) {
  ordered_json models = ordered_json::array();
  for (const ModelExplanation& m : e.models) models.push_back(to_json_object(m));
  return {
      {"prompt", e.prompt},
      {"lines", e.lines},
      {"parts", as_list(e.parts)},
      {"worth", as_list(e.worth)},
      {"models", models},
      {"recall", {{"lags", e.recall.lags}, {"chance", json_number(e.recall.chance)}, {"cells", as_list(e.recall.cells)}}},
      {"clipping",
       {{"cell", e.clipping.cell},
        {"clip", json_number(e.clipping.clip)},
        {"lr", json_number(e.clipping.lr)},
        {"with", as_list(e.clipping.with)},
        {"without", as_list(e.clipping.without)},
        {"norm_with", as_list(e.clipping.norm_with)},
        {"norm_without", as_list(e.clipping.norm_without)}}}};
}

}  // namespace rnn::core
