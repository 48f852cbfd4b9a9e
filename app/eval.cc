// Why: rnn eval: how good a model is on a text, next to simple baselines.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "choose.h"
#include "command.h"
#include "eval_effect.h"
#include "eval_labels.h"
#include "eval_pairs.h"
#include "eval_series.h"
#include "eval_speech.h"
#include "events/events.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "screen.h"
#include "search_options.h"
#include "series_options.h"
#include "tasks/effect/stream/effect.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/sequences/sequence_data.h"
#include "with_models.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

const Columns kTextColumns = {&figure::kBitsPerByte, &figure::kLoss, &figure::kPerplexity};

ordered_json row_json(const ResultRow& row) {
  ordered_json json = figures_json(row, kTextColumns);
  for (const Figure* f : {&figure::kBitsWithoutSpelling, &figure::kUnknownShare})
    if (row[*f]) json[std::string(f->key)] = *row[*f];
  return json;
}

void print_json(const EvalReport& report, bool per_line) {
  for (const EvalReport::Line& line : report.lines_report) {
    ordered_json json = {
        {"type", "line"}, {"text", line.text}, {"loss", line.loss}, {"tokens", line.tokens}, {"unknown", line.unknown}};
    print(json_line(json));
  }
  ordered_json json = row_json(report.model);
  json["tokens"] = report.tokens;
  json["unknown"] = report.unknown;
  json["bytes"] = report.bytes;
  json["lines"] = report.lines;
  add_others(report.others, row_json, json);
  for (const ResultRow& row : report.adapted) json["adapted"][row.name] = row_json(row);
  for (const ResultRow& row : report.baselines) json["baselines"][row.name] = row_json(row);
  if (!report.note.empty()) json["note"] = report.note;
  if (per_line) json["type"] = "result";
  print(json_line(json));
}

void print_table(const EvalReport& report) {
  for (const EvalReport::Line& line : report.lines_report) {
    print(fmt::format("{:.4f}\t{}\t{}\n", line.loss, line.tokens, line.text));
  }
  Table table(joined({""}, titles(kTextColumns)));
  const auto add = [&](const ResultRow& row) { table.add(joined({row.name}, cells(row, kTextColumns, Digits::fine))); };
  add(report.model);
  for (const ResultRow& row : report.others) add(row);
  for (const ResultRow& row : report.adapted) add(row);
  for (const ResultRow& row : report.baselines) add(row);
  print((report.lines_report.empty() ? "" : "\n") + table.text());
  print(fmt::format(" {}, {} unknown, {}, {}\n", counted(report.tokens, "token"), grouped(report.unknown),
                    counted(report.lines, "line"), bytes_text(report.bytes)));
  if (const auto without = report.model[figure::kBitsWithoutSpelling]; without) {
    print(fmt::format(" bits/byte has {:.4f} for the spelling of unknown words, {} of the tokens\n",
                      report.model.at(figure::kBitsPerByte) - *without,
                      figure_text(figure::kUnknownShare, report.model[figure::kUnknownShare])));
  }
  if (!report.note.empty()) say(report.note);
}

double eval_sequences(ModelFile& file, const std::string& path, int threads, bool as_json) {
  const SequenceReport report = evaluate_sequences(file, path, threads);
  if (as_json) {
    ordered_json json = figures_json(report.model);
    json["sequences"] = report.sequences;
    json["targets"] = report.targets;
    for (const ResultRow& row : report.baselines) json["baselines"][row.name] = figures_json(row);
    print(json_line(json));
    return report.model.at(figure::kLoss);
  }
  const Columns columns = columns_of({&report.model}, report.baselines);
  Table table(joined({""}, titles(columns)));
  const auto add = [&](const ResultRow& row) { table.add(joined({row.name}, cells(row, columns, Digits::fine))); };
  add(report.model);
  for (const ResultRow& row : report.baselines) add(row);
  print(table.text() + " " + counted(report.sequences, "sequence") + ", " + counted(report.targets, "target") + "\n");
  return report.model.at(figure::kLoss);
}

