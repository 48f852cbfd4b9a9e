// Why: a table of translations, a JSON object with the same figures, and the pairs one by one on request.
#include "eval_pairs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "data/pairs.h"
#include "events/events.h"
#include "metrics/bleu.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kGreedy = "greedy";  // its name in translate_rows()

void print_lines(const std::vector<Pair>& pairs, const PairReport& report, bool json) {
  for (size_t i = 0; i < pairs.size(); ++i) {
    const std::string& source = pairs[i].source;
    const std::string& reference = pairs[i].target;
    const std::string& translation = report.translations[i];
    if (!json) {
      print(fmt::format("{}\t{}\t{}\n", printable(source), printable(translation), printable(reference)));
      continue;
    }
    print(json_line({{"type", "line"},
                     {"source", source},
                     {"translation", translation},
                     {"reference", reference},
                     {"bleu", sentence_bleu(translation, {reference}).score}}));
  }
}

void print_json(const PairReport& report, bool per_line) {
  ordered_json json = figures_json(report.model, columns_of({&report.model}));
  json["wer"] = report.word_error_rate;
  json["cer"] = report.character_error_rate;
  json["pairs"] = report.pairs;
  json["tokens"] = report.tokens;
  json["empty"] = report.empty;
  json["signatures"] = {{"bleu", report.bleu_signature}, {"chrf", report.chrf_signature}};
  for (const ResultRow& row : report.others) {
    if (row.name == kGreedy) {
      json[kGreedy] = figures_json(row);
    } else {
      json["baselines"][row.name] = figures_json(row);
    }
  }
  if (!report.note.empty()) json["note"] = report.note;
  if (per_line) json["type"] = "result";
  print(json_line(json));
}

std::string searched(const PairEvalOptions& o) {
  const std::string who = o.with.files.empty() ? "this model" : "together";
  return o.translate.beam > 1 ? fmt::format("{} (beam {})", who, o.translate.beam) : fmt::format("{} (greedy)", who);
}

void print_table(const PairReport& report, const PairEvalOptions& o) {
  const Columns columns = columns_of({&report.model}, report.others);
  Table table(joined({""}, titles(columns)));
  const auto add = [&](const ResultRow& row, const std::string& name) {
    table.add(joined({name}, cells(row, columns, Digits::fine)));
  };
  add(report.model, searched(o));
  for (const ResultRow& row : report.others) add(row, row.name);
  print(table.text());
  print(fmt::format(" {}, {}; WER {:.1f} %, CER {:.1f} %\n", counted(report.pairs, "pair"),
                    counted(report.tokens, "target token"), 100 * report.word_error_rate,
                    100 * report.character_error_rate));
  print(fmt::format(" BLEU {}\n chrF {}\n", report.bleu_signature, report.chrf_signature));
}

}  // namespace

PairReport eval_pairs(ModelFile& file, const std::vector<std::string>& paths, const PairEvalArguments& a) {
  PairReport report = evaluate_pairs(file, paths, a.options);
  if (a.per_line) print_lines(read_pairs(paths).pairs, report, a.json);
  if (a.json) {
    print_json(report, a.per_line);
    return report;
  }
  if (a.per_line) print("\n");
  print_table(report, a.options);
  if (report.empty > 0) say("note: " + counted(report.empty, "pair") + " with an empty side skipped");
  if (!a.options.with.files.empty()) say("note: the loss is that of the first model");
  if (!report.note.empty()) say(report.note);
  return report;
}

}  // namespace rnn::core::app
