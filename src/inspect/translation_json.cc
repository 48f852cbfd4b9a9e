// Why: one place defines how the explanation of a translation is written as JSON.
#include "inspect/json_numbers.h"

#include <nlohmann/json.hpp>

#include "inspect/translation.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;

// Declared first, because written_list() calls them.
ordered_json written(const StateStep& s);
ordered_json written(const SourceToken& s);
ordered_json written(const TargetToken& t);
ordered_json written(const FoundTranslation& t);
ordered_json written(const LeftOutWord& w);
ordered_json written(const BeamNode& n);
ordered_json written(const std::vector<BeamNode>& nodes);

ordered_json written(const WordChance& w) { return {{"text", w.text}, {"p", json_number(w.p)}}; }
ordered_json written(float value) { return json_number(value); }

template <class V>
ordered_json written_list(const std::vector<V>& values) {
  ordered_json array = ordered_json::array();
  for (const V& value : values) array.push_back(written(value));
  return array;
}

ordered_json written(const StateStep& s) {
  return {{"h", written_list(s.h)}, {"state_norm", json_number(s.state_norm)}, {"update_norm", json_number(s.update_norm)}};
}

ordered_json written(const SourceToken& s) { return {{"id", s.id}, {"text", s.text}, {"read", written_list(s.read)}}; }

ordered_json written(const TargetToken& t) {
  return {{"id", t.id},
          {"text", t.text},
          {"p", json_number(t.p)},
          {"next", written_list(t.next)},
          {"state", written(t.state)},
          {"attention", written_list(t.attention)},
          {"entropy", json_defined(t.entropy)},
          {"spread", json_defined(t.spread)},
          {"from_context", json_defined(t.from_context)}};
}

ordered_json written(const FoundTranslation& t) {
  return {{"text", t.text},
          {"p", json_number(t.p)},
          {"log_prob", json_number(t.log_prob)},
          {"score", json_number(t.score)},
          {"finished", t.finished}};
}

ordered_json written(const LeftOutWord& w) {
  return {{"first", w.first},
          {"tokens", w.tokens},
          {"word", w.word},
          {"kept", json_number(w.kept)},
          {"bits", json_number(w.bits)},
          {"by_token", written_list(w.by_token)}};
}

ordered_json written(const BeamNode& n) {
  return {{"parent", n.parent},
          {"id", n.id},
          {"text", n.text},
          {"so_far", n.so_far},
          {"p", json_number(n.p)},
          {"log_prob", json_number(n.log_prob)},
          {"score", json_number(n.score)},
          {"fate", fate_name(n.fate)},
          {"won", n.won}};
}

ordered_json written(const std::vector<BeamNode>& nodes) { return written_list(nodes); }

}  // namespace

ordered_json to_json_object(const TranslationExplanation& e) {
  return {{"name", e.name},
          {"path", e.path},
          {"cell", e.cell},
          {"tokenizer", e.tokenizer},
          {"attention", e.attention},
          {"bridge", e.bridge},
          {"both_ways", e.both_ways},
          {"input_feeding", e.input_feeding},
          {"reversed_source", e.reversed_source},
          {"encoder_layers", e.encoder_layers},
          {"layers", e.layers},
          {"hidden", e.hidden},
          {"vocabulary", e.vocabulary},
          {"parameters", e.parameters},
          {"val_loss", json_number(e.val_loss)},
          {"val_perplexity", json_number(e.val_perplexity)},
          {"val_bleu", json_number(e.val_bleu)},
          {"sentence", e.sentence},
          {"translations", written_list(e.translations)},
          {"source", written_list(e.source)},
          {"target", written_list(e.target)},
          {"search",
           {{"beam", e.search.beam},
            {"alpha", json_number(e.search.alpha)},
            {"length_rule", e.search.length_rule == LengthRule::wu ? "wu" : "power"},
            {"steps", written_list(e.search.steps)}}},
          {"left_out", written_list(e.left_out)}};
}

}  // namespace rnn::core