void require_at_most(double loss, double limit) {
  if (!(limit > 0) || loss <= limit) return;
  throw Error(Exit::check, "eval/fail_under", fmt::format("the loss is {:.4f}, above --fail-under {}", loss, limit));
}

struct EvalArguments {
  std::string model, text;
  ChooseArguments asked;
  WithArguments with;
  EvalOptions options;
  SeriesEvalArguments series;
  SpeechEvalArguments speech;
  SearchArguments search;
  int64_t threads = 0, cache = 0, beam = 5;
  bool json = false, no_baselines = false, early = false, thresholds = false;
  double limit = 0, least_bleu = 0;
  // DATA and what stands after it.
  std::vector<std::string> paths() const {
    std::vector<std::string> all = {text};
    all.insert(all.end(), asked.alternatives.begin(), asked.alternatives.end());
    return all;
  }
};

void declare(Command& command, EvalArguments& a) {
  Adaptation& how = a.options.adaptation;
  command.word("MODEL", &a.model, "run folder or .safetensors file");
  command.word(
      "DATA", &a.text,
      "text file or folder; labelled data for a model of labels; pairs for a translator; DRY.wav WET.wav for an effect");
  command.words("ALTERNATIVE...", &a.asked.alternatives,
                "with --choose: what may follow its text, instead of DATA; for pairs perhaps a second file");
  command.flag("--json", &a.json, "one JSON object on standard output");
  command.flag("--per-line", &a.options.per_line,
               "also each line alone: loss, tokens, text; source, translation, reference");
  command.real("--fail-under", &a.limit, {0, 1e9, true, false}, "LOSS",
               "exit status 6 unless the loss is at most LOSS (nats per token)");
  command.whole("--cache", &a.cache, {0, 1e6}, "N", "also with a cache: the last N tokens vote for what followed them");
  command.real("--dynamic", &how.dynamic.rate, {0, 1e3}, "RATE",
               "also with dynamic evaluation: keep training at this learning rate");
  command.text("--choose", &a.asked.asked, "TEXT",
               "which ALTERNATIVE fits best after TEXT, or in its ___; without any: a file of questions");
  a.with.declare(command, "also this model, and the ensemble of all; may be repeated");
  command.flag("--no-baselines", &a.no_baselines, "omit the baselines, which need no network");
  command.text("--ngram", &a.options.ngram, "FILE",
               "also an n-gram model over the same tokens (rnn data ngram --tokens-of MODEL)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores");
  command.more();
  command.whole("--beam", &a.beam, {1, 1024}, "N", "for a translator: hypotheses side by side (5)");
  declare_search(command, a.search);
  command.whole("--windows", &a.series.windows, {0, 1e9}, "N",
                "of series: the last N windows of each, a horizon apart; 0: all (8)");
  command.whole("--stride", &a.series.stride, {1, 1e9}, "N", "of series: steps between two windows (the horizon)");
  command.whole("--last", &a.series.last, {1, 1e9}, "N", "of series: only windows of the last N steps");
  command.text("--methods", &a.series.methods, "NAME,...",
               "of series: naive, seasonal-naive, drift, theta, holt-winters, ...");
  command.text("-o,--output", &a.series.output, "FILE",
               "of series: every forecast and value as a table; of speech: every clip; of labels: who is taken for whom");
  command.text("--speakers", &a.speech.speakers, "NAMES", "of speech: only the clips of these speakers");
  command.flag(
      "--tune-lm", &a.speech.tune,
      "of speech: choose --alpha and --beta of --lm; on the clips that the model was chosen by, if they are in DATA");
  command.flag("--early", &a.early, "of labels: how right it is after the first steps: words, characters or rows");
  command.flag("--thresholds", &a.thresholds,
               "of labels: how many answers are left, and right, for values of --threshold of rnn classify");
  command.flag("--importance", &a.series.importance,
               "of series: how much worse without each other column, by taking it from another time");
  command.whole("--seed", &a.series.seed, {0, 1e15}, "N", "of --importance: which times (1)");
  command.flag("--refit", &a.series.refit, "of series: fit the linear part and the bands again before every window");
  command.real("--fail-under-bleu", &a.least_bleu, {0, 100}, "BLEU", "for a translator: exit status 6 below this BLEU");
  command.text("--rank-by", &a.asked.rank_by, "RULE", "for --choose: sum, or the mean per token or byte (sum)");
  a.with.declare_weights(command);
  declare_series_options(command, a.series.series);
  command.real("--cache-weight", &how.cache.weight, {0, 1}, "W", "share of the cache in the prediction (0.1)");
  command.real("--cache-sharpness", &how.cache.sharpness, {0, 1e3}, "S", "above 0: similar states count more (0.3)");
  command.real("--dynamic-decay", &how.dynamic.decay, {0, 1}, "D",
               "share of the way back to the trained weights per step (0)");
  command.example("rnn eval runs/story-001 new.txt --json --fail-under 4.2");
  command.example("rnn eval runs/story-001 --choose \"The cat is\" sleeping purple the");
}

