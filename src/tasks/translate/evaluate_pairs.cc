// Why: the rows of a table of translations are computed in the same way at the end of training and later.
#include "tasks/translate/evaluate_pairs.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "io/ready_model.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/edit_distance.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

using nlohmann::json;

std::vector<std::string> sources_of(const std::vector<Pair>& pairs) {
  std::vector<std::string> lines;
  lines.reserve(pairs.size());
  for (const Pair& pair : pairs) lines.push_back(pair.source);
  return lines;
}

}  // namespace

std::vector<std::string> best_translations(Translator& translator, const std::vector<std::string>& lines,
                                           const TranslateOptions& how) {
  constexpr size_t kAtOnce = 256;  // between looks for an interruption
  std::vector<std::string> texts;
  for (size_t begin = 0; begin < lines.size(); begin += kAtOnce) {
    end_if_interrupted();
    const auto first = lines.begin() + static_cast<ptrdiff_t>(begin);
    const std::vector<std::string> part(first, first + static_cast<ptrdiff_t>(std::min(kAtOnce, lines.size() - begin)));
    for (std::string& text : first_texts(translator.translate(part, how, static_cast<int64_t>(begin))))
      texts.push_back(std::move(text));
  }
  return texts;
}

ResultRow translation_row(const std::string& name, const std::vector<std::string>& texts, const std::vector<Pair>& pairs) {
  BleuCounter bleu;
  ChrfCounter chrf;
  ExactMatch exact;
  for (size_t i = 0; i < pairs.size(); ++i) {
    bleu.add(texts[i], {pairs[i].target});
    chrf.add(texts[i], {pairs[i].target});
    exact.add(texts[i], pairs[i].target);
  }
  return ResultRow(name)
      .set(figure::kBleu, bleu.score().score)
      .set(figure::kChrf, chrf.score())
      .set(figure::kExact, exact.rate());
}

std::vector<ResultRow> free_translations(const std::vector<Pair>& train, const std::vector<Pair>& pairs) {
  const std::vector<std::string> sources = sources_of(pairs);
  std::vector<ResultRow> rows = {translation_row("copy the source", sources, pairs)};
  if (!train.empty()) rows.push_back(translation_row("nearest sentence", nearest_targets(train, sources), pairs));
  return rows;
}

std::vector<ResultRow> translate_rows(Translator& translator, const std::vector<Pair>& pairs, const PairEvalOptions& o,
                                      std::vector<std::string>* translations) {
  const std::vector<std::string> sources = sources_of(pairs);
  const std::vector<std::string> texts = best_translations(translator, sources, o.translate);
  std::vector<ResultRow> rows = {translation_row("this model", texts, pairs)};
  if (o.greedy && o.translate.beam > 1 && !o.translate.sample) {
    TranslateOptions greedy = o.translate;
    greedy.beam = greedy.n_best = 1;
    rows.push_back(translation_row("greedy", best_translations(translator, sources, greedy), pairs));
  }
  if (translations) *translations = texts;
  return rows;
}

PairReport evaluate_pairs(ModelFile& file, const std::vector<std::string>& paths, const PairEvalOptions& o) {
  const PairSet set = read_pairs(paths);
  Pool pool(o.threads);
  const Model<float>& model = ready_translator(file, pool);
  PairReport report;
  report.pairs = static_cast<int64_t>(set.pairs.size()), report.empty = set.empty;
  const PairBatchOptions batches{64, 0, false, 1, model.config().encoder.reversed_source};
  const auto batcher = pair_batcher(encode_pairs(*file.tokenizer, set.pairs), batches);
  const Evaluation loss = evaluate(model, *batcher, pool);
  report.tokens = loss.tokens;

  Translator translator(file, o.with, pool);
  std::vector<ResultRow> rows = translate_rows(translator, set.pairs, o, &report.translations);
  report.model = rows[0];
  report.model.set(figure::kLoss, loss.loss()).set(figure::kPerplexity, std::exp(loss.loss()));
  report.others.assign(rows.begin() + 1, rows.end());
  ErrorRate words, characters;
  for (size_t i = 0; i < set.pairs.size(); ++i) {
    words += word_errors(report.translations[i], set.pairs[i].target);
    characters += character_errors(report.translations[i], set.pairs[i].target);
  }
  report.word_error_rate = words.rate(), report.character_error_rate = characters.rate();
  report.bleu_signature = bleu_signature(1), report.chrf_signature = chrf_signature(1, {});
  if (!o.baselines) return report;
  const std::vector<Pair> train = training_pairs(file);
  const std::vector<ResultRow> free = free_translations(train, set.pairs);
  report.others.insert(report.others.end(), free.begin(), free.end());
  if (train.empty())
    report.note = "note: no row for the nearest sentence: the training pairs of this model are gone or have changed";
  return report;
}

std::vector<Pair> training_pairs(const ModelFile& file) {
  try {
    const json& data = file.about.at("data");
    PairData found = read_pair_data(data_of_model(file, "train"), recorded_split(file));
    if (found.hash == data.at("hash").get<std::string>()) return found.train.pairs;
  } catch (const json::exception&) {
  } catch (const Error&) {
  }
  return {};
}

}  // namespace rnn::core
