// Why: rnn translate: one sentence per line in, one translation per line out, with its attention on request.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "events/events.h"
#include "line_reader.h"
#include "next_words.h"
#include "outputs.h"
#include "pages/attention_map.h"
#include "screen.h"
#include "signals.h"
#include "tasks/translate/pair_data.h"
#include "tasks/translate/stream/translator.h"
#include "with_models.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kBatchesAtOnce = 16;  // batches that the translator sorts by length together

struct TranslateArguments {
  std::string model, drawings, length_rule = "wu";
  std::vector<std::string> files;
  int64_t beam = 5, n_best = 1, no_repeat = 0, max_extra = 10, top_k = 0, seed = 1, batch = 64, threads = 0;
  double low = 0.5;
  bool scores = false, alignment = false, json = false, force = false;
  TranslateOptions how;
  WithArguments with;
};

void declare(Command& command, TranslateArguments& a) {
  SampleOptions& sampling = a.how.sampling;
  command.word("MODEL", &a.model, "run folder or .safetensors file of a translator");
  command.words("FILE...", &a.files, "sentences, one per line; - or none: standard input");
  command.whole("--beam", &a.beam, {1, 1024}, "N", "hypotheses side by side; 1 is greedy (5)");
  command.whole("--nbest", &a.n_best, {1, 1024}, "N",
                "the N best of each line, as \"number ||| text ||| score\" from 0 (1)");
  command.text("--prefix", &a.how.prefix, "TEXT", "every translation begins with TEXT, character by character");
  command.flag("--sample", &a.how.sample, "sample each translation instead of searching for the likeliest");
  command.flag("--scores", &a.scores,
               "after each, separated by tabs: score, probability per token, and \"low\" where that is below --low");
  command.flag("--alignment", &a.alignment,
               "after each: pairs i-j, source token i is what target token j looked at most, both from 0");
  command.text("--attention-svg", &a.drawings, "DIR", "draw the attention: DIR/line-000001.svg and so on");
  a.with.declare(command, "form an ensemble with this model: the mean of the probabilities; may be repeated");
  command.flag("--json", &a.json, "JSON lines on standard output");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.more();
  command.real("--low", &a.low, {0, 1}, "P",
               "with --scores: mark translations whose probability per token is below P (0.5)");
  command.flag("--force", &a.force, "with --attention-svg: overwrite files that are no such drawings");
  command.real("--length-penalty", &a.how.alpha, {0, 10}, "A", "above 0: long translations are penalised less (1)");
  command.real("--coverage", &a.how.coverage, {0, 10}, "B", "above 0: penalty for source words left out (0)");
  command.whole("--no-repeat", &a.no_repeat, {0, 1024}, "N", "no sequence of N tokens occurs twice; 0: off (0)");
  command.text("--length-rule", &a.length_rule, "RULE",
               "log-probability over ((5 + length) / 6)^A: wu; over length^A: power (wu)");
  command.real("--max-ratio", &a.how.max_ratio, {0, 100}, "R",
               "a translation has at most R times the tokens of its source (2)");
  command.whole("--max-extra", &a.max_extra, {0, 10000}, "N", "plus N tokens (10)");
  command.real("--temperature", &sampling.temperature, {0, 100}, "T", "with --sample: 0: the likeliest; 1: as learnt (1)");
  command.whole("--top-k", &a.top_k, {0, 1 << 24}, "K", "with --sample: from the K likeliest; 0: all (0)");
  command.real("--top-p", &sampling.top_p, {0, 1, true, false}, "P", "with --sample: from the likeliest that make up P (1)");
  command.real("--min-p", &sampling.min_p, {0, 1}, "P",
               "with --sample: drop tokens less than P times as likely as the likeliest (0)");
  command.whole("-s,--seed", &a.seed, {0, 9e15}, "N", "with --sample: same seed, same translations (1)");
  command.whole("--batch", &a.batch, {1, 4096}, "N", "sentences in a batch; affects only the speed (64)");
  a.with.declare_weights(command);
  command.example("rnn translate runs/train-001 new.en > new.fr");
  command.example("rnn translate runs/dates-001 days.txt --scores");
}

