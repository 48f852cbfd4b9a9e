// Why: from a sentence to the explanation of its translation, shown as tables and drawings.
#include "inspect_translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/matrix.h"
#include "base/numbers.h"
#include "events/events.h"
#include "inspect_parts.h"
#include "pages/attention_map.h"
#include "pages/svg.h"
#include "screen.h"
#include "tasks/translate/pair_data.h"
#include "tasks/translate/stream/translator.h"

namespace rnn::core::app {
namespace {

// A probability, however small.
std::string chance(double p) { return p > 0 && p < 0.0005 ? fmt::format("{:.1e}", p) : percent_text(p); }
std::string signed_text(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

std::string listed(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

std::string model_line(const TranslationExplanation& e) {
  std::string text =
      fmt::format(" {}: {}, {}encoder of {}, decoder {} x {}, {} attention, {} bridge, {} tokens, {} parameters", e.name,
                  e.cell, e.both_ways ? "bidirectional " : "", counted(e.encoder_layers, "layer"), e.layers, e.hidden,
                  e.attention, e.bridge, e.tokenizer, grouped(e.parameters));
  if (e.val_perplexity) text += ", perplexity " + decimal_text(e.val_perplexity, 2);
  if (e.val_bleu) text += fmt::format(", BLEU {:.2f}", *e.val_bleu);
  return text + "\n";
}

std::string found_view(const TranslationExplanation& e) {
  std::vector<std::vector<std::string>> rows{{"translation", "probability", "log-prob.", "score"}};
  for (const FoundTranslation& t : e.translations) {
    rows.push_back(
        {printable(t.text) + (t.finished ? "" : " ..."), chance(t.p), signed_text(t.log_prob, 3), signed_text(t.score, 3)});
  }
  return head("Translations, best first") + table_of(std::move(rows), {0}) +
         note("score: log-probability after the length rule, by which the search ranks.");
}

// Tokens of the source and their shares, the largest first.
std::string looked_at(const TranslationExplanation& e, const TargetToken& token, size_t count) {
  std::vector<size_t> places(token.attention.size());
  for (size_t j = 0; j < places.size(); ++j) places[j] = j;
  std::stable_sort(places.begin(), places.end(),
                   [&](size_t a, size_t b) { return token.attention[a] > token.attention[b]; });
  std::vector<std::string> seen;
  for (size_t k = 0; k < std::min(count, places.size()); ++k) {
    const size_t j = places[k];
    seen.push_back(fmt::format("{} {}", e.source[j].text, percent_text(static_cast<double>(token.attention[j]))));
  }
  return listed(seen);
}

std::string attention_view(const TranslationExplanation& e) {
  const std::string title = head("Where it looked");
  if (e.attention == "none")
    return title + note("This model has no attention: its decoder never looks back at the sentence.");
  std::vector<std::vector<std::string>> rows{{"written", "probability", "spread", "context", "looked at"}};
  for (const TargetToken& token : e.target) {
    rows.push_back({token.text, chance(token.p), decimal_text(token.spread, 2), percent_text(token.from_context),
                    looked_at(e, token, 3)});
  }
  return title + table_of(std::move(rows), {4}) +
         note(
             "spread: effective number of tokens looked at. context: share of what was looked at in the output of the "
             "decoder.");
}

std::string search_view(const TranslationExplanation& e) {
  std::vector<std::vector<std::string>> rows{{"step", "continued", "ended", "dropped"}};
  for (size_t t = 0; t < e.search.steps.size(); ++t) {
    std::array<std::vector<std::string>, 3> by_fate;
    for (const BeamNode& node : e.search.steps[t])
      by_fate[static_cast<size_t>(node.fate)].push_back(
          fmt::format("{}{} {}", node.won ? "*" : "", node.text, signed_text(node.score, 2)));
    rows.push_back({std::to_string(t + 1), listed(by_fate[0]), listed(by_fate[1]), listed(by_fate[2])});
  }
  return head(fmt::format("The search, {} side by side", e.search.beam)) + table_of(std::move(rows), {1, 2, 3}) +
         note("Each hypothesis is shown by its last word and its score, the likeliest first. *: part of the best one.");
}

std::string encoder_view(const TranslationExplanation& e) {
  if (e.source.empty()) return "";
  std::vector<std::string> names{"read"};
  for (const char* way : {"forward", "backward"}) {
    names.push_back(fmt::format("|h| {}", way)), names.emplace_back("moved");
    if (!e.both_ways) break;
  }
  Table table(names);
  for (const SourceToken& token : e.source) {
    std::vector<std::string> row{token.text};
    for (const StateStep& step : token.read)
      row.push_back(decimal_text(step.state_norm, 2)), row.push_back(decimal_text(step.update_norm, 2));
    table.add(row);
  }
  return head(e.encoder_layers > 1 ? "The encoder, top layer" : "The encoder") + table.text() +
         note("|h|: size of the state after the word. moved: size of its change.");
}

std::string decoder_view(const TranslationExplanation& e, int top) {
  if (e.target.empty()) return "";
  std::vector<std::vector<std::string>> rows{{"written", "|h|", "moved", "likeliest here"}};
  for (const TargetToken& token : e.target) {
    std::vector<std::string> next;
    for (size_t i = 0; i < std::min(static_cast<size_t>(top), token.next.size()); ++i)
      next.push_back(fmt::format("{} {}", token.next[i].text, chance(token.next[i].p)));
    rows.push_back(
        {token.text, decimal_text(token.state.state_norm, 2), decimal_text(token.state.update_norm, 2), listed(next)});
  }
  return head(e.layers > 1 ? "The decoder, top layer" : "The decoder") + table_of(std::move(rows), {3});
}

std::string left_out_view(const TranslationExplanation& e) {
  if (e.left_out.empty()) return "";
  double most = 1;
  for (const LeftOutWord& word : e.left_out) {
    if (std::isfinite(word.bits)) most = std::max(most, word.bits);
  }
  std::vector<std::vector<std::string>> rows{{"without", "left", "bits lost", "", "hurts most"}};
  for (const LeftOutWord& word : e.left_out) {
    const auto hurt = std::max_element(word.by_token.begin(), word.by_token.end());
    const bool hurts = hurt != word.by_token.end() && *hurt > 0;
    rows.push_back(
        {word.word, chance(word.kept), signed_text(word.bits, 2), field(word.bits / most, kBar),
         hurts ? fmt::format("{} {:.2f}", e.target[static_cast<size_t>(hurt - word.by_token.begin())].text, *hurt) : ""});
  }
  return head("Without one word of the sentence") + table_of(std::move(rows), {3, 4}) +
         note(
             "left: share of the probability of this translation. One bit is a factor of 2, ten bits a factor of about "
             "1000.");
}

std::string attention_drawing(const TranslationExplanation& e) {
  Matrix<float> weights(static_cast<int>(e.target.size()), static_cast<int>(e.source.size()));
  auto map = chart_of<svg::AttentionMap>("attention", fmt::format("{}: where it looked", e.name),
                                         "A row for each token written, a column for each token read.");
  for (const SourceToken& token : e.source) map.source.push_back(token.text);
  for (size_t t = 0; t < e.target.size(); ++t) {
    map.target.push_back(e.target[t].text);
    std::copy(e.target[t].attention.begin(), e.target[t].attention.end(), weights.row(static_cast<int>(t)));
  }
  map.weights = &weights;
  return svg::attention_map(map);
}

std::string left_out_drawing(const TranslationExplanation& e) {
  auto chart =
      chart_of<svg::BarChart>("left-out", fmt::format("{}: without one word of the sentence", e.name),
                              "Bits that the translation loses without each word; one bit is half of the probability.");
  chart.series = {"bits lost"}, chart.x_label = "bits lost";
  for (const LeftOutWord& word : e.left_out) chart.groups.push_back({word.word, {word.bits}, {}});
  return svg::bar_chart(chart);
}

}  // namespace

TranslationExplanation look_at_translation(ModelFile& file, const std::string& sentence, int beam, int top, Pool& pool) {
  const Model<float>& model = inspected_translator(file, pool);
  const Tokenizer& tokenizer = *file.tokenizer;
  const std::vector<int32_t> source = encode_line(tokenizer, sentence);
  require_sentence(sentence, source);
  const std::vector<std::string> unknown_words = tokenizer.unknown_pieces(sentence);
  if (!unknown_words.empty()) say(fmt::format("note: the model does not know: {}", printable(listed(unknown_words))));
  TranslationScorer scorer(model, pool);
  scorer.set_sources({source});
  TranslateOptions options;
  options.beam = options.n_best = beam;
  const TranslationRules rules(tokenizer, options);
  TranslationLook look;
  look.top = top;
  return explain_translation(file, sentence, source, scorer, rules.search(source.size()), look, pool);
}

std::string translation_view(const TranslationExplanation& e, int top) {
  return model_line(e) + found_view(e) + attention_view(e) + search_view(e) + encoder_view(e) + decoder_view(e, top) +
         left_out_view(e);
}

std::vector<std::pair<std::string, std::string>> translation_drawings(const TranslationExplanation& e) {
  std::vector<std::pair<std::string, std::string>> files;
  if (e.attention != "none" && !e.target.empty()) files.emplace_back("attention.svg", attention_drawing(e));
  if (!e.left_out.empty()) files.emplace_back("left_out.svg", left_out_drawing(e));
  return files;
}

}  // namespace rnn::core::app
