// Why: runs the model forward four times per checked element and compares slopes.
#include "train/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "heads/head.h"

namespace rnn::core {
namespace {

struct LossRun {
  Model<double>& model;
  const Batch& batch;
  const CheckOptions& options;
  Pool pool{1};
  Arena arena;
  Tape tape;
  State<double> start;
  std::vector<double> base;  // losses of the unchanged model, per row

  LossRun(Model<double>& m, const Batch& b, const CheckOptions& o)
      : model(m), batch(b), options(o), start(m.initial(b.in.seq.streams())) {
    Random random(o.seed, Purpose::test, 1);
    for (int r = 0; r < start.rows(); ++r) {
      for (int i = 0; i < start.width(); ++i) start.row(r)[i] = 0.1 * random.normal();
    }
    base = losses(nullptr);
  }

  // One loss per row, then the penalty; the gradients of their sum are added to `grads` if given.
  std::vector<double> losses(Params<double>* grads) {
    model.pack(pool, true);
    if (options.dropout) model.drop_weights(pool, options.seed, 7);
    arena.clear();
    tape.clear();
    Context<double> context{pool, arena, model.kernels(), options.dropout, options.seed, 7};
    context.penalty = options.penalty;
    State<double> state = start;
    const Seq* seq = nullptr;
    const View<double> h = model.forward_hidden(context, batch, state, &tape, &seq);
    const View<double> dh = arena.matrix<double>(h.rows, h.cols);
    std::vector<double> out;
    model.loss(context, h, batch.to, {options.label_smoothing, &out, grads, dh, options.samples, nullptr, seq});
    const ActivationSums sums = model.activations(context, batch.in.seq, tape);
    out.push_back(options.penalty.squares * sums.squares + options.penalty.changes * sums.changes);
    if (grads) model.backward_hidden(context, batch.in.seq, tape, dh, *grads);
    if (grads && options.dropout) model.drop_gradients(pool, *grads);
    return out;
  }

  // The change of the summed loss when *w becomes `value`. Row by row, because the sum itself would be rounded more.
  double change(double* w, double value) {
    const double keep = *w;
    *w = value;
    const std::vector<double> moved = losses(nullptr);
    *w = keep;
    double sum = 0;
    for (size_t i = 0; i < base.size(); ++i) sum += moved[i] - base[i];
    return sum;
  }

  // The error of a slope caused by rounding: a loss of a few nats has a rounding error of about 1e-15 in every row.
  double rounding(double step) const {
    const double largest = base.empty() ? 0 : *std::max_element(base.begin(), base.end());
    return 1e-15 * (1 + largest) * std::sqrt(static_cast<double>(base.size())) / step;
  }
};

struct Slope {
  double value = 0, step = 0;
  bool smooth = false;
};

// A fourth difference over h is h^3 f'''' for a smooth loss, but as large as the jump of the slope if a relu unit switches
// in between: then the step is reduced, until rounding errors are as large.
Slope measure(LossRun& loss, double* w, double floor) {
  const double at = *w, tolerance = loss.options.tolerance;
  Slope slope;
  for (double h = loss.options.step; h > loss.options.step / 5000; h /= 8) {
    const double down2 = loss.change(w, at - 2 * h), down = loss.change(w, at - h);
    const double up = loss.change(w, at + h), up2 = loss.change(w, at + 2 * h);
    slope = {(down2 - 8 * down + 8 * up - up2) / (12 * h), h, false};
    const double kink = std::abs(down2 - 4 * down - 4 * up + up2) / h;
    slope.smooth = kink <= 0.5 * tolerance * std::max(std::abs(slope.value), floor) + 8 * loss.rounding(h);
    if (slope.smooth) break;
  }
  return slope;
}

// Elements to compare: half are those with the largest gradients, half are random.
std::vector<size_t> choose(const double* gradient, size_t size, const CheckOptions& options, uint32_t stream) {
  std::vector<size_t> all(size);
  for (size_t i = 0; i < size; ++i) all[i] = i;
  if (size <= static_cast<size_t>(options.per_tensor)) return all;
  const size_t top = options.per_tensor / 2;
  std::partial_sort(all.begin(), all.begin() + top, all.end(),
                    [&](size_t a, size_t b) { return std::abs(gradient[a]) > std::abs(gradient[b]); });
  all.resize(top);
  Random random(options.seed, Purpose::test, 100 + stream);
  while (all.size() < static_cast<size_t>(options.per_tensor)) all.push_back(random.below(static_cast<uint32_t>(size)));
  return all;
}

TensorCheck check_tensor(LossRun& loss, ParamId id, const double* g) {
  const ParamInfo& info = loss.model.table()[id];
  double* w = loss.model.params().values(id).data();
  TensorCheck check;
  check.name = info.name;
  double largest = 0;
  for (size_t i = 0; i < info.size(); ++i) check.norm += g[i] * g[i], largest = std::max(largest, std::abs(g[i]));
  check.norm = std::sqrt(check.norm);
  for (const size_t i : choose(g, info.size(), loss.options, static_cast<uint32_t>(id))) {
    const Slope slope = measure(loss, w + i, 1e-3 * largest);
    if (!slope.smooth) {
      ++check.skipped;
      continue;
    }
    const double floor = std::max(1e-3 * largest, loss.rounding(slope.step) / loss.options.tolerance);
    const double error = std::abs(slope.value - g[i]) / std::max({std::abs(slope.value), std::abs(g[i]), floor});
    check.worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(check.worst, error);
    ++check.checked;
  }
  if (check.checked == 0) check.worst = std::numeric_limits<double>::infinity();
  return check;
}

}  // namespace

Params<double> analytic_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options) {
  LossRun loss(model, batch, options);
  Params<double> grads(model.table());
  loss.losses(&grads);
  return grads;
}

std::vector<TensorCheck> compare_gradients(Model<double>& model, const Batch& batch, const Params<double>& grads,
                                           const CheckOptions& options) {
  LossRun loss(model, batch, options);
  std::vector<TensorCheck> result;
  result.reserve(model.table().all().size());
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id) {
    result.push_back(check_tensor(loss, id, grads.values(id).data()));
  }
  model.pack(loss.pool, true);
  return result;
}

std::vector<TensorCheck> check_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options) {
  return compare_gradients(model, batch, analytic_gradients(model, batch, options), options);
}

std::unique_ptr<Model<double>> double_copy(const Model<float>& model) {
  auto copy = std::make_unique<Model<double>>(model.config());
  for (size_t i = 0; i < copy->params().size(); ++i) copy->params().data()[i] = model.params().data()[i];
  return copy;
}

}  // namespace rnn::core