void check(const Command& command, const TranslateArguments& a) {
  const auto bad = [](const std::string& message) { throw Error(Exit::usage, "usage/option", message); };
  for (const char* flag :
       {"--beam", "--nbest", "--length-penalty", "--length-rule", "--coverage", "--no-repeat", "--prefix"}) {
    if (a.how.sample && command.given(flag))
      bad(fmt::format("--sample gives one translation per line and does not accept {}", flag));
  }
  for (const char* flag : {"--temperature", "--top-k", "--top-p", "--min-p", "--seed"}) {
    if (!a.how.sample && command.given(flag)) bad(fmt::format("{} is for sampling: it needs --sample", flag));
  }
  if (command.given("--low") && !a.scores) bad("--low is a bound of --scores");
  if (a.n_best > a.beam) bad(fmt::format("--nbest is {}, but --beam keeps {}", a.n_best, a.beam));
  if (a.length_rule != "power" && a.length_rule != "wu")
    bad(fmt::format("--length-rule is '{}', it must be one of power, wu", a.length_rule));
}

void require_attention(const Command& command, const ModelFile& file, const WithModels& with) {
  std::vector<const ModelFile*> all = {&file};
  all.insert(all.end(), with.files.begin(), with.files.end());
  for (const char* flag : {"--alignment", "--attention-svg", "--coverage"}) {
    for (const ModelFile* one : all) {
      if (!command.given(flag) || one->model->config().encoder.attention != AttentionKind::none) continue;
      throw Error(Exit::usage, "usage/option",
                  fmt::format("{} needs attention weights, but {} has no attention", flag, one->path),
                  "leave it out, or train a model with --attention additive");
    }
  }
}

// "0-0 1-2": for each token of the translation, the source token that it looked at most. Ends of lines have no pair.
std::string alignment_text(const Translation& t, const Matrix<float>& weights) {
  std::string text;
  const int words = std::min(static_cast<int>(t.ids.size()) - (t.finished ? 1 : 0), weights.rows());
  for (int j = 0; j < words; ++j) {
    const float* row = weights.row(j);
    const auto i = std::max_element(row, row + weights.cols()) - row;
    if (i + 1 < weights.cols()) text += fmt::format("{}{}-{}", text.empty() ? "" : " ", i, j);
  }
  return text;
}

// The geometric mean of the probabilities of its tokens, the end of line included; none for a translation without tokens.
std::optional<double> token_probability(const Translation& t) {
  if (t.ids.empty()) return std::nullopt;
  return std::exp(t.log_prob / static_cast<double>(t.ids.size()));
}

// Prints the translations of a line, and draws the attention.
class Answers {
 public:
  Answers(Translator& translator, const TranslateArguments& a) : translator_(translator), a_(a) {}

  // `number`: of the line, from 0.
  void add(int64_t number, const std::string& line, const std::vector<Translation>& found) {
    if (found[0].ids.empty() && !found[0].finished && !a_.how.prefix.empty())
      say(fmt::format("note: line {}: no translation begins with '{}'", number + 1, printable(a_.how.prefix)));
    const bool draws = !a_.drawings.empty() && !found[0].ids.empty();
    std::vector<Matrix<float>> looked(found.size());  // for each translation, if it is shown
    for (size_t i = 0; i < looked.size(); ++i) {
      if (a_.alignment || (draws && i == 0)) looked[i] = translator_.align(line, found[i]);
    }
    if (a_.json) {
      print_json(number, line, found, looked);
    } else {
      for (size_t i = 0; i < found.size(); ++i) print_text(number, found[i], looked[i]);
    }
    if (draws) draw(number, line, found[0], looked[0]);
  }

 private:
  void print_text(int64_t number, const Translation& t, const Matrix<float>& looked) {
    const bool list = a_.n_best > 1;
    std::string text = list ? fmt::format("{} ||| {} ||| {:.4f}", number, t.text, t.score) : t.text;
    if (a_.scores) {
      const std::optional<double> p = token_probability(t);
      const std::string_view between = list ? " ||| " : "\t", mark = p && *p < a_.low ? "low" : "";
      if (!list) text += "\t" + (p ? fmt::format("{:.4f}", t.score) : "");
      text += fmt::format("{}{}{}{}", between, p ? fmt::format("{:.4f}", *p) : "", between, mark);
    }
    if (a_.alignment) text += (list ? " ||| " : "\t") + alignment_text(t, looked);
    print(text + "\n");
  }