void ask(const Command& command, EvalArguments& a) {
  command.refuse(
      {"--per-line", "--fail-under", "--cache", "--dynamic", "--ngram", "--no-baselines", "--beam", "--fail-under-bleu"},
      "is for texts, but --choose compares alternatives");
  command.need(a.asked.asked, "a text or a file after --choose");
  if (!a.text.empty()) a.asked.alternatives.insert(a.asked.alternatives.begin(), a.text);
  a.asked.json = a.json, a.asked.threads = static_cast<int>(a.threads);
  ModelFile file = load_model(a.model);
  choose(file, a.with.load(), a.asked);
}

void measure_pairs(const Command& command, EvalArguments& a, ModelFile& file) {
  command.refuse({"--cache", "--cache-weight", "--cache-sharpness", "--dynamic", "--dynamic-decay", "--ngram"},
                 "is for language models; this model translates");
  const std::vector<std::string> paths = a.paths();
  PairEvalArguments how;
  how.options.translate.beam = static_cast<int>(a.beam);
  how.options.baselines = !a.no_baselines;
  how.options.threads = static_cast<int>(a.threads);
  how.options.with = a.with.load();
  how.per_line = a.options.per_line, how.json = a.json;
  const PairReport report = eval_pairs(file, paths, how);
  require_at_most(report.model.at(figure::kLoss), a.limit);
  const double bleu = report.model.at(figure::kBleu);
  if (bleu < a.least_bleu) {
    throw Error(Exit::check, "eval/fail_under",
                fmt::format("BLEU is {:.2f}, below --fail-under-bleu {}", bleu, a.least_bleu));
  }
}

// Of a model that reads sequences; `together`: several of its kind can be measured as one.
void refuse_options_of_texts(const Command& command, const EvalArguments& a, bool together) {
  command.refuse({"--beam", "--fail-under-bleu"}, "is for translators");
  const char* wrong = a.options.per_line                      ? "--per-line"
                      : a.cache > 0                           ? "--cache"
                      : a.options.adaptation.dynamic.rate > 0 ? "--dynamic"
                      : a.with.given() && !together           ? "--with"
                      : !a.options.ngram.empty()              ? "--ngram"
                                                              : nullptr;
  if (wrong)
    throw Error(Exit::usage, "usage/option",
                std::string(wrong) + " is for language models" +
                    (a.with.given() ? ", translators, forecasts and models of one label" : "") +
                    "; this model reads sequences");
}

[[noreturn]] void refuse_word(const std::string& word) {
  throw Error(Exit::usage, "usage/argument", fmt::format("rnn eval does not expect '{}'", word),
              "several words belong after --choose TEXT; a translator can be evaluated on two parallel files");
}

}  // namespace

