// Why: rnn check: the gradient of a given model compared with finite differences, in double precision.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "alignment/tag_places.h"
#include "base/error.h"
#include "base/numbers.h"
#include "base/rng.h"
#include "command.h"
#include "io/model_file.h"
#include "io/ready_model.h"
#include "networks/step_ids.h"
#include "options/options.h"
#include "screen.h"
#include "train/gradient_check.h"

namespace rnn::core::app {
namespace {

constexpr double kSeconds = 5;  // as many elements are checked as fit into this time
constexpr int kPasses = 4;      // forward passes per element
constexpr int kFewest = 4, kMost = 64;

// Random sources of different lengths for the streams of a translator, one longer and one shorter than its target.
void add_sources(Batch& batch, const ModelConfig& config, uint64_t seed) {
  batch.source.seq = Seq::ragged({4, 8, 1, 3});
  Random random(seed, Purpose::test, 2);
  for (int i = 0; i < batch.source.seq.rows(); ++i) {
    batch.source.ids.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(config.vocabulary))));
  }
}

// Series with pasts of different lengths, for a model of forecasts: what its decoder reads and the positions that it answers for.
void add_segments(Batch& batch, const ForecastOptions& forecast, uint64_t seed) {
  Random random(seed, Purpose::test, 2);
  batch.source.seq = batch.in.seq, batch.source.width = forecast.frame();
  for (int i = 0; i < batch.source.seq.rows() * batch.source.width; ++i)
    batch.source.frames.push_back(static_cast<float>(random.normal()));
  batch.in.seq = Seq::uniform_batch(batch.source.seq.streams(), forecast.future());
  for (int m = 0; m < forecast.future(); ++m)
    batch.in.ids.insert(batch.in.ids.end(), static_cast<size_t>(batch.in.seq.streams()), m);
  for (int s = 0; s < batch.in.seq.streams(); ++s)
    batch.stream_ids.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(std::max(1, forecast.channels)))));
}

// Numbers of a target: counts are whole.
float target_value(const ModelConfig& config, Random& random) {
  const double value = random.normal();
  return static_cast<float>(config.forecast.head == ForecastHead::negative_binomial ? std::floor(5 * std::abs(value))
                                                                                    : value);
}

// The labels that may stand anywhere: all, but those that only go on with a span.
std::vector<int32_t> free_labels(const ModelConfig& config) {
  const TagGrammar grammar(config.places);
  std::vector<int32_t> labels;
  for (int32_t k = 0; k < config.output; ++k) {
    const int place = config.places.empty() ? 0 : config.places[static_cast<size_t>(k)];
    if (grammar.may_begin(place) && grammar.may_end(place)) labels.push_back(k);
  }
  return labels.empty() ? std::vector<int32_t>{0} : labels;
}

// A few ragged streams of random ids or frames; one of them starts a new document in the middle, one target is ignored.
Batch small_batch(const Model<double>& model, uint64_t seed) {
  const ModelConfig& config = model.config();
  Batch batch;
  batch.in.seq = Seq::ragged({7, 5, 5, 2});
  const ForecastOptions& forecast = config.forecast;
  const bool segments = forecast.present() && forecast.segments();
  if (segments) add_segments(batch, forecast, seed);
  const auto rows = static_cast<size_t>(batch.in.seq.rows());
  if (model.translates()) {
    add_sources(batch, config, seed);
  } else if (segments) {
    // no documents in a series
  } else if (config.rnn.directions() == 1) {
    batch.in.seq.reset.assign(rows, 0);
    batch.in.seq.reset[static_cast<size_t>(batch.in.seq.start[3])] = 1;
  }
  Random random(seed, Purpose::test);
  const auto id_below = [&](int count) { return static_cast<int32_t>(random.below(static_cast<uint32_t>(count))); };
  batch.to.last_step = model.answers_at_end();
  batch.in.width = segments ? forecast.segment * forecast.known : model.reads_ids() ? 0 : config.rnn.input;
  batch.to.width = model.head().info().classes ? 0 : forecast.present() ? forecast.targets() : config.output;
  const auto targets = static_cast<size_t>(batch.target_rows());
  batch.in.columns = ids_of_step(config);
  for (size_t i = 0; i < rows && model.reads_ids(); ++i) {
    for (int k = 0; k < config.columns; ++k) batch.in.ids.push_back(id_below(config.vocabulary));
    for (int k = config.columns, n = config.letters.present() ? id_below(6) : 0; k < batch.in.columns;
         ++k)  // the letters of a word, perhaps none
      batch.in.ids.push_back(k - config.columns < n ? id_below(config.letters.vocabulary) : -1);
  }
  for (size_t i = 0; i < rows * static_cast<size_t>(batch.in.width); ++i)
    batch.in.frames.push_back(static_cast<float>(random.normal()));
  const std::vector<int32_t> labels = free_labels(config);
  for (size_t i = 0; i < targets && batch.to.width == 0; ++i)
    batch.to.ids.push_back(labels[static_cast<size_t>(id_below(static_cast<int>(labels.size())))]);
  for (size_t i = 0; i < targets * static_cast<size_t>(batch.to.width); ++i)
    batch.to.values.push_back(target_value(config, random));
  for (int s = 0; s < batch.in.seq.streams() && config.whole_labels > 0; ++s)
    batch.to.whole.push_back(s == 1 ? -1 : id_below(config.whole_labels));
  batch.to.weights.assign(targets, 1);
  batch.to.weights[targets / 2] = 0;
  return batch;
}

