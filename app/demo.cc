// Why: rnn demo: a plain RNN, a GRU and an LSTM learn from a small corpus in a minute, then other tasks; one page shows it all.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "command.h"
#include "demo_parts.h"
#include "explain.h"
#include "inspect/reading.h"
#include "metrics/figures.h"
#include "next_words.h"
#include "options/option_list.h"
#include "outputs.h"
#include "pages/screens.h"
#include "places.h"
#include "runs.h"
#include "screen.h"
#include "signals.h"
#include "tasks/training.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

// Common settings, chosen for a corpus of about 200 KB of short sentences.
struct DemoDefaults {
  std::vector<std::string> cells = {"rnn", "gru", "lstm"};
  std::string prompt = "The cat is";
  std::string page_prompt = "The cat is sleeping on the chair because it is";
  int64_t words = 60;  // length of the paragraph
  int next_words = 5;
  uint64_t paragraph_seed = 1;
  Options options;

  DemoDefaults() {
    options.model.tokens = "word";
    options.model.hidden = 256;
    options.model.dropout = 0.4;
    options.train.optimizer = "adamw";
    options.train.lr = 3e-3;
    options.train.schedule = "stall";
    options.train.decay = 0.5;
    options.train.batch = 32;
    options.train.epochs = 40;
    options.train.patience = 4;
  }
};

// All .txt files of a folder, sorted by name.
std::vector<std::string> texts_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// --corpus, RNN_CORPUS, the source tree of this program, the installed corpus: the first one that exists.
std::vector<std::string> find_corpus(const std::string& given) {
  const char* variable = std::getenv("RNN_CORPUS");
  const std::string named = !given.empty() ? given : variable ? variable : "";
  std::error_code error;
  if (!named.empty()) {
    if (!fs::is_directory(named, error)) return {named};
    std::vector<std::string> files = texts_in(named);
    if (!files.empty()) return files;
    throw Error(Exit::data, "data/no_text", named + " has no .txt file", "name a text file or a folder with text files");
  }
  for (const std::string& place : places_of(RNN_SOURCE_CORPUS, RNN_INSTALLED_CORPUS)) {
    std::vector<std::string> files = texts_in(place);
    if (!files.empty()) return files;
  }
  throw Error(Exit::data, "data/missing", "the corpus of the demo was not found",
              "name a text: rnn demo --corpus story.txt");
}

void show(const std::string& cell, const std::string& folder, const DemoDefaults& d, bool first) {
  ModelFile file = load_model(folder);
  Writer writer(file);
  const std::string fresh = writer.save_state();
  print(fmt::format("{}{}\n", first ? "" : "\n", strong(cell, Stream::output)));
  writer.read(d.prompt);
  print(next_words_table(writer, d.prompt, d.next_words));
  writer.load_state(fresh);
  writer.read(d.prompt);
  std::string text = d.prompt;
  Random random(d.paragraph_seed, Purpose::sample);
  ContinueOptions how;
  how.tokens = d.words;
  write_on(writer, how, random, [&](std::string_view piece) { text += piece; });
  // A paragraph: the model's lines joined, cut off after the last complete sentence.
  std::replace(text.begin(), text.end(), '\n', ' ');
  const size_t end = text.find_last_of(".!?");
  if (end != std::string::npos && end > d.prompt.size()) text.resize(end + 1);
  print(text + "\n");
  flush_output();
}

RunRequest request_for(const DemoDefaults& d, const std::string& cell, const std::vector<std::string>& corpus,
                       double seconds, const std::string& output, const std::string& typed) {
  RunRequest request;
  request.data = corpus;
  request.folder = output + "-" + cell;
  request.force = true;
  request.model = d.options.model;
  request.model.cell = cell;
  request.options = d.options.train;
  request.options.max_seconds = seconds;
  request.command = typed;
  return request;
}

std::string as_typed(const Arguments& words) {
  std::vector<std::string> command = {"rnn", "demo"};
  command.insert(command.end(), words.begin(), words.end());
  return shell_line(command);
}

// The text shown on the page: the first of `prompts` whose words the models know; "" if there is none.
std::string readable(const std::string& folder, const std::vector<std::string>& prompts) {
  const ModelFile file = load_model(folder);
  std::string why;
  for (const std::string& prompt : prompts) {
    try {
      prompt_ids(file, prompt);
      return prompt;
    } catch (const Error& e) {
      why = e.what();
    }
  }
  say("no page: " + why);
  return "";
}

