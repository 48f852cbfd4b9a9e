// Why: verdicts and taggings as JSON: what pages embed and `rnn inspect --json` prints.
#include <nlohmann/json.hpp>

#include "inspect/json_numbers.h"
#include "inspect/labelling.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;

ordered_json array_of(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double v : values) list.push_back(json_number(v));
  return list;
}

ordered_json array_of(const std::vector<std::vector<double>>& rows) {
  ordered_json list = ordered_json::array();
  for (const std::vector<double>& row : rows) list.push_back(array_of(row));
  return list;
}

ordered_json array_of(const std::vector<LabelChance>& chances) {
  ordered_json list = ordered_json::array();
  for (const LabelChance& c : chances) list.push_back({{"label", c.label}, {"p", json_number(c.p)}});
  return list;
}

ordered_json array_of(const std::vector<LeftOutPart>& parts) {
  ordered_json list = ordered_json::array();
  for (const LeftOutPart& p : parts)
    list.push_back({{"first", p.first},
                    {"steps", p.steps},
                    {"what", p.what},
                    {"label", p.label},
                    {"p", json_number(p.p)},
                    {"adds", json_number(p.adds)}});
  return list;
}

ordered_json array_of(const std::vector<TaggedSpan>& spans) {
  ordered_json list = ordered_json::array();
  for (const TaggedSpan& s : spans)
    list.push_back({{"type", s.type},
                    {"text", s.text},
                    {"begin", s.begin},
                    {"end", s.end},
                    {"p", json_number(s.p)},
                    {"right", s.right}});
  return list;
}

ordered_json text_or_null(const std::optional<std::string>& text) { return text ? ordered_json(*text) : ordered_json(); }

ordered_json facts_json(const LabelFacts& f) {
  return {{"name", f.name},          {"path", f.path},     {"cell", f.cell},
          {"reads", f.reads},        {"pool", f.pool},     {"layers", f.layers},
          {"hidden", f.hidden},      {"labels", f.labels}, {"parameters", f.parameters},
          {"both_ways", f.both_ways}};
}

}  // namespace

ordered_json to_json_object(const Verdict& v) {
  ordered_json course = ordered_json::array(), sensors = ordered_json::array();
  for (const ShownLabel& one : v.course) course.push_back({{"label", one.label}, {"p", array_of(one.p)}});
  for (const ShownSensor& one : v.sensors) sensors.push_back({{"name", one.name}, {"values", array_of(one.values)}});
  return {{"facts", facts_json(v.facts)},
          {"series", v.series},
          {"text", v.text},
          {"place", v.place},
          {"length", v.length},
          {"steps", v.steps},
          {"unknown", v.unknown},
          {"looks", v.looks},
          {"answer", array_of(v.answer)},
          {"course", course},
          {"led", v.led},
          {"decided", v.decided},
          {"turns", v.turns},
          {"said", text_or_null(v.said)},
          {"said_p", json_number(v.said_p)},
          {"left_out", array_of(v.left_out)},
          {"sensors_out", array_of(v.sensors_out)},
          {"sensors", sensors},
          {"stride", v.stride},
          {"move", array_of(v.move)}};
}

ordered_json to_json_object(const Tagging& t) {
  ordered_json words = ordered_json::array(), left_out = ordered_json::array();
  for (const TaggedWord& w : t.words)
    words.push_back({{"word", w.word},
                     {"tag", w.tag},
                     {"p", json_number(w.p)},
                     {"known", w.known},
                     {"others", array_of(w.others)},
                     {"early", w.early},
                     {"said", text_or_null(w.said)}});
  for (const WordLeftOut& w : t.left_out)
    left_out.push_back({{"word", w.word},
                        {"lost", json_number(w.lost)},
                        {"changed", w.changed},
                        {"most", w.most < 0 ? ordered_json() : ordered_json(w.most)},
                        {"p", json_number(w.p)}});
  ordered_json json = {{"facts", facts_json(t.facts)},
                       {"text", t.text},
                       {"place", t.place},
                       {"chain", t.chain},
                       {"spans", t.spans},
                       {"words", words},
                       {"found", array_of(t.found)},
                       {"said", array_of(t.said)},
                       {"wrong", t.wrong},
                       {"of", t.of},
                       {"left_out", left_out},
                       {"move", array_of(t.move)}};
  if (!t.label.empty()) json["label"] = array_of(t.label);
  return json;
}

}  // namespace rnn::core
