// Why: rnn eval: what a model is worth on a text, beside what costs nothing.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "command.h"
#include "screen.h"
#include "tasks/language_model.h"
#include "tasks/sequence_data.h"
#include "train/events.h"

namespace rnn::app {
namespace {

using nlohmann::ordered_json;

ordered_json number(double value) { return value >= 0 ? ordered_json(value) : ordered_json(nullptr); }

ordered_json row_json(const ResultRow& row) {
  return {{"loss", number(row.loss)}, {"perplexity", number(row.perplexity)}, {"bits_per_byte", number(row.bits_per_byte)}};
}

void print_json(const EvalReport& report, bool per_line) {
  for (const EvalReport::Line& line : report.lines_report) {
    ordered_json json = {
        {"type", "line"}, {"text", line.text}, {"loss", line.loss}, {"tokens", line.tokens}, {"unknown", line.unknown}};
    print(json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  }
  ordered_json json = row_json(report.model);
  json["tokens"] = report.tokens;
  json["unknown"] = report.unknown;
  json["bytes"] = report.bytes;
  json["lines"] = report.lines;
  for (const ResultRow& row : report.adapted) json["adapted"][row.name] = row_json(row);
  for (const ResultRow& row : report.baselines) json["baselines"][row.name] = row_json(row);
  if (!report.note.empty()) json["note"] = report.note;
  if (per_line) json["type"] = "result";
  print(json.dump() + "\n");
}

void print_table(const EvalReport& report) {
  for (const EvalReport::Line& line : report.lines_report) {
    print(fmt::format("{:.4f}\t{}\t{}\n", line.loss, line.tokens, line.text));
  }
  Table table({"", "loss", "perplexity", "bits/byte"});
  const auto add = [&](const ResultRow& row) {
    table.add({row.name, figure(row.loss, 4), figure(row.perplexity, 2), figure(row.bits_per_byte, 4)});
  };
  add(report.model);
  for (const ResultRow& row : report.adapted) add(row);
  for (const ResultRow& row : report.baselines) add(row);
  print((report.lines_report.empty() ? "" : "\n") + table.text());
  print(fmt::format(" {} tokens, {} unknown, {} lines, {}\n", grouped(report.tokens), grouped(report.unknown),
                    grouped(report.lines), bytes_text(report.bytes)));
  if (!report.note.empty()) say(report.note);
}

ordered_json sequence_row(const ResultRow& row) {
  ordered_json json = {{"loss", row.loss}};
  if (row.accuracy >= 0) json["accuracy"] = row.accuracy;
  return json;
}

double eval_sequences(ModelFile& file, const std::string& path, int threads, bool as_json) {
  const SequenceReport report = evaluate_sequences(file, path, threads);
  const bool numbers = report.task == "regress";
  if (as_json) {
    ordered_json json = sequence_row(report.model);
    json["sequences"] = report.sequences;
    json["targets"] = report.targets;
    for (const ResultRow& row : report.baselines) json["baselines"][row.name] = sequence_row(row);
    print(json.dump() + "\n");
    return report.model.loss;
  }
  Table table(numbers ? std::vector<std::string>{"", "mean squared error"}
                      : std::vector<std::string>{"", "loss", "accuracy"});
  const auto add = [&](const ResultRow& row) {
    if (numbers) return table.add({row.name, fmt::format("{:.4g}", row.loss)});
    table.add({row.name, figure(row.loss, 4), fmt::format("{:.2f}%", 100 * row.accuracy)});
  };
  add(report.model);
  for (const ResultRow& row : report.baselines) add(row);
  print(table.text() + fmt::format(" {} sequences, {} targets\n", grouped(report.sequences), grouped(report.targets)));
  return report.model.loss;
}

void require_at_most(double loss, double limit) {
  if (!(limit > 0) || loss <= limit) return;
  throw Error(Exit::check, "eval/fail_under", fmt::format("the loss is {:.4f}, above --fail-under {}", loss, limit));
}

}  // namespace

int run_eval(const Arguments& arguments) {
  std::string model, text, fail_under;
  bool json = false, no_baselines = false;
  EvalOptions options;
  int64_t threads = 0;
  double limit = 0;
  int64_t cache = 0;
  Adaptation& how = options.adaptation;
  Command command("eval", "MODEL DATA [options]",
                  "loss, perplexity and bits per byte of a model on a text; accuracy or error on sequences");
  command.word("MODEL", &model, "run folder or .safetensors file");
  command.word("DATA", &text, "text file or folder; JSON lines for a model of sequences");
  command.flag("--json", &json, "one JSON object on standard output");
  command.flag("--per-line", &options.per_line, "also each line alone: loss, tokens, text");
  command.real("--fail-under", &limit, {0, 1e9, true, false}, "LOSS",
               "exit status 6 unless the loss is at most LOSS (nats per token)");
  command.whole("--cache", &cache, {0, 1e6}, "N",
                "also with a cache of the last N tokens, which vote for what followed them");
  command.real("--dynamic", &how.dynamic.rate, {0, 1e3}, "RATE", "also with weights that go on learning at this rate");
  command.flag("--no-baselines", &no_baselines, "leave the n-gram and zstd rows out");
  command.text("--ngram", &options.ngram, "FILE",
               "also an n-gram model over the same tokens (rnn data ngram --tokens-of MODEL)");
  command.whole("-t,--threads", &threads, {0, 1024}, "N", "0: all cores");
  command.more();
  command.real("--cache-weight", &how.cache.weight, {0, 1}, "W", "share of the cache in the prediction (0.1)");
  command.real("--cache-sharpness", &how.cache.sharpness, {0, 1e3}, "S", "above 0: like states count more (0.3)");
  command.real("--dynamic-decay", &how.dynamic.decay, {0, 1}, "D",
               "part of the way back to the trained weights per step (0)");
  command.example("rnn eval runs/story-001 new.txt");
  command.example("rnn eval runs/story-001 new.txt --json --fail-under 4.2");
  if (!command.parse(arguments)) return 0;
  command.need(model, "a MODEL");
  command.need(text, "DATA");
  options.baselines = !no_baselines;
  options.threads = static_cast<int>(threads);
  how.cache.size = static_cast<int>(cache);

  ModelFile file = load_model(model);
  if (file.model->has_head() && !file.model->is_language_model()) {
    const char* wrong = options.per_line         ? "--per-line"
                        : cache > 0              ? "--cache"
                        : how.dynamic.rate > 0   ? "--dynamic"
                        : !options.ngram.empty() ? "--ngram"
                                                 : nullptr;
    if (wrong)
      throw Error(Exit::usage, "usage/option", std::string(wrong) + " is for language models; this model reads sequences");
    require_at_most(eval_sequences(file, text, options.threads, json), limit);
    return 0;
  }
  const EvalReport report = evaluate_text(file, text, options);
  if (json) {
    print_json(report, options.per_line);
  } else {
    print_table(report);
  }
  require_at_most(report.model.loss, limit);
  return 0;
}

}  // namespace rnn::app
