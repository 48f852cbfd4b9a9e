// Why: rnn explain: one page that shows how models read a text, remember and forget, or how one translates, with figures
// computed from these models.
#include "explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "explain_labels.h"
#include "held_out.h"
#include "inspect/explain_model.h"
#include "inspect/hearing.h"
#include "inspect/lab_cache.h"
#include "inspect_translation.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "pages/explain_page.h"
#include "pages/hearing_page.h"
#include "pages/sentences.h"
#include "pages/translation_page.h"
#include "runs/run_data.h"
#include "screen.h"
#include "signals.h"
#include "sounds.h"
#include "tasks/effect/stream/effect.h"
#include "tasks/language_model/ngram_rows.h"
#include "text_tokens.h"

namespace rnn::core::app {
namespace {

void require_alike(const ModelFile& first, const ModelFile& other) {
  const nlohmann::json a = first.tokenizer->to_json(), b = other.tokenizer->to_json();
  if (a == b) return;
  throw Error(
      Exit::usage, "explain/models",
      fmt::format("{} and {} do not use the same tokens: {} of {}, {} of {}", first.path, other.path,
                  first.tokenizer->kind(), first.tokenizer->size(), other.tokenizer->kind(), other.tokenizer->size()),
      "models on one page must be trained on the same text with the same --tokens; or explain each one separately");
}

// If two runs have folders of the same name, their paths distinguish them.
void name_apart(std::vector<ModelExplanation>& models) {
  std::map<std::string, int> count;
  for (const ModelExplanation& m : models) ++count[m.name];
  for (ModelExplanation& m : models)
    if (count[m.name] > 1) m.name = m.path;
}

std::vector<std::vector<int32_t>> text_for(const ExplainRequest& request, const ModelFile& file,
                                           const std::optional<RunText>& run) {
  if (!request.data.empty()) return first_tokens(file, read_text(request.data), request.data);
  if (run && !run->valid.empty()) return first_tokens(file, run->valid, "the validation text");
  say("note: the validation text of " + file.path + " is gone or has changed: only the prompt is measured (--data)");
  return {};
}

long long lines_of(const std::vector<Document>& documents) {
  long long lines = 0;
  for (const Document& document : documents) lines += std::count(document.text.begin(), document.text.end(), '\n');
  return lines;
}

// The best network beside the best n-gram model, on the text by which the networks were validated.
std::optional<WorthRow> text_worth(const std::vector<ModelExplanation>& models, const ModelFile& first, const RunText& run) {
  constexpr int64_t kMost = 20'000'000;  // bytes: counting takes seconds
  const size_t best = pages::best_model(models);
  if (models.empty() || !models[best].val_perplexity || bytes_of(run.train) > kMost) return std::nullopt;
  const Tokenizer& tokenizer = *first.tokenizer;
  const TokenDocuments train = encode_documents(tokenizer, run.train), valid = encode_documents(tokenizer, run.valid);
  std::string note;
  const std::vector<ResultRow> rows = ngram_rows(train, valid, tokenizer, reads_sentences(first),
                                                 byte_rate_of(tokenizer, run.valid, count_of(valid)), &note);
  const pages::Nouns noun = pages::nouns_of(tokenizer.kind());
  WorthRow row{fmt::format("the next {}", noun.one),
               fmt::format("perplexity: it hesitates between so many {}", noun.many),
               "",
               "",
               0,
               0};
  set_counting(row, rows);
  if (row.simple.empty()) return std::nullopt;
  row.network = pages::cast(models)[best].label, row.network_value = *models[best].val_perplexity;
  row.bytes = models[best].parameters * static_cast<long long>(sizeof(float));
  return row;
}

// The cells that the memory test trains: those of the models, or the usual three if there is only one model.
std::vector<std::string> lab_cells(const std::vector<ModelExplanation>& models) {
  std::vector<std::string> cells;
  const auto add = [&](const std::string& cell) {
    if (std::find(cells.begin(), cells.end(), cell) == cells.end()) cells.push_back(cell);
  };
  for (const ModelExplanation& m : models) add(m.cell);
  if (cells.size() == 1)
    for (const char* cell : {"rnn", "gru", "lstm"}) add(cell);
  return cells;
}

void add_lab(const ExplainRequest& request, Pool& pool, Explanation& all) {
  RecallOptions recall;
  recall.seconds = request.seconds;
  recall.stop = watch_signals();
  const std::vector<std::string> cells = lab_cells(all.models);
  say(fmt::format("memory test: {} (trained once, then cached; at most {:.0f} s each)", fmt::join(cells, ", "),
                  recall.seconds));
  const Lab lab = memory_lab(cells, recall, {}, request.no_cache ? "" : default_cache_folder(), pool);
  if (lab.stopped) {
    say("stopped: the page will not have the memory test");
    return;
  }
  all.recall = lab.recall, all.clipping = lab.clipping;
}

struct ExplainArguments {
  ExplainRequest request;
  LabelAsk label;
  std::string output = "explain.html", said;
  std::string svg;  // folder
  bool json = false, no_lab = false, force = false;
  int64_t beam = kWidestBeam, threads = 0;
};

void declare(Command& command, ExplainArguments& a) {
  command.words("MODEL", &a.request.models,
                "run folders or .safetensors files, trained on the same text; or one model that translates, transcribes, "
                "classifies or tags");
  command.text("-p,--prompt", &a.request.prompt, "TEXT",
               "the text to read; for a translator the sentence to translate, for a recogniser a file of sound, for sensors "
               "a file of series");
  command.text("-o,--output", &a.output, "FILE", "the page (explain.html)");
  command.text("--say", &a.said, "WORDS", "for a recogniser: what is really said in the clip");
  declare_label_options(command, a.label);
  command.flag("--json", &a.json, "the figures as one JSON object on standard output, no page");
  command.more();
  command.flag("--force", &a.force, "overwrite a file that is not such a page");
  command.text("--data", &a.request.data, "FILE",
               "text for measuring gradient, gates and states (default: the first model's validation text); for a model of "
               "labels the "
               "file of --row");
  command.text("--svg", &a.svg, "DIR", "write the page's drawings as SVG files into this folder, too");
  command.flag("--no-lab", &a.no_lab, "omit the memory test and the exploding run");
  command.seconds("--seconds", &a.request.seconds, "longest training of the memory test, per cell (20)");
  command.flag("--no-cache", &a.request.no_cache, "train the memory test again");
  command.whole("--beam", &a.beam, {1, kWidestBeam}, "N", "for a translator: hypotheses of the search (5)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn explain runs/demo-rnn runs/demo-gru runs/demo-lstm -p \"The cat is sleeping because it\"");
  command.example("rnn explain runs/reviews-001 -p \"It looked dull, but I liked it.\" --label happy");
}

std::vector<ModelFile> loaded(const std::vector<std::string>& paths) {
  std::vector<ModelFile> files;
  for (const std::string& path : paths) files.push_back(load_model(path));
  return files;
}

Explanation explain(const ExplainRequest& request, std::vector<ModelFile>& files) {
  Pool pool(request.threads);
  for (ModelFile& file : files) {
    inspected_model(file, pool);
    prompt_ids(file, request.prompt);
    require_alike(files.front(), file);
  }
  const std::optional<RunText> run = text_of_run(files.front());
  ExplainOptions options;
  options.text = text_for(request, files.front(), run);
  options.pairs = held_out_pairs();
  Explanation all;
  all.prompt = request.prompt;
  if (run) all.lines = lines_of(run->train);
  for (ModelFile& file : files) {
    say(fmt::format("reading with {}", file.path));
    all.models.push_back(explain_model(file, request.prompt, options, pool));
  }
  name_apart(all.models);
  if (run) {
    if (const std::optional<WorthRow> row = text_worth(all.models, files.front(), *run)) all.worth.push_back(*row);
  }
  if (request.lab) add_lab(request, pool, all);
  return all;
}

void write_html(const std::string& page, const std::string& path) {
  write_file_atomic(path, page);
  say(fmt::format("wrote {} ({}): open it in a browser", path, bytes_text(static_cast<int64_t>(page.size()))));
}

// The figures as JSON, or the page.
template <class Figures, class Page>
void put_out(const ExplainArguments& a, const Figures& figures, const Page& page) {
  if (a.json) {
    print(json_line(to_json_object(figures)));
    return;
  }
  write_html(page(figures), a.output);
  print(a.output + "\n");
}

ModelFile& only_model(std::vector<ModelFile>& files, const char* what) {
  if (files.size() > 1)
    throw Error(Exit::usage, "explain/models",
                fmt::format("a page shows one {}, but there are {} models", what, files.size()),
                "explain each one separately");
  return files[0];
}

void explain_translator(const Command& command, const ExplainArguments& a, std::vector<ModelFile>& files) {
  ModelFile& file = only_model(files, "translator");
  command.refuse({"--data", "--no-lab", "--seconds", "--no-cache", "--svg"},
                 "is for language models; this model translates");
  Pool pool(a.request.threads);
  put_out(a, look_at_translation(file, a.request.prompt, static_cast<int>(a.beam), 5, pool), translation_page);
}

void explain_recogniser(const Command& command, const ExplainArguments& a, std::vector<ModelFile>& files) {
  ModelFile& file = only_model(files, "recogniser");
  command.refuse({"--data", "--no-lab", "--seconds", "--no-cache", "--beam"},
                 "is not for recognisers; this model transcribes speech", "leave it out");
  Pool pool(static_cast<int>(a.threads));
  ready_model(file, pool);
  std::vector<float> samples;
  int rate = 0;
  read_sound(a.request.prompt, "", [&](std::span<const float> heard, int of) {
    samples.insert(samples.end(), heard.begin(), heard.end());
    rate = of;
  });
  const Hearing heard = hear_clip(file, samples, rate, sound_name(a.request.prompt), a.said, pool);
  if (!a.svg.empty()) write_drawings(a.svg, a.force, hearing_drawings(heard));
  put_out(a, heard, hearing_page);
}

bool transcribes(const ModelFile& file) { return file.about.contains("speech"); }

// Of models that no other page is for.
bool labels(const ModelFile& file) { return !transcribes(file) && look_for(file) != LabelLook::none; }

void explain_labels(const Command& command, const ExplainArguments& a, std::vector<ModelFile>& files) {
  ModelFile& file = only_model(files, "model of labels");
  command.refuse({"--say", "--no-lab", "--seconds", "--no-cache", "--beam"}, "is not for models that classify or tag",
                 "leave it out");
  LabelLookRequest request;
  request.ask = a.label, request.ask.prompt = a.request.prompt, request.ask.data = a.request.data;
  request.page = a.json ? "" : a.output, request.svg = a.svg, request.json = a.json, request.force = a.force;
  request.threads = static_cast<int>(a.threads);
  look_at_labels(file, request);
}

}  // namespace

void refuse_effect(const ModelFile& file) {
  if (is_effect(file))
    throw Error(
        Exit::model, "model/task", file.path + " is an audio effect: there is no page about it",
        "rnn eval MODEL DRY.wav WET.wav says how near it comes and how near a plain filter does; rnn process runs it");
}

void set_counting(WorthRow& row, const std::vector<ResultRow>& rows) {
  for (const ResultRow& ngram : rows) {
    const std::optional<double> found = ngram[figure::kPerplexity];
    if (found && (row.simple.empty() || *found < row.simple_value))
      row.simple = "counting: " + ngram.name, row.simple_value = *found;
  }
}

Explanation explain(const ExplainRequest& request) {
  std::vector<ModelFile> files = loaded(request.models);
  return explain(request, files);
}

void write_page(const Explanation& explanation, const std::string& path) { write_html(explain_page(explanation), path); }

int run_explain(const Arguments& arguments) {
  ExplainArguments a;
  Command command("explain", "MODEL... -p TEXT [options]",
                  "one page: how networks read a text, remember and forget; how one translates, hears, decides or tags");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.request.models.empty() ? "" : a.request.models.front(), "a MODEL");
  if (!command.given("--prompt") && !command.given("--row")) command.need(a.request.prompt, "a text: -p TEXT");
  a.request.lab = !a.no_lab;
  a.request.threads = static_cast<int>(a.threads);
  if (!a.json) require_output(a.output, Output::page, a.force);
  std::vector<ModelFile> files = loaded(a.request.models);
  if (std::any_of(files.begin(), files.end(), labels)) {
    explain_labels(command, a, files);
    return 0;
  }
  for (const ModelFile& file : files) refuse_effect(file);
  refuse_label_options(command);
  if (!command.given("--prompt")) command.need(a.request.prompt, "a text: -p TEXT");
  if (std::any_of(files.begin(), files.end(), [](const ModelFile& file) { return file.model->translates(); })) {
    explain_translator(command, a, files);
    return 0;
  }
  if (std::any_of(files.begin(), files.end(), transcribes)) {
    explain_recogniser(command, a, files);
    return 0;
  }
  if (command.given("--say"))
    throw Error(Exit::usage, "usage/option", "--say is for recognisers of speech; these models are not", "leave it out");
  if (command.given("--beam")) throw Error(Exit::usage, "usage/option", "--beam is for translators; these models are not");
  const Explanation all = explain(a.request, files);
  if (!a.svg.empty()) write_drawings(a.svg, a.force, explain_drawings(all));
  put_out(a, all, explain_page);
  return status_of(0);
}

}  // namespace rnn::core::app