// "recall 50": how often a small network of the cell names the first of 51 symbols.
MoreColumns recall_columns(const Recall& recall) {
  constexpr int kShown[] = {5, 20, 100};
  MoreColumns more;
  for (size_t l = 0; l < recall.lags.size(); ++l) {
    if (std::find(std::begin(kShown), std::end(kShown), recall.lags[l]) == std::end(kShown)) continue;
    more.heads.push_back(fmt::format("recall {}", recall.lags[l]));
    for (const RecallCurve& curve : recall.cells)
      more.cells[curve.cell].push_back(fmt::format("{:.0f}%", 100 * curve.accuracy[l]));
  }
  return more;
}

std::string recall_note(const Recall& recall) {
  return fmt::format(
      "recall N: how often a network of {} units, trained for this alone, names the first symbol after N more (chance: "
      "{:.1f}%)\n",
      recall.cells.front().hidden, 100 * recall.chance);
}

// What the page has of the language models, or nothing if they do not know the words of the prompt.
std::optional<Explanation> explanation_of(const std::vector<std::pair<std::string, RunResult>>& runs, const DemoDefaults& d,
                                          const std::vector<std::string>& prompts, double seconds) {
  ExplainRequest request;
  for (const auto& [cell, run] : runs) request.models.push_back(run.folder);
  request.seconds = seconds;
  request.threads = d.options.train.threads;
  request.prompt = readable(request.models.front(), prompts);
  if (request.prompt.empty()) return std::nullopt;
  Explanation all = explain(request);
  if (!all.worth.empty()) add_costs(all.worth[0], runs[pages::best_model(all.models)].second);
  return all;
}

// The task of the language models, as the page shows it beside the others.
core::Part text_part(const Explanation& all) {
  const size_t best = pages::best_model(all.models), step = pages::guess_step(all.models[best]);
  const ModelExplanation& model = all.models[best];
  core::Part part{"text", pages::words_until(model, step), "", "#loop", {}, {}, {}, {}};
  if (!model.steps[step].next.empty()) part.output = model.steps[step].next[0].text;
  return part;
}

// A spoken digit is named on the page even if no network was trained for it: the tasks are shown in one order.
void add_part(Explanation& all, const core::Part& part) {
  constexpr std::string_view kOrder[] = {"text", "dates", "digits", "series"};
  if (part.kind.empty()) return;
  if (all.parts.empty()) {
    all.parts.push_back(text_part(all));
    all.parts.push_back({"digits", "“seven”, spoken", "", "", {}, {}, {}, {}});
  }
  const auto place = [&](const core::Part& p) { return std::find(std::begin(kOrder), std::end(kOrder), p.kind); };
  std::erase_if(all.parts, [&](const core::Part& p) { return p.kind == part.kind; });
  all.parts.push_back(part);
  std::stable_sort(all.parts.begin(), all.parts.end(),
                   [&](const core::Part& a, const core::Part& b) { return place(a) < place(b); });
}

struct DemoArguments {
  std::string corpus, output = "runs/demo";
  double seconds = 60;
  int64_t threads = 0, seed = 1;
  bool verbose = false;
};

double seconds_of(const DemoPart& part, double seconds) { return std::min(part.most, part.share * seconds); }

// What will happen, and how long it takes.
std::string announcement(const DemoDefaults& d, double seconds) {
  double total = seconds;
  const auto row = [](std::string_view what, std::string_view does, double time) {
    return fmt::format("  {:<25}{:<58}{:>4.0f} s\n", what, does, time);
  };
  std::string text = row(fmt::format("{}", fmt::join(d.cells, ", ")),
                         "three networks read simple English and guess the next word", seconds);
  for (const DemoPart& part : demo_parts()) {
    text += row(part.title, part.does, seconds_of(part, seconds));
    total += seconds_of(part, seconds);
  }
  total += 3 * std::min(20.0, seconds / 3);  // the memory test, at most
  return fmt::format(
      "This demo trains small networks on this computer and makes one page that explains them. It takes {}.\n{}Nothing "
      "leaves "
      "this computer. Ctrl-C stops it; -v shows the figures of the training.\n",
      total < 90 ? fmt::format("about {:.0f} seconds", std::ceil(total / 5) * 5)
                 : fmt::format("two to {} minutes", total < 175 ? "three" : "four"),
      text);
}

void declare(Command& command, DemoArguments& a, DemoDefaults& d) {
  command.seconds("--seconds", &a.seconds,
                  "training time of the three language models (60); the other parts take another 1.05 of it, at most 63");
  command.text("--corpus", &a.corpus, "FILE", "text file or folder; default: the project's own");
  command.text("-p,--prompt", &d.prompt, "TEXT", "the text that the models continue (\"The cat is\")");
  command.text("-o,--output", &a.output, "DIR",
               "run folders DIR-rnn, DIR-gru, DIR-lstm, DIR-few, DIR-dates, DIR-bakery, DIR-digits and the page DIR.html, "
               "overwritten "
               "(runs/demo)");
  command.flag("-v,--verbose", &a.verbose, "show the settings and the figures of every training");
  command.whole("-s,--seed", &a.seed, {0, 9e15}, "N", "seed of the training (1)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn demo");
  command.example("rnn demo --seconds 20 --prompt \"The dog is\"");
}

