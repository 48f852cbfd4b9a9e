// Why: rnn bench: what this machine does with these networks, measured now.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cells/reference.h"
#include "command.h"
#include "nn/init.h"
#include "screen.h"
#include "tasks/language_model.h"
#include "tasks/plan.h"

namespace rnn::app {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct Case {
  std::string name;
  ModelConfig config;
  int batch = 0, steps = 0;
};

Case standard(const char* name, int vocabulary, int hidden, int batch, int steps) {
  Case c{name, {}, batch, steps};
  c.config.vocabulary = vocabulary;
  c.config.rnn.cell = CellKind::lstm;
  c.config.rnn.input = c.config.rnn.hidden = hidden;
  c.config.rnn.layers = 2;
  return c;
}

std::vector<Case> standard_cases() {
  return {standard("word 2x200", 10000, 200, 20, 20), standard("word 2x650", 10000, 650, 20, 35),
          standard("char 2x128", 96, 128, 50, 50), standard("char 2x512", 96, 512, 50, 50)};
}

struct Figures {
  double step_p50 = 0, step_p99 = 0;         // seconds of one Session::push
  double read_tokens = 0, train_tokens = 0;  // per second
  double read_flops = 0, train_flops = 0;
  int64_t parameters = 0;
};

std::vector<int32_t> random_ids(size_t count, int vocabulary) {
  Random random(1, Purpose::test);
  std::vector<int32_t> ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary)));
  return ids;
}

void measure_steps(const Model<float>& model, double seconds, Figures& f) {
  Session session(model);  // one stream, one thread: what a program does that reads word by word
  const std::vector<int32_t> ids = random_ids(1024, model.config().vocabulary);
  std::vector<double> times;
  times.reserve(1 << 20);
  for (int i = 0; i < 20; ++i) session.push(ids[static_cast<size_t>(i)]);
  const auto begin = Clock::now();
  while (times.size() < times.capacity() && (times.size() < 50 || since(begin) < seconds)) {
    const auto start = Clock::now();
    session.push(ids[times.size() % ids.size()]);
    times.push_back(since(start));
  }
  std::sort(times.begin(), times.end());
  f.step_p50 = times[times.size() / 2];
  f.step_p99 = times[times.size() * 99 / 100];
}

// Repeats work(), which handles `tokens`, and returns tokens per second of the median round.
double tokens_per_second(double seconds, int64_t tokens, const std::function<void()>& work) {
  work();
  std::vector<double> times;
  const auto begin = Clock::now();
  while (times.size() < 3 || since(begin) < seconds) {
    const auto start = Clock::now();
    work();
    times.push_back(since(start));
  }
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2), times.end());
  return static_cast<double>(tokens) / times[times.size() / 2];
}

void measure_reading(const Model<float>& model, const Case& c, Pool& pool, double seconds, Figures& f) {
  const Seq seq = Seq::uniform_batch(c.batch, c.steps);
  const std::vector<int32_t> ids = random_ids(static_cast<size_t>(seq.rows()), c.config.vocabulary);
  Arena arena;
  State<float> state = model.initial(c.batch);
  f.read_tokens = tokens_per_second(seconds, seq.rows(), [&] {
    arena.clear();
    const FlushDenormals flush;
    Context<float> context{pool, arena};
    model.forward(context, seq, ids.data(), state, nullptr);
  });
}

void measure_training(Model<float>& model, const Case& c, Pool& pool, double seconds, Figures& f) {
  const auto count = static_cast<size_t>(c.batch) * (static_cast<size_t>(c.steps) * 8 + 1);
  StreamBatcher batcher({random_ids(count, c.config.vocabulary)}, {c.batch, c.steps});
  TrainOptions options;
  options.optimizer = "sgd";
  options.lr = 0.1;
  options.batch = c.batch, options.bptt = c.steps;
  EventStream events;
  Trainer trainer(model, batcher, nullptr, options, events, pool, {});
  Batch batch;
  batcher.start_epoch(0);
  f.train_tokens = tokens_per_second(seconds, int64_t{c.batch} * c.steps, [&] {
    if (!batcher.next(batch)) {
      batcher.start_epoch(0);
      batcher.next(batch);
    }
    trainer.step(batch);
  });
}

