// Why: rnn demo: a plain RNN, a GRU and an LSTM learn from a small corpus in a minute, then a translator; shows the results.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "command.h"
#include "demo_dates.h"
#include "demo_digits.h"
#include "demo_series.h"
#include "explain.h"
#include "inspect/reading.h"
#include "next_words.h"
#include "options/option_list.h"
#include "outputs.h"
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
  std::string page_prompt = "The cat is sleeping because it";
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
  constexpr int kShown[] = {10, 50, 200};
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

// The three side by side, then the page that explains them. Returns the path of the page, or "".
std::string compare_and_explain(const std::vector<std::pair<std::string, RunResult>>& runs, const DemoDefaults& d,
                                const std::vector<std::string>& prompts, double seconds, const std::string& path) {
  ExplainRequest request;
  for (const auto& [cell, run] : runs) request.models.push_back(run.folder);
  request.seconds = seconds;
  request.threads = d.options.train.threads;
  request.prompt = readable(request.models.front(), prompts);
  if (request.prompt.empty()) {
    print("\n" + comparison_table(runs));
    return "";
  }
  const Explanation all = explain(request);
  const bool recalled = !all.recall.cells.empty();
  print("\n" + comparison_table(runs, recall_columns(all.recall)) + (recalled ? recall_note(all.recall) : ""));
  write_page(all, path);
  return path;
}

}  // namespace

int run_demo(const Arguments& arguments) {
  DemoDefaults d;
  std::string corpus, output = "runs/demo";
  double seconds = 60;
  int64_t threads = 0, seed = 1;
  Command command("demo", "[options]",
                  "train an RNN, a GRU and an LSTM on a small corpus and compare them, then a translator of dates, a "
                  "forecast and a recogniser of digits");
  command.seconds("--seconds", &seconds,
                  "training time of the three models (60); the dates and the digits take another 0.4 of it each, at most "
                  "25, the forecast 0.3, at most 20");
  command.text("--corpus", &corpus, "FILE", "text file or folder; default: the project's own");
  command.text("-p,--prompt", &d.prompt, "TEXT", "the text that the models continue (\"The cat is\")");
  command.text("-o,--output", &output, "DIR",
               "run folders DIR-rnn, DIR-gru, DIR-lstm, DIR-dates, DIR-bakery, DIR-digits and the page DIR.html, "
               "overwritten (runs/demo)");
  command.whole("-s,--seed", &seed, {0, 9e15}, "N", "seed of the training (1)");
  command.whole("-t,--threads", &threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn demo");
  command.example("rnn demo --seconds 20 --prompt \"The dog is\"");
  if (!command.parse(arguments)) return 0;
  if (!(seconds > 0)) throw Error(Exit::usage, "usage/option", "--seconds must be above 0");
  require_output(output + ".html", Output::page, std::nullopt);
  d.options.train.threads = static_cast<int>(threads);
  d.options.train.seed = static_cast<uint64_t>(seed);

  const std::vector<std::string> texts = find_corpus(corpus);
  std::vector<std::pair<std::string, RunResult>> runs;
  const double share = seconds / static_cast<double>(d.cells.size());
  for (const std::string& cell : d.cells) {
    const RunRequest request = request_for(d, cell, texts, share, output, as_typed(arguments));
    say(fmt::format("{}{}", runs.empty() ? "" : "\n", strong(cell, Stream::error)));
    runs.emplace_back(cell, watched(Talk::lines, [&](EventStream& events, const RunHooks& hooks) {
                        return train_run(request, events, hooks);
                      }));
    if (runs.back().second.reason == StopReason::signal || signal_seen() != 0) return say_stopped(request.folder);
  }
  say("");
  for (size_t i = 0; i < runs.size(); ++i) show(runs[i].first, runs[i].second.folder, d, i == 0);
  say("");
  std::vector<std::string> prompts = {d.prompt};
  if (!command.given("--prompt")) prompts.insert(prompts.begin(), d.page_prompt);
  const std::string page = compare_and_explain(runs, d, prompts, std::min(20.0, share), output + ".html");
  if (!page.empty()) print(key_line("page", page) + "\n");
  flush_output();
  const DatesDemo dates{output + "-dates", std::min(25.0, 0.4 * seconds), d.options.train.threads, d.options.train.seed,
                        as_typed(arguments)};
  const bool goes_on = !signal_seen();
  if (goes_on && !demo_dates(dates)) return say_stopped(dates.folder);
  const SeriesDemo series{output + "-bakery", std::min(20.0, 0.3 * seconds), d.options.train.threads, d.options.train.seed,
                          as_typed(arguments)};
  if (!signal_seen() && !demo_series(series)) return say_stopped(series.folder);
  const DigitsDemo digits{output + "-digits", std::min(25.0, 0.4 * seconds), d.options.train.threads, d.options.train.seed,
                          as_typed(arguments)};
  if (!signal_seen() && !demo_digits(digits)) return say_stopped(digits.folder);
  say(key_line("next", shell_line({"rnn", "generate", runs.back().second.folder, "-p", d.prompt, "--top", "5"})));
  if (goes_on) say(key_line("", "echo \"7 June 1999\" | " + shell_line({"rnn", "translate", dates.folder})));
  return status_of(0);
}

}  // namespace rnn::core::app