// Seconds of one forward pass of the check.
double forward_seconds(Model<double>& model, const Batch& batch) {
  using Clock = std::chrono::steady_clock;
  Pool pool(1);
  Arena arena;
  const auto begin = Clock::now();
  model.pack(pool, true);
  Context<double> context{pool, arena};
  State<double> state = model.initial(batch.in.seq.streams());
  model.forward(context, batch, state, nullptr);
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

int affordable(Model<double>& model, const Batch& batch) {
  double pass = forward_seconds(model, batch);
  for (int i = 0; i < 4; ++i) pass = std::min(pass, forward_seconds(model, batch));
  const double all = kPasses * pass * static_cast<double>(model.table().all().size());
  return std::clamp(static_cast<int>(std::min(kSeconds / all, 1e6)), kFewest, kMost);
}

void report(const std::vector<TensorCheck>& checks, double tolerance, bool json) {
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const TensorCheck& c : checks) {
      list.push_back({{"tensor", c.name},
                      {"checked", c.checked},
                      {"skipped", c.skipped},
                      {"worst", c.worst},
                      {"norm", c.norm},
                      {"ok", c.worst <= tolerance}});
    }
    print(json_line({{"tolerance", tolerance}, {"tensors", list}}));
    return;
  }
  Table table({"tensor", "elements", "gradient norm", "worst relative error", ""});
  for (const TensorCheck& c : checks) {
    table.add({c.name, std::to_string(c.checked), fmt::format("{:.3g}", c.norm), fmt::format("{:.1e}", c.worst),
               c.worst <= tolerance ? "ok" : "WRONG"});
  }
  print(table.text());
  int skipped = 0;
  for (const TensorCheck& c : checks) skipped += c.skipped;
  if (skipped > 0)
    say(fmt::format("{} skipped: the loss has a kink (relu) near {}",
                    counted(skipped, "element") + (skipped == 1 ? " was" : " were"), skipped == 1 ? "it" : "them"));
}

}  // namespace

int run_check(const Arguments& arguments) {
  std::string path;
  int64_t samples = 0, seed = 1;
  bool json = false;
  CheckOptions options;
  Command command("check", "MODEL [options]", "gradient check in double precision; exit status 6 if a tensor is wrong");
  command.word("MODEL", &path, "run folder or .safetensors file");
  command.whole("--samples", &samples, {1, 1e9}, "N",
                "elements compared in each tensor; default: as many as fit into a few seconds");
  command.real("--tolerance", &options.tolerance, {0, 1, true, false}, "E", "largest relative error (1e-6)");
  command.whole("-s,--seed", &seed, {0, 9e15}, "N", "seed of the tokens and of the choice of elements (1)");
  command.flag("--json", &json, "one JSON object on standard output");
  command.example("rnn check runs/story-001");
  command.example("rnn check runs/story-001 --samples 200");
  if (!command.parse(arguments)) return 0;
  command.need(path, "a MODEL");

  const ModelFile file = load_model(path);
  if (!file.model->has_head()) {
    throw Error(Exit::model, "model/task", file.path + " is a bare recurrent model and has no loss",
                "train a model with this cell and check that");
  }
  require_finite(*file.model, file.path);
  const auto model = double_copy(*file.model);
  options.seed = static_cast<uint64_t>(seed);
  const Batch batch = small_batch(*model, options.seed);
  // A model trained with sampled classes is checked with such a sample; the sampling distribution does not matter for the
  // derivative.
  const int classes = file.model->outputs();
  const ClassSampler sampler(classes, std::max(1, std::min(kDefaultSamples, classes / 2)));
  const ClassSamples drawn = sampler.draw(options.seed, 0);
  if (file.model->config().softmax.kind == SoftmaxKind::sampled) options.samples = &drawn;
  options.per_tensor = samples > 0 ? static_cast<int>(samples) : affordable(*model, batch);
  say(fmt::format("comparing {} of each tensor on {} of {}", counted(options.per_tensor, "element"),
                  counted(batch.in.seq.steps(), "step"), counted(batch.in.seq.streams(), "stream")));
  const std::vector<TensorCheck> checks = check_gradients(*model, batch, options);
  report(checks, options.tolerance, json);
  const auto wrong =
      std::count_if(checks.begin(), checks.end(), [&](const TensorCheck& c) { return !(c.worst <= options.tolerance); });
  if (wrong > 0) {
    throw Error(Exit::check, "check/gradient",
                fmt::format("the gradient of {} is wrong or could not be compared", counted(wrong, "tensor")),
                "please report this with the output of rnn info " + path);
  }
  return 0;
}

}  // namespace rnn::core::app