int run_eval(const Arguments& arguments) {
  EvalArguments a;
  Command command(
      "eval", "MODEL DATA [options]",
      "bits per byte, loss and perplexity of a model on a text; accuracy or error on sequences; BLEU of translations; which "
      "words fit");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (command.given("--choose")) {
    ask(command, a);
    return 0;
  }
  if (command.given("--rank-by"))
    throw Error(Exit::usage, "usage/option", "--rank-by ranks alternatives: it needs --choose");
  command.need(a.text, "DATA");
  if (a.asked.alternatives.size() > 2) refuse_word(a.asked.alternatives[2]);
  EvalOptions& options = a.options;
  options.baselines = !a.no_baselines;
  options.threads = static_cast<int>(a.threads);
  options.adaptation.cache.size = static_cast<int>(a.cache);

  ModelFile file = load_model(a.model);
  if (a.asked.alternatives.size() > 1 && file.model->config().whole_labels == 0) refuse_word(a.asked.alternatives[1]);
  if (!reads_labels(file)) command.refuse({"--early", "--thresholds"}, "is for models of labels", "leave it out");
  if (file.model->config().forecast.present()) {
    a.series.json = a.json, a.series.rows = !a.no_baselines, a.series.threads = a.threads;
    const std::vector<std::string> paths = a.paths();
    eval_series(std::move(file), a.with, paths, a.series);
    return 0;
  }
  if (file.model->config().hears()) {
    const std::vector<std::string> paths = a.paths();
    a.search.beam = a.beam;
    a.speech.search = a.search.asked();
    if (!command.given("--beam")) a.speech.search.beam = 0;
    if (a.speech.tune && a.speech.search.lm.empty())
      throw Error(Exit::usage, "usage/option", "--tune-lm has no model of words to weigh", "name one: --lm words.arpa");
    a.speech.json = a.json, a.speech.threads = a.threads, a.speech.output = a.series.output;
    require_at_most(eval_speech(std::move(file), paths, a.speech), a.limit);
    return 0;
  }
  command.refuse({"--speakers", "--tune-lm", "--lm", "--alpha", "--beta", "--rnn-lm", "--rnn-weight", "--words", "--reject",
                  "--hotword"},
                 "is for models that transcribe speech", "leave it out");
  if (reads_labels(file)) {
    const std::vector<std::string> paths = a.paths();
    const bool together = file.model->config().task == target_task(TargetForm::label);
    refuse_options_of_texts(command, a, together);
    const WithModels with = together ? a.with.load() : WithModels();
    require_at_most(
        eval_labels(file, paths,
                    {a.series.output, static_cast<int>(a.threads), a.json, !a.no_baselines, a.early, a.thresholds, with}),
        a.limit);
    return 0;
  }
  command.refuse({"--windows", "--stride", "--last", "--methods", "--output", "--importance", "--seed", "--refit"},
                 "is for models of time series", "leave it out; rnn train SALES.csv makes such a model");
  if (is_effect(file)) {
    const std::vector<std::string> paths = a.paths();
    require_at_most(eval_effect(std::move(file), paths, a.json), a.limit);
    return 0;
  }
  if (file.model->translates()) {
    measure_pairs(command, a, file);
    return 0;
  }
  if (!a.asked.alternatives.empty()) refuse_word(a.asked.alternatives[0]);
  command.refuse({"--beam", "--fail-under-bleu"}, "is for translators");
  if (file.model->has_head() && !file.model->is_language_model()) {
    refuse_options_of_texts(command, a, false);
    require_at_most(eval_sequences(file, a.text, options.threads, a.json), a.limit);
    return 0;
  }
  options.with = a.with.load();
  const EvalReport report = evaluate_text(file, a.text, options);
  if (a.json) {
    print_json(report, options.per_line);
  } else {
    print_table(report);
  }
  require_at_most((report.others.empty() ? report.model : report.others.back()).at(figure::kLoss), a.limit);
  return 0;
}

}  // namespace rnn::core::app
