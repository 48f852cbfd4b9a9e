// Why: runs the model forward twice per checked element and compares slopes.
#include "train/gradient_check.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace rnn {
namespace {

struct LossRun {
  Model<double>& model;
  const Batch& batch;
  const CheckOptions& options;
  Pool pool{1};
  Arena arena;
  Tape tape;
  State<double> start;

  LossRun(Model<double>& m, const Batch& b, const CheckOptions& o)
      : model(m), batch(b), options(o), start(m.initial(b.seq.streams())) {
    Random random(o.seed, Purpose::test, 1);
    for (int r = 0; r < start.rows(); ++r) {
      for (int i = 0; i < start.width(); ++i) start.row(r)[i] = 0.1 * random.normal();
    }
  }

  // Sum of the loss; gradients into `grads` when given.
  double operator()(Params<double>* grads) {
    model.pack(pool, true);
    arena.clear();
    tape.clear();
    Context<double> context{pool, arena, kernels<double>(), options.dropout, options.seed, 7};
    State<double> state = start;
    const View<double> logits = model.forward(context, batch.seq, batch.inputs.data(), state, &tape);
    std::vector<double> losses(batch.targets.size());
    SoftmaxArgs<double> args{logits, batch.targets.data(), batch.weights.empty() ? nullptr : batch.weights.data(),
                             options.label_smoothing, grads != nullptr, losses.data()};
    context.kernels.softmax_cross_entropy(pool, args);
    if (grads) model.backward(context, batch.seq, tape, logits, *grads);
    double sum = 0;
    for (const double l : losses) sum += l;
    return sum;
  }
};

// Elements to compare: half those with the largest gradients, half anywhere.
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

}  // namespace

std::vector<TensorCheck> check_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options) {
  LossRun loss(model, batch, options);
  Params<double> grads(model.table());
  loss(&grads);
  std::vector<TensorCheck> result;
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id) {
    const ParamInfo& info = model.table()[id];
    const double* g = grads.view(id).data;
    double* w = model.params().view(id).data;
    TensorCheck check{info.name, 0, 0, 0};
    double largest = 0;
    for (size_t i = 0; i < info.size(); ++i) check.norm += g[i] * g[i], largest = std::max(largest, std::abs(g[i]));
    check.norm = std::sqrt(check.norm);
    // Differences of a sum of n losses carry rounding of about 1e-16 n / step: relative to the tensor's largest slope.
    const double floor = std::max(1e-3 * largest, 1e-7);
    for (const size_t i : choose(g, info.size(), options, static_cast<uint32_t>(id))) {
      const double keep = w[i];
      w[i] = keep + options.step;
      const double up = loss(nullptr);
      w[i] = keep - options.step;
      const double down = loss(nullptr);
      w[i] = keep;
      const double numeric = (up - down) / (2 * options.step);
      check.worst = std::max(check.worst, std::abs(numeric - g[i]) / std::max({std::abs(numeric), std::abs(g[i]), floor}));
      ++check.checked;
    }
    result.push_back(check);
  }
  model.pack(loss.pool, true);
  return result;
}

std::unique_ptr<Model<double>> double_copy(const Model<float>& model) {
  auto copy = std::make_unique<Model<double>>(model.config());
  for (size_t i = 0; i < copy->params().size(); ++i) copy->params().data()[i] = model.params().data()[i];
  return copy;
}

}  // namespace rnn