  void print_json(int64_t number, const std::string& line, const std::vector<Translation>& found,
                  const std::vector<Matrix<float>>& looked) {
    ordered_json json = {{"line", number + 1}, {"source", line}};
    ordered_json list = ordered_json::array();
    for (size_t i = 0; i < found.size(); ++i) {
      const Translation& t = found[i];
      ordered_json one = {{"text", t.text}, {"log_prob", t.log_prob}, {"score", t.score}, {"finished", t.finished}};
      if (a_.scores) {
        const std::optional<double> p = token_probability(t);
        one["token_probability"] = p ? ordered_json(*p) : ordered_json();
        one["low"] = p && *p < a_.low;
      }
      if (a_.alignment) {
        one["tokens"] = pieces(t.ids);
        one["attention"] = rows_of(looked[i]);
      }
      list.push_back(std::move(one));
    }
    if (a_.alignment) json["source_tokens"] = pieces(found[0].ids.empty() ? std::vector<int32_t>() : source_ids(line));
    json["translations"] = std::move(list);
    print(json_line(json));
  }

  void draw(int64_t number, const std::string& line, const Translation& t, const Matrix<float>& looked) {
    svg::AttentionMap map;
    map.id = fmt::format("line{}", number + 1);
    map.title = fmt::format("Line {}: where attention looked", number + 1);
    map.description = fmt::format(
        "Source: {} Translation: {} A column for each token of the source, a row for each token of the translation.",
        printable(line), printable(t.text));
    map.standalone = true;
    for (const int32_t id : source_ids(line)) map.source.push_back(shown_piece(translator_.tokenizer(), id));
    for (const int32_t id : t.ids) map.target.push_back(shown_piece(translator_.tokenizer(), id));
    map.weights = &looked;
    const std::string name = fmt::format("line-{:06}.svg", number + 1);
    const std::string path = (std::filesystem::path(a_.drawings) / name).string();
    require_output(path, Output::drawing, a_.force);
    write_file_atomic(path, svg::attention_map(map));
  }

  std::vector<int32_t> source_ids(const std::string& line) const { return encode_line(translator_.tokenizer(), line); }

  ordered_json pieces(const std::vector<int32_t>& ids) const {
    ordered_json list = ordered_json::array();
    for (const int32_t id : ids) list.push_back(translator_.tokenizer().piece(id));
    return list;
  }

  // Six digits: more have no meaning.
  static ordered_json rows_of(const Matrix<float>& weights) {
    ordered_json rows = ordered_json::array();
    for (int t = 0; t < weights.rows(); ++t) {
      ordered_json row = ordered_json::array();
      for (int j = 0; j < weights.cols(); ++j) row.push_back(std::round(1e6 * static_cast<double>(weights(t, j))) / 1e6);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Translator& translator_;
  const TranslateArguments& a_;
};

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(Exit::internal, "io/write", fmt::format("cannot create the folder {}: {}", folder, error.message()));
}

}  // namespace

int run_translate(const Arguments& arguments) {
  TranslateArguments a;
  Command command("translate", "MODEL [FILE...] [options]", "translate sentences, one per line");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  check(command, a);
  TranslateOptions& how = a.how;
  how.beam = static_cast<int>(a.beam), how.n_best = static_cast<int>(a.n_best);
  how.no_repeat = static_cast<int>(a.no_repeat), how.max_extra = static_cast<int>(a.max_extra);
  how.length_rule = a.length_rule == "wu" ? LengthRule::wu : LengthRule::power;
  how.sampling.top_k = static_cast<int>(a.top_k);
  how.seed = static_cast<uint64_t>(a.seed), how.batch = static_cast<int>(a.batch);

  ModelFile file = load_model(a.model);
  const WithModels with = a.with.load();
  Pool pool(static_cast<int>(a.threads));
  Translator translator(file, with, pool);
  require_attention(command, file, with);
  if (!a.drawings.empty()) make_folder(a.drawings);

  const std::atomic<int>& stop = *watch_signals();
  LineReader reader(a.files);
  if (reader.asks_a_person()) say("one sentence per line; Ctrl-D ends");
  Answers answers(translator, a);
  const size_t most = static_cast<size_t>(a.batch) * kBatchesAtOnce;
  int64_t number = 0;
  for (;;) {
    const std::vector<std::string> lines = reader.next(most, stop);
    if (lines.empty() || stop.load() != 0) break;
    const auto found = translator.translate(lines, how, number);
    for (size_t i = 0; i < lines.size(); ++i) answers.add(number++, lines[i], found[i]);
    flush_output();
  }
  if (!a.drawings.empty()) say(fmt::format("drawings are in {}", a.drawings));
  return status_of(0);
}

}  // namespace rnn::core::app
