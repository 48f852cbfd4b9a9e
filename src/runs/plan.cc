// Why: the estimates, and the texts that show them.
#include "runs/plan.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "base/numbers.h"
#include "cells/names.h"
#include "data/random_windows.h"
#include "events/events.h"
#include "metrics/figures.h"
#include "train/softmax_options.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

// Multiply-adds per second of a product like those of this training.
double measure_speed(const Model<float>& model, Pool& pool) {
  const int rows = 256, n = std::min(1024, 4 * model.config().rnn.hidden), k = std::min(512, model.config().rnn.hidden);
  Arena arena;
  const Kernels<float>& kernels = Context<float>{pool, arena}.kernels;  // the model may not be packed yet
  Matrix<float> a(rows, k), w(n, k), c(rows, n);
  const PackForm form = PackForm::forward({n}, k, k);
  Buffer<float> packed(form.size(kernels.lanes));
  kernels.pack(pool, form, w.data(), packed.data());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  int runs = 0;
  while (seconds < 0.01) {
    kernels.gemm(pool, {a.view(), packed.data(), nullptr, false, {n}, c.view()});
    ++runs;
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(runs) * rows * n * k / seconds;
}

std::string softmax_text(const Model<float>& model) {
  const SoftmaxOptions& softmax = model.config().softmax;
  if (softmax.kind == SoftmaxKind::full) return "";
  if (softmax.kind == SoftmaxKind::sampled) return ", sampled softmax";
  return fmt::format(", adaptive softmax {}", fmt::join(softmax.cutoffs, ","));
}

std::string encoder_text(const Model<float>& model) {
  const EncoderOptions& e = model.config().encoder;
  if (!e.present()) return "";
  return fmt::format(", {} encoder {}x{}, {} attention{}", e.rnn.bidirectional ? "bidirectional" : "forward", e.rnn.layers,
                     e.output(), attention_name(e.attention), e.input_feeding ? ", input feeding" : "");
}

}  // namespace

std::string files_text(const std::vector<std::string>& files) {
  return files.size() == 1 ? files[0] : counted(files.size(), "file");
}

std::string letters_text(const Model<float>& model) {
  const LetterOptions& letters = model.config().letters;
  return letters.present() ? fmt::format(" + {} of letters", letters.filters) : "";
}

std::string model_text(const Model<float>& model) {
  const RecurrentOptions& rnn = model.config().rnn;
  return fmt::format("{} {}x{}{}, {} {}{}{}{} · {} parameters, {}", cell_name(rnn.cell, rnn.flags), rnn.layers, rnn.hidden,
                     std::string(rnn.flags & kLayerNorm ? " with layer normalisation" : "") +
                         (rnn.last_hidden > 0 ? fmt::format(" (last layer {})", rnn.last_hidden) : "") +
                         (rnn.projection > 0 ? fmt::format(" projected to {}", rnn.projection) : ""),
                     model.reads_ids() ? "embedding" : "numbers per step:", rnn.input,
                     (model.config().tied ? std::string(" tied to the output") : letters_text(model)), encoder_text(model),
                     softmax_text(model), grouped(static_cast<int64_t>(model.table().count())),
                     bytes_text(static_cast<int64_t>(model.table().count()) * 4));
}

std::string gates_text(const ModelOptions& o) {
  if (o.chrono > 0)
    return fmt::format("gates open for up to {} (chrono {})", counted(static_cast<int64_t>(o.chrono), "step"),
                       short_number(o.chrono));
  return o.forget_bias > 0 ? fmt::format("forget gate open (forget bias {})", short_number(o.forget_bias)) : "";
}

