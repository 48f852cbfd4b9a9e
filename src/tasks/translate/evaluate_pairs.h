// Why: how good a translator is: the loss on the given translations, and its own translations next to simple baselines.
#pragma once

#include <string>
#include <vector>

#include "tasks/translate/pair_data.h"
#include "tasks/translate/stream/translator.h"

namespace rnn::core {

struct PairEvalOptions {
  TranslateOptions translate = {};
  bool baselines = true;  // copy of the source; nearest sentence of the training pairs, if they are available
  bool greedy = true;     // a row for it, next to the beam search
  int threads = 0;
  WithModels with = {};
};

struct PairReport {
  ResultRow model;                // loss per target token, BLEU, chrF, exact matches of the translations
  std::vector<ResultRow> others;  // greedy; copy the source; nearest sentence
  int64_t pairs = 0, tokens = 0, empty = 0;
  double word_error_rate = 0, character_error_rate = 0;
  std::string bleu_signature, chrf_signature, note;
  std::vector<std::string> translations;  // one for each pair
};

// The best translation of each line, as Translator::translate() has it. May be interrupted (base/interrupt.h).
std::vector<std::string> best_translations(Translator& translator, const std::vector<std::string>& lines,
                                           const TranslateOptions& how);
// BLEU, chrF and exact matches of `texts` as translations of the pairs' sources.
ResultRow translation_row(const std::string& name, const std::vector<std::string>& texts, const std::vector<Pair>& pairs);
// Copy the source; nearest sentence, unless `train` is empty.
std::vector<ResultRow> free_translations(const std::vector<Pair>& train, const std::vector<Pair>& pairs);
// The rows of a model on pairs, without its loss.
std::vector<ResultRow> translate_rows(Translator& translator, const std::vector<Pair>& pairs, const PairEvalOptions& options,
                                      std::vector<std::string>* translations);

// `paths` as read_pairs(). With more models the loss is that of the first one and the translations are those of the
// ensemble. Frees the row-major weights of `file`.
PairReport evaluate_pairs(ModelFile& file, const std::vector<std::string>& paths, const PairEvalOptions& options);

// The training pairs of a model's run; none if they are gone or have changed.
std::vector<Pair> training_pairs(const ModelFile& file);

}  // namespace rnn::core
