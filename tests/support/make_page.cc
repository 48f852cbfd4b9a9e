// Why: the browser tests need a page of every kind without a trained model: this program writes the synthetic ones.
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include "pages/explain_page.h"
#include "pages/forecast_page.h"
#include "pages/label_page.h"
#include "pages/translation_page.h"
#include "support/explanation.h"
#include "support/forecast_report.h"
#include "support/labelling.h"
#include "support/translation.h"

namespace {

rnn::core::Explanation explanation_of(const std::string& kind) {
  using namespace rnn::core::test;
  if (kind == "one") {
    rnn::core::Explanation all = synthetic_explanation({demo_characters()[1]});
    all.recall = {};
    all.clipping = {};
    return all;
  }
  if (kind == "long") {  // twelve words, two layers, a loss that is no number; text that HTML must not read
    rnn::core::Explanation all =
        synthetic_explanation(demo_characters(), "a b <script>alert(1)</script> & c d e f g h i j incomprehensibilities");
    for (size_t i = 0; i < all.models.size(); ++i) {
      const int number = static_cast<int>(i);
      all.models[i] = synthetic_model(demo_characters()[i], number, all.prompt, 96, 2);
    }
    all.models[0].val_loss = all.models[0].val_perplexity = std::numeric_limits<double>::infinity();
    return all;
  }
  if (kind == "characters") {
    rnn::core::Explanation all = synthetic_explanation({demo_characters()[2]}, "T h e ␣ c a t");
    all.models[0].tokenizer = "char", all.models[0].pairs = {}, all.prompt = "The cat";
    return all;
  }
  if (kind == "demo") {
    rnn::core::Explanation all = synthetic_explanation(demo_characters(), "The cat is sleeping on the chair because it is");
    add_demo_parts(all);
    return all;
  }
  return synthetic_explanation();
}

rnn::core::TranslationExplanation translation_of(const std::string& kind) {
  using rnn::core::test::synthetic_translation;
  if (kind == "translation-none") return synthetic_translation("the cat sleeps", "le chat dort", "none", 128);
  if (kind == "translation-long") {  // more than is drawn; text that HTML must not read
    std::string sentence = "<script>alert(1)</script> & incomprehensibilities", translation = "a";
    for (int i = 0; i < 45; ++i)
      sentence += " w" + std::to_string(i), translation += " unaussprechlichkeiten" + std::to_string(i);
    return synthetic_translation(sentence, translation, "general", 256);
  }
  return synthetic_translation();
}

rnn::core::ForecastReport report_of(const std::string& kind) {
  using rnn::core::test::synthetic_report;
  if (kind == "forecast-one") {  // without a simple rule, bands of the past, and a season
    rnn::core::ForecastReport r = synthetic_report(1);
    r.rows.resize(1), r.simple.reset(), r.runner_up.reset(), r.ratio.reset(), r.learnt_windows = 0, r.scaled = false;
    r.drawn[0].id.clear();
    return r;
  }
  if (kind == "forecast-many") {  // as many series as are drawn; names that HTML must not read
    rnn::core::ForecastReport r = synthetic_report(12);
    r.series_count = 30, r.drawn[1].id = r.series[1].id = "<script>alert(1)</script> & incomprehensibilities of a shop";
    r.best = 4, r.rows[4].scores.mase = 0.5, r.best_ratio = 0.5 / 0.62, r.left_out = "Holt-Winters";
    return r;
  }
  return synthetic_report();
}

rnn::core::Verdict verdict_of(const std::string& kind) {
  using namespace rnn::core::test;
  if (kind == "verdict-series") return synthetic_series_verdict();
  rnn::core::Verdict v = synthetic_verdict();
  if (kind ==
      "verdict-long") {  // lines instead of bars, more parts than are drawn, more labels; text that HTML must not read
    v.facts.labels = 40,
    v.course[0].label = v.answer[0].label = "<script>alert(1)</script> & incomprehensibilities of a label";
    for (int i = 0; i < 80; ++i) {
      v.steps.push_back("word" + std::to_string(i)), v.looks.push_back(9 + i), v.led.emplace_back(v.course[0].label);
      v.course[0].p.push_back(0.9), v.course[1].p.push_back(0.05), v.move[0].push_back(0.2);
      v.left_out.push_back({8 + i, 1, v.steps.back(), v.course[0].label, 0.9 - 0.01 * (i % 9), 0.03 + 0.01 * (i % 9)});
    }
    v.length = 88, v.facts.both_ways = true, v.move.push_back(v.move[0]), v.unknown = {"word7"};
  }
  return v;
}

rnn::core::Tagging tagging_of(const std::string& kind) {
  using namespace rnn::core::test;
  rnn::core::Tagging t = synthetic_tagging();
  if (kind == "tagging-long") {  // several lines, tags that are no spans, wrong ones; text that HTML must not read
    add_reference(t);
    t.spans = false, t.found.clear(), t.said.clear(), t.words[2].word = "<script>alert(1)</script>&";
    for (int i = 0; i < 60; ++i) {
      t.words.push_back({"word" + std::to_string(i), "VERB", i % 5 ? 0.99 : 0.5, true, {{"NOUN", 0.01}}, "VERB", "NOUN"});
      t.left_out.push_back({t.words.back().word, i % 2 ? 0.2 : -0.1, 0, 1, 0.5});
      for (std::vector<double>& move : t.move) move.push_back(0.5);
    }
  }
  return t;
}

std::string page_of(const std::string& kind) {
  if (kind.starts_with("verdict")) return rnn::core::verdict_page(verdict_of(kind));
  if (kind.starts_with("tagging")) return rnn::core::tagging_page(tagging_of(kind));
  if (kind.starts_with("forecast")) return rnn::core::forecast_page(report_of(kind));
  return kind.starts_with("translation") ? rnn::core::translation_page(translation_of(kind))
                                         : rnn::core::explain_page(explanation_of(kind));
}

}  // namespace

// make_page FOLDER: three.html, one.html, long.html, characters.html, demo.html and those of translators, of forecasts and of models of labels.
int main(int count, char** arguments) {
  if (count != 2) return std::fputs("usage: make_page FOLDER\n", stderr), 2;
  for (const std::string kind :
       {"three", "one", "long", "characters", "demo", "translation", "translation-none", "translation-long", "forecast",
        "forecast-one", "forecast-many", "verdict", "verdict-long", "verdict-series", "tagging", "tagging-long"}) {
    std::ofstream file(std::string(arguments[1]) + "/" + kind + ".html", std::ios::binary);
    file << page_of(kind);
    if (!file.flush()) return std::fprintf(stderr, "cannot write %s.html\n", kind.c_str()), 1;
  }
  return 0;
}
