// Why: a text is processed segment by segment: scored, with the cache, then used for a step of training.
#include "tasks/language_model/adapt.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "heads/head.h"

namespace rnn::core {
namespace {

// Dynamic evaluation: updates the weights after each segment.
class Learner {
 public:
  Learner(Model<float>& model, const DynamicOptions& options, Pool& pool)
      : model_(model), options_(options), pool_(pool), grads_(model.table()) {
    model_.pack(pool_, true);
    optimizer_ = make_optimizer({"sgd"}, model.table(), model.kernels());
    trained_.assign(model_.params().data(), model_.params().data() + model_.params().size());
  }
  Params<float>& grads() { return grads_; }

  void step(double tokens) {
    const double norm = gradient_norm(model_.kernels(), pool_, grads_) / tokens;
    optimizer_->begin(model_.params(), grads_, std::min(1.0, 1 / (norm + 1e-6)) / tokens, options_.rate);
    float* weights = model_.params().data();
    const auto decay = static_cast<float>(options_.decay);
    model_.update(pool_, [&](size_t begin, size_t end) {
      optimizer_->update(begin, end);
      for (size_t i = begin; i < end && decay > 0; ++i) weights[i] += decay * (trained_[i] - weights[i]);
    });
  }

 private:
  Model<float>& model_;
  DynamicOptions options_;
  Pool& pool_;
  Params<float> grads_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<float> trained_;
};

}  // namespace

Evaluation evaluate_adapted(Model<float>& model, const std::vector<Batch>& segments, const Adaptation& how, Pool& pool) {
  const FlushDenormals flush;
  std::optional<Learner> learner;
  if (how.dynamic.rate > 0) learner.emplace(model, how.dynamic, pool);
  TextCache cache(how.cache, model.width());
  Evaluation result;
  Arena arena;
  Tape tape;
  State<float> state = model.initial(1);
  std::vector<double> nll;
  for (const Batch& batch : segments) {
    assert(batch.in.seq.streams() == 1 && batch.to.weights.empty());
    if (!batch.carried) state.clear();
    arena.clear(), tape.clear();
    Context<float> context{pool, arena};
    const View<float> h = model.forward_hidden(context, batch, state, learner ? &tape : nullptr);
    const View<float> dh = arena.matrix<float>(h.rows, h.cols);
    const LossSum sum = model.loss(context, h, batch.to, {0, &nll, learner ? &learner->grads() : nullptr, dh});
    result.nats += how.cache.size > 0 ? cache.mix(context, h, batch.to.ids, nll) : sum.loss;
    result.weight += h.rows, result.tokens += h.rows;
    if (!learner) continue;
    model.backward_hidden(context, batch.in.seq, tape, dh, learner->grads());
    learner->step(h.rows);
  }
  return result;
}

}  // namespace rnn::core
