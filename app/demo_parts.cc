// Why: rnn demo is a list of parts; the smallest of them shows where counting is better than a network.
#include "demo_parts.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "explain.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "runs/run_data.h"
#include "screen.h"
#include "tasks/training.h"

namespace rnn::core::app {
namespace {

constexpr int kFewLines = 300;

// `count` lines of the documents at equal distances, or all of them.
std::string some_lines(const std::vector<Document>& documents, size_t count) {
  std::vector<std::string> lines;
  for (const Document& document : documents) {
    for (size_t begin = 0; begin < document.text.size();) {
      const size_t end = document.text.find('\n', begin);
      lines.push_back(document.text.substr(begin, end - begin + 1));
      begin += lines.back().size();
    }
  }
  std::string text;
  count = std::min(count, lines.size());
  for (size_t i = 0; i < count; ++i) text += lines[i * lines.size() / count];
  return text;
}

}  // namespace

std::span<const DemoPart> demo_parts() {
  static constexpr DemoPart kParts[] = {
      {"few", "the same with 300 lines", "a network with hardly anything to learn from", 0.05, 3, demo_few_lines},
      {"dates", "a translator", "learns to rewrite dates", 0.4, 25, demo_dates},
      {"bakery", "a forecaster", "learns how many loaves a bakery sells", 0.3, 20, demo_series},
      {"digits", "a recogniser of speech", "learns digits that a speech program says", 0.3, 15, demo_digits},
  };
  return kParts;
}

RunRequest part_request(const DemoPartRequest& demo) {
  RunRequest request;
  request.folder = demo.folder;
  request.force = true;
  request.command = demo.command;
  request.options.max_seconds = demo.seconds;
  request.options.threads = demo.threads, request.options.seed = demo.seed;
  return request;
}

std::filesystem::path part_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  return folder;
}

std::optional<RunResult> train_part(const DemoPartRequest& demo, const RunRequest& request) {
  RunResult run =
      watched(demo.talk, [&](EventStream& events, const RunHooks& hooks) { return train_run(request, events, hooks); });
  return run.reason == StopReason::signal ? std::nullopt : std::optional(std::move(run));
}

void add_costs(WorthRow& row, const RunResult& run) {
  row.seconds = run.seconds;
  row.bytes = run.parameters * static_cast<int64_t>(sizeof(float));
}

std::optional<DemoFound> demo_few_lines(const DemoPartRequest& demo) {
  constexpr double kHeldOut = 0.05;  // as for the other models: judged by the same lines
  const RunText all = read_run_text(demo.texts, "", kHeldOut);
  const std::filesystem::path folder = part_folder(demo.folder);
  RunRequest request = part_request(demo);
  request.data = {(folder / "few.txt").string()};
  request.valid = {(folder / "unseen.txt").string()};
  write_file_atomic(request.data[0], some_lines(all.train, kFewLines));
  write_file_atomic(request.valid[0], some_lines(all.valid, SIZE_MAX));
  request.model.tokens = "word", request.model.cell = "gru", request.model.hidden = 64;
  request.options.optimizer = "adamw", request.options.lr = 3e-3;
  request.options.epochs = 40;
  say("\n" + strong("with 300 lines only", Stream::error));
  const std::optional<RunResult> run = train_part(demo, request);
  if (!run) return std::nullopt;
  DemoFound found;
  found.worth = {"the next word, from 300 lines only",       "perplexity: it hesitates between so many words", "", "GRU", 0,
                 run->valid[figure::kPerplexity].value_or(0)};
  set_counting(found.worth, run->baselines);
  add_costs(found.worth, *run);
  if (!found.worth.simple.empty())
    say(fmt::format("it hesitates between {:.0f} words, {} between {:.0f}", found.worth.network_value, found.worth.simple,
                    found.worth.simple_value));
  return found;
}

}  // namespace rnn::core::app