// Trains the language models. Empty: a signal ended it, and how to resume was said.
std::vector<std::pair<std::string, RunResult>> language_models(const DemoArguments& a, const DemoDefaults& d,
                                                               const std::vector<std::string>& texts, Talk talk,
                                                               const std::string& typed) {
  std::vector<std::pair<std::string, RunResult>> runs;
  const double share = a.seconds / static_cast<double>(d.cells.size());
  for (const std::string& cell : d.cells) {
    const RunRequest request = request_for(d, cell, texts, share, a.output, typed);
    say(fmt::format("{}{}", runs.empty() ? "" : "\n", strong(cell, Stream::error)));
    runs.emplace_back(
        cell, watched(talk, [&](EventStream& events, const RunHooks& hooks) { return train_run(request, events, hooks); }));
    if (runs.back().second.reason == StopReason::signal || signal_seen() != 0) {
      say_stopped(request.folder);
      return {};
    }
    if (const std::optional<double> words = runs.back().second.valid[figure::kPerplexity]; words && talk == Talk::people)
      say(fmt::format("has read the text {:.1f} times; at the next word it now hesitates between {:.0f} words",
                      runs.back().second.best_epoch, *words));
  }
  return runs;
}

// Runs the other parts and adds what they found to the page. The folder of the one that a signal stopped, or "".
std::string other_parts(const DemoArguments& a, DemoPartRequest request, std::optional<Explanation>& all) {
  for (const DemoPart& part : demo_parts()) {
    request.folder = fmt::format("{}-{}", a.output, part.suffix);
    request.seconds = seconds_of(part, a.seconds);
    if (signal_seen()) return request.folder;
    const std::optional<DemoFound> found = part.run(request);
    if (!found) return request.folder;
    if (!all) continue;
    add_part(*all, found->part);
    if (!found->worth.simple.empty()) all->worth.push_back(found->worth);
  }
  return "";
}

}  // namespace

int run_demo(const Arguments& arguments) {
  DemoDefaults d;
  DemoArguments a;
  Command command("demo", "[options]",
                  "train an RNN, a GRU and an LSTM on a small corpus, then a translator, a forecaster and a recogniser of "
                  "speech; one page explains them");
  declare(command, a, d);
  if (!command.parse(arguments)) return 0;
  if (!(a.seconds > 0)) throw Error(Exit::usage, "usage/option", "--seconds must be above 0");
  const std::string page = a.output + ".html", typed = as_typed(arguments);
  require_output(page, Output::page, std::nullopt);
  d.options.train.threads = static_cast<int>(a.threads);
  d.options.train.seed = static_cast<uint64_t>(a.seed);
  const std::vector<std::string> texts = find_corpus(a.corpus);
  say(announcement(d, a.seconds));

  const Talk talk = a.verbose ? Talk::lines : Talk::people;
  const auto runs = language_models(a, d, texts, talk, typed);
  if (runs.empty()) return status_of(0);
  say("");
  for (size_t i = 0; i < runs.size(); ++i) show(runs[i].first, runs[i].second.folder, d, i == 0);
  say("");
  std::vector<std::string> prompts = {d.prompt};
  if (!command.given("--prompt")) prompts.insert(prompts.begin(), d.page_prompt);
  std::optional<Explanation> all = explanation_of(runs, d, prompts, std::min(20.0, a.seconds / 3));
  const bool recalled = all && !all->recall.cells.empty();
  print(
      "\n" +
      (recalled ? comparison_table(runs, recall_columns(all->recall)) + recall_note(all->recall) : comparison_table(runs)) +
      "perplexity: between so many equally likely words a network still hesitates; lower is better\n");
  flush_output();
  if (all) write_page(*all, page);

  const DemoPartRequest request{"", 0, d.options.train.threads, d.options.train.seed, typed, texts, talk};
  const std::string stopped = other_parts(a, request, all);
  if (all) {
    write_page(*all, page);
    print(key_line("page", page) + "\n");
    flush_output();
  }
  if (!stopped.empty()) return say_stopped(stopped);
  say(key_line("next", shell_line({"rnn", "generate", runs.back().second.folder, "-p", d.prompt, "--top", "5"})));
  say(key_line("", "echo \"7 June 1999\" | " + shell_line({"rnn", "translate", a.output + "-dates"})));
  return status_of(0);
}

}  // namespace rnn::core::app