std::string training_text(const TrainOptions& o, const std::string& batch, Pool& pool) {
  const double lr = o.lr > 0 ? o.lr : default_learning_rate(o.optimizer);
  const Figure& by = selection_figure(o.best_by);
  const std::string best = by.key == figure::kLoss.key ? "" : fmt::format(" · best model by {}", by.title);
  return fmt::format(
      "{} lr {} · batch {} · {}{}{} · seed {} · {}, {}", o.optimizer, short_number(lr), batch, counted(o.epochs, "epoch"),
      o.patience > 0 ? " at most, stops after " + counted(o.patience, "validation") + " without improvement" : "", best,
      o.seed, counted(pool.size(), "thread"), isa_name());
}

std::string cost_text(const TrainOptions& o, const Model<float>& model, int64_t steps, int64_t updates, int64_t bytes,
                      Pool& pool) {
  // Forward one multiply-add per weight and token, backward two; whole steps reach about 0.7 of a plain product's speed.
  const double work = 3.0 * token_weights(model, o) * static_cast<double>(steps) * o.epochs;
  double seconds = work / (0.7 * measure_speed(model, pool));
  std::string limit;
  if (o.max_updates > 0 && o.max_updates < updates)
    seconds *= static_cast<double>(o.max_updates) / static_cast<double>(updates);
  if (o.max_seconds > 0 && seconds > o.max_seconds) limit = fmt::format(", stopped after {}", clock_time(o.max_seconds));
  return fmt::format("about {} in total{} · about {} of memory", clock_time(seconds), limit, bytes_text(bytes));
}

int64_t product_weights(const Model<float>& model) {
  int64_t sum = 0;
  for (const auto& p : model.table().all()) {
    const Role role = p.use.role;
    const bool output = role == Role::embedding && model.config().tied && p.use.stack == "embedding";
    const bool product = role == Role::input || role == Role::recurrent || role == Role::projection || role == Role::linear;
    if (product || output) sum += static_cast<int64_t>(p.size());
  }
  return sum;
}

double token_weights(const Model<float>& model, const TrainOptions& o) {
  const auto sum = static_cast<double>(product_weights(model));
  return model.has_head() ? sum - model.head().unread(model.table(), samples_of(o, model)) : sum;
}

int64_t training_bytes(const Model<float>& model, const TrainOptions& o) {
  return training_bytes(model, o, o.bptt_random ? longest_window(o.bptt) : o.bptt);
}

int64_t training_bytes(const Model<float>& model, const TrainOptions& o, int64_t steps) {
  const RecurrentOptions& rnn = model.config().rnn;
  const int64_t weights = static_cast<int64_t>(model.params().size());
  const int64_t of_optimizer = o.optimizer == "sgd" ? o.momentum > 0 : o.optimizer.starts_with("adam") ? 2 : 1;
  const int64_t moments = of_optimizer + (o.average != "off");
  const int gates = cell_info(rnn.cell).gates;
  const int64_t rows = static_cast<int64_t>(o.batch) * steps / std::max(1, o.accumulate);
  int64_t units = 0;
  for (int l = 0; l < rnn.layers; ++l) units += rnn.width(l);
  if (const EncoderOptions& encoder = model.config().encoder; encoder.present())
    units += int64_t{encoder.rnn.layers} * encoder.output() + 2 * model.width();
  const int64_t normed = rnn.flags & kLayerNorm ? 2 * gates + 1 : 0;  // numbers stored per unit; the same for backward
  const int64_t per_row =
      (gates + 5 + normed) * units + normed * rnn.hidden +
      3 * (rnn.input + (model.config().letters.present() ? model.config().letters.filters : 0));  // gates, states
  const int64_t columns = model.has_head() ? model.head().widest() : 0;
  int64_t packed = 2 * product_weights(model);
  if (const ParamId late = model.has_head() ? model.head().sampled_matrix() : -1; late >= 0)  // packed for validation only
    packed -= static_cast<int64_t>(model.table()[late].size());
  const int64_t block = std::min(rows * columns, int64_t{o.output_memory} << 18);
  const int64_t activations = rows * per_row + block;
  return 4 * (weights * (2 + moments) + packed + activations) + (int64_t{12} << 20);
}

}  // namespace rnn::core
