// Why: rnn bench: what this machine does with these networks, measured now.
#include "bench/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cells/reference.h"
#include "command.h"
#include "io/model_file.h"
#include "screen.h"

namespace rnn::app {
namespace {

using bench::Case;
using bench::Figures;
using bench::Result;
using nlohmann::ordered_json;

struct Asked {
  std::string model, suites, cells, hidden;
  bool json = false, quick = false;
  int64_t threads = 0, batch = 20, steps = 35;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  for (size_t at = 0; at <= list.size() && !list.empty();) {
    const size_t end = std::min(list.find(',', at), list.size());
    items.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

[[noreturn]] void refuse(const std::string& flag, const std::string& value, const std::string& known) {
  throw Error(Exit::usage, "usage/value", fmt::format("{} has no '{}'", flag, value), "one or more of: " + known);
}

bench::Selection selection_of(const Asked& asked, int threads) {
  bench::Selection s;
  s.threads = threads;
  s.suites = split(asked.suites);
  const auto names = bench::suite_names();
  for (const std::string& suite : s.suites) {
    if (std::find(names.begin(), names.end(), suite) == names.end())
      refuse("--suite", suite, fmt::format("{}", fmt::join(names, ",")));
  }
  for (const std::string& name : split(asked.cells)) {
    const auto found = std::find_if(kCells.begin(), kCells.end(), [&](const CellInfo* c) { return c->name == name; });
    if (found == kCells.end()) {
      std::vector<std::string_view> known;
      for (const CellInfo* c : kCells) known.push_back(c->name);
      refuse("--cell", name, fmt::format("{}", fmt::join(known, ",")));
    }
    s.cells.push_back(static_cast<CellKind>(found - kCells.begin()));
  }
  for (const std::string& text : split(asked.hidden)) {
    int size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size() || size < 1 || size > 65536)
      refuse("--hidden", text, "whole numbers from 1 to 65536");
    s.hidden.push_back(size);
  }
  return s;
}

std::vector<Result> measure_file(const Asked& asked, Pool& pool, double seconds) {
  const ModelFile file = load_model(asked.model);
  if (!file.model->is_language_model()) {
    throw Error(Exit::model, "model/task", file.path + " is a bare recurrent model, not a language model",
                "rnn bench without a model measures standard sizes");
  }
  if (!asked.json) say("measuring " + asked.model);
  return bench::measure_model(*file.model, {static_cast<int>(asked.batch), static_cast<int>(asked.steps)}, pool, seconds);
}

ordered_json as_json(const Result& r) {
  const Case& c = r.what;
  const Figures& f = r.figures;
  ordered_json j{{"suite", c.suite},
                 {"name", c.name},
                 {"cell", cell_info(c.cell).name},
                 {"hidden", c.hidden},
                 {"layers", c.layers},
                 {"vocabulary", c.vocabulary},
                 {"batch", c.batch},
                 {"steps", c.steps},
                 {"ragged", c.ragged},
                 {"threads", c.threads},
                 {"tokens", f.tokens},
                 {"us", f.seconds * 1e6},
                 {"tokens_per_s", static_cast<double>(f.tokens) / f.seconds},
                 {"gflops", f.flops / f.seconds * 1e-9}};
  if (f.p50 > 0) j["us_p50"] = f.p50 * 1e6, j["us_p99"] = f.p99 * 1e6;
  return j;
}

std::string microseconds(double seconds) {
  const double us = seconds * 1e6;
  return us > 0 ? fmt::format("{:.{}f}", us, us < 100 ? 2 : us < 10000 ? 1 : 0) : "";
}

void print_tables(const std::vector<Result>& results) {
  for (size_t at = 0; at < results.size();) {
    const std::string_view suite = results[at].what.suite;
    const bool steps = results[at].figures.p50 > 0;
    std::vector<std::string> head{std::string(suite), "threads", "us"};
    if (steps) head.insert(head.end(), {"p50", "p99"});
    head.insert(head.end(), {"tokens/s", "GFLOP/s"});
    Table table(head);
    for (; at < results.size() && results[at].what.suite == suite; ++at) {
      const Case& c = results[at].what;
      const Figures& f = results[at].figures;
      std::vector<std::string> row{c.name, fmt::format("{}", c.threads), microseconds(f.seconds)};
      if (steps) row.insert(row.end(), {microseconds(f.p50), microseconds(f.p99)});
      row.push_back(grouped(std::llround(static_cast<double>(f.tokens) / f.seconds)));
      row.push_back(fmt::format("{:.1f}", f.flops / f.seconds * 1e-9));
      table.add(row);
    }
    print(table.text() + "\n");
  }
}

}  // namespace

int run_bench(const Arguments& arguments) {
  Asked asked;
  Command command("bench", "[MODEL] [options]", "latency, tokens per second and GFLOP/s of this machine");
  command.word("MODEL", &asked.model, "run folder or .safetensors file; without it: standard sizes");
  command.text("--suite", &asked.suites, "LIST",
               "all sizes of these suites: " + fmt::format("{}", fmt::join(bench::suite_names(), ",")));
  command.text("--cell", &asked.cells, "LIST", "cells, for example rnn,gru,lstm");
  command.text("--hidden", &asked.hidden, "LIST", "hidden sizes, for example 128,512");
  command.flag("--quick", &asked.quick, "a fifth of the time, less steady figures");
  command.flag("--json", &asked.json, "one JSON object on standard output");
  command.whole("-t,--threads", &asked.threads, {0, 1024}, "N", "0: all cores (0); steps run on one thread, too");
  command.whole("--batch", &asked.batch, {1, 65536}, "N", "streams, with a MODEL (20)");
  command.whole("--bptt", &asked.steps, {1, 1 << 20}, "N", "steps of a window, with a MODEL (35)");
  command.example("rnn bench --quick");
  command.example("rnn bench --suite train,lm --cell gru --hidden 512");
  command.example("rnn bench runs/story-001 --threads 1");
  if (!command.parse(arguments)) return 0;

  Pool pool(static_cast<int>(asked.threads));
  const double seconds = asked.quick ? 0.1 : 0.5;
  const auto tell = [&](const Case& c) {
    if (!asked.json) say(fmt::format("measuring {} {}, {} thread{}", c.suite, c.name, c.threads, c.threads == 1 ? "" : "s"));
  };
  const std::vector<Result> results = asked.model.empty()
                                          ? bench::run(cases_of(selection_of(asked, pool.size())), seconds, tell)
                                          : measure_file(asked, pool, seconds);
  if (asked.json) {
    ordered_json list = ordered_json::array();
    for (const Result& r : results) list.push_back(as_json(r));
    print(ordered_json({{"isa", isa_name()}, {"threads", pool.size()}, {"cases", list}}).dump() + "\n");
  } else {
    print(fmt::format(" {}, {} thread{}\n\n", isa_name(), pool.size(), pool.size() == 1 ? "" : "s"));
    print_tables(results);
  }
  return 0;
}

}  // namespace rnn::app
