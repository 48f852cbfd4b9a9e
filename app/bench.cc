// Why: rnn bench: the speed of these networks on this machine, measured now.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/numbers.h"
#include "bench_report.h"
#include "cells/names.h"
#include "command.h"
#include "io/model_file.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using bench::Case;
using bench::Result;

struct Asked {
  std::string model, suites, cells, hidden;
  bool json = false, quick = false, profile = false, layer_norm = false;
  int64_t threads = 0, batch = 20, steps = 35;
};

[[noreturn]] void refuse(const std::string& flag, const std::string& value, const std::string& known) {
  throw Error(Exit::usage, "usage/value", fmt::format("{} has no '{}'", flag, value), "one or more of: " + known);
}

bench::Selection selection_of(const Asked& asked, int threads) {
  bench::Selection s;
  s.threads = threads;
  s.profile = asked.profile, s.layer_norm = asked.layer_norm;
  s.suites = split_commas(asked.suites);
  const auto names = bench::suite_names();
  for (const std::string& suite : s.suites) {
    if (std::find(names.begin(), names.end(), suite) == names.end())
      refuse("--suite", suite, fmt::format("{}", fmt::join(names, ",")));
  }
  for (const std::string& name : split_commas(asked.cells)) {
    const NamedCell* cell = find_cell(name);
    if (!cell) refuse("--cell", name, fmt::format("{}", fmt::join(kCellNames, ",")));
    s.cells.push_back(*cell);
  }
  for (const std::string& text : split_commas(asked.hidden)) {
    const int size = parse_number<int>(text).value_or(0);
    if (size < 1 || size > 65536) refuse("--hidden", text, "whole numbers from 1 to 65536");
    s.hidden.push_back(size);
  }
  return s;
}

std::vector<Result> measure_file(const Asked& asked, Pool& pool, double seconds) {
  const ModelFile file = load_model(asked.model);
  if (!file.model->is_language_model()) {
    throw Error(Exit::model, "model/task",
                file.path +
                    (file.model->has_head() ? " is a model for the task " + file.model->config().task
                                            : " is a bare recurrent model") +
                    ", not a language model",
                "rnn bench without a model measures standard sizes");
  }
  return bench::measure_model(*file.model, {static_cast<int>(asked.batch), static_cast<int>(asked.steps), asked.profile},
                              pool, seconds);
}

}  // namespace

int run_bench(const Arguments& arguments) {
  Asked asked;
  Command command("bench", "[MODEL] [options]", "latency, tokens per second and GFLOP/s of this machine");
  command.word("MODEL", &asked.model, "run folder or .safetensors file; without it: standard sizes");
  command.text("--suite", &asked.suites, "LIST",
               "all sizes of these suites: " + fmt::format("{}", fmt::join(bench::suite_names(), ",")));
  command.text("--cell", &asked.cells, "LIST", "cells, for example rnn,gru,lstm");
  command.flag("--layer-norm", &asked.layer_norm, "the same cells with layer normalisation");
  command.text("--hidden", &asked.hidden, "LIST", "hidden sizes, for example 128,512");
  command.flag("--quick", &asked.quick, "a fifth of the time, less stable figures");
  command.flag("--profile", &asked.profile, "show where the time goes: projection, recurrence, output layer, packing");
  command.flag("--json", &asked.json, "one JSON object on standard output");
  command.whole("-t,--threads", &asked.threads, {0, 1024}, "N", "0: all cores (0); some suites also run on one thread");
  command.whole("--batch", &asked.batch, {1, 65536}, "N", "streams, with a MODEL (20)");
  command.whole("--bptt", &asked.steps, {1, 1 << 20}, "N", "steps of a window, with a MODEL (35)");
  command.example("rnn bench --suite train,lm --cell gru --hidden 512");
  command.example("rnn bench runs/story-001 --threads 1");
  if (!command.parse(arguments)) return 0;

  Pool pool(static_cast<int>(asked.threads));
  const bench::Selection selection = selection_of(asked, pool.size());
  const auto tell = [&](const std::string& what) {
    if (!asked.json) say("measuring " + what);
  };
  tell("limits");
  BenchReport report{
      pool.size(), bench::measure_limits(pool, asked.model.empty() && selection.wants(bench::kLimits), asked.quick), {}};
  if (!asked.json && pool.size() > 1 && report.limits.fma.all < 1.3 * report.limits.fma.one)
    say("note: the threads shared one core while the peak was measured, so shares of peak are too high: measure again");
  const double seconds = asked.quick ? 0.1 : 0.5;
  if (!asked.model.empty()) {
    tell(asked.model);
    report.results = measure_file(asked, pool, seconds);
  } else {
    const std::vector<Case> cases = cases_of(selection);
    if (cases.empty() && selection.suites != std::vector<std::string>{std::string(bench::kLimits)})
      refuse("--suite " + asked.suites, "--hidden " + asked.hidden, "the sizes that rnn bench --suite lm shows");
    report.results = bench::run(cases, seconds, [&](const Case& c) {
      tell(fmt::format("{} {}, {}", c.suite, c.name, counted(c.threads, "thread")));
    });
  }
  print(asked.json ? bench_json(report) : bench_tables(report));
  return 0;
}

}  // namespace rnn::core::app