Figures measure(const Case& c, Pool& pool, double seconds) {
  Figures f;
  Model<float> model(c.config);
  initialise(model, {}, 1);
  f.parameters = static_cast<int64_t>(model.table().count());
  model.pack(pool, false);
  measure_steps(model, seconds, f);
  measure_reading(model, c, pool, seconds, f);
  measure_training(model, c, pool, 2 * seconds, f);
  // A multiply-add is two operations; training does the products three times.
  const double weights = static_cast<double>(product_weights(model));
  f.read_flops = 2 * weights * f.read_tokens;
  f.train_flops = 6 * weights * f.train_tokens;
  return f;
}

ordered_json as_json(const Case& c, const Figures& f) {
  return {{"name", c.name},
          {"cell", cell_info(c.config.rnn.cell).name},
          {"layers", c.config.rnn.layers},
          {"hidden", c.config.rnn.hidden},
          {"vocabulary", c.config.vocabulary},
          {"batch", c.batch},
          {"steps", c.steps},
          {"parameters", f.parameters},
          {"step_us_p50", f.step_p50 * 1e6},
          {"step_us_p99", f.step_p99 * 1e6},
          {"read_tokens_per_s", f.read_tokens},
          {"read_gflops", f.read_flops / 1e9},
          {"train_tokens_per_s", f.train_tokens},
          {"train_gflops", f.train_flops / 1e9}};
}

std::vector<Case> cases_of(const std::string& path, int64_t batch, int64_t steps) {
  if (path.empty()) return standard_cases();
  const ModelFile file = load_model(path);
  if (!file.model->is_language_model()) {
    throw Error(Exit::model, "model/task", file.path + " is a bare recurrent model, not a language model",
                "rnn bench without a model measures standard sizes");
  }
  return {{path, file.model->config(), static_cast<int>(batch), static_cast<int>(steps)}};
}

}  // namespace

int run_bench(const Arguments& arguments) {
  std::string path;
  bool json = false, quick = false;
  int64_t threads = 0, batch = 20, steps = 35;
  Command command("bench", "[MODEL] [options]", "step latency, tokens per second and GFLOP/s of this machine");
  command.word("MODEL", &path, "run folder or .safetensors file; without it: four standard LSTM sizes");
  command.flag("--quick", &quick, "a tenth of the time, less steady figures");
  command.flag("--json", &json, "one JSON object on standard output");
  command.whole("-t,--threads", &threads, {0, 1024}, "N", "for reading and training; 0: all cores (0)");
  command.whole("--batch", &batch, {1, 65536}, "N", "streams, with a MODEL (20)");
  command.whole("--bptt", &steps, {1, 1 << 20}, "N", "steps of a window, with a MODEL (35)");
  command.example("rnn bench --quick");
  command.example("rnn bench runs/story-001 --threads 1");
  if (!command.parse(arguments)) return 0;

  Pool pool(static_cast<int>(threads));
  const double seconds = quick ? 0.1 : 1;
  const std::vector<Case> cases = cases_of(path, batch, steps);
  ordered_json list = ordered_json::array();
  Table table({"", "parameters", "step p50 us", "p99 us", "read tok/s", "GFLOP/s", "train tok/s", "GFLOP/s"});
  for (const Case& c : cases) {
    if (!json) say(fmt::format("measuring {}", c.name));
    const Figures f = measure(c, pool, seconds);
    list.push_back(as_json(c, f));
    table.add({c.name, grouped(f.parameters), fmt::format("{:.1f}", f.step_p50 * 1e6),
               fmt::format("{:.1f}", f.step_p99 * 1e6), grouped(std::llround(f.read_tokens)),
               fmt::format("{:.0f}", f.read_flops / 1e9), grouped(std::llround(f.train_tokens)),
               fmt::format("{:.0f}", f.train_flops / 1e9)});
  }
  if (json) {
    print(ordered_json({{"isa", isa_name()}, {"threads", pool.size()}, {"cases", list}}).dump() + "\n");
  } else {
    print(fmt::format(" {}, {} thread{}; a step is one token of one stream on one thread\n\n", isa_name(), pool.size(),
                      pool.size() == 1 ? "" : "s"));
    print(table.text());
  }
  return 0;
}

}  // namespace rnn::app
