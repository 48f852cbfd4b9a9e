// Why: the cache as one product per segment, dynamic evaluation as one update per segment.
#include "tasks/adapt.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "loss/loss.h"

namespace rnn {
namespace {

// The last hidden states and the tokens that followed them.
class Cache {
 public:
  Cache(const CacheOptions& options, int width) : options_(options), width_(width) {}

  // Sum of -log p of the targets, given -log p of the model; each token sees only what lies before it. Then takes the segment in.
  double mix(Context<float>& context, View<const float> h, const std::vector<int32_t>& targets,
             const std::vector<double>& nll) {
    const int old = static_cast<int>(next_.size()), rows = h.rows;
    states_.insert(states_.end(), h.data, h.data + static_cast<size_t>(rows) * width_);
    next_.insert(next_.end(), targets.begin(), targets.end());
    const View<float> scores = all_scores(context, h);
    double sum = 0;
    for (int t = 0; t < rows; ++t) {
      const int end = old + t, begin = std::max(0, end - options_.size);
      const double model = std::exp(-nll[static_cast<size_t>(t)]);
      const double p = begin == end ? model
                                    : (1 - options_.weight) * model +
                                          options_.weight * vote(scores.row(t), begin, end, targets[static_cast<size_t>(t)]);
      sum -= std::log(p);
    }
    const auto surplus = static_cast<ptrdiff_t>(next_.size()) - options_.size;
    if (surplus > 0) {
      states_.erase(states_.begin(), states_.begin() + surplus * width_);
      next_.erase(next_.begin(), next_.begin() + surplus);
    }
    return sum;
  }

 private:
  // [rows, all states]: h . h_i
  View<float> all_scores(Context<float>& context, View<const float> h) const {
    const int n = static_cast<int>(next_.size());
    const PackForm form = PackForm::forward({n}, width_, width_);
    float* packed = context.arena.take<float>(form.size(context.kernels.lanes));
    context.kernels.pack(context.pool, form, states_.data(), packed);
    const View<float> scores = context.arena.matrix<float>(h.rows, n);
    context.kernels.gemm(context.pool, {h, packed, nullptr, false, {n}, scores});
    return scores;
  }

  double vote(const float* scores, int begin, int end, int32_t target) const {
    const double top = *std::max_element(scores + begin, scores + end);
    double all = 0, right = 0;
    for (int i = begin; i < end; ++i) {
      const double e = std::exp(options_.sharpness * (static_cast<double>(scores[i]) - top));
      all += e;
      if (next_[static_cast<size_t>(i)] == target) right += e;
    }
    return right / all;
  }

  CacheOptions options_;
  int width_;
  std::vector<float> states_;  // [n, width]
  std::vector<int32_t> next_;  // [n]
};

// Goes on learning.
class Learner {
 public:
  Learner(Model<float>& model, const DynamicOptions& options, Pool& pool)
      : model_(model),
        options_(options),
        pool_(pool),
        grads_(model.table()),
        optimizer_(make_optimizer({"sgd"}, model.table())) {
    model_.pack(pool_, true);
    trained_.assign(model_.params().data(), model_.params().data() + model_.params().size());
  }
  Params<float>& grads() { return grads_; }

  void step(double tokens) {
    const double norm = gradient_norm(pool_, grads_) / tokens;
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
  Cache cache(how.cache, model.recurrent().output());
  Evaluation result;
  Arena arena;
  Tape tape;
  State<float> state = model.initial(1);
  std::vector<double> nll;
  for (const Batch& batch : segments) {
    assert(batch.seq.streams() == 1 && batch.weights.empty());
    if (!batch.carried) state.clear();
    arena.clear(), tape.clear();
    Context<float> context{pool, arena};
    const View<float> h = model.forward_hidden(context, batch, state, learner ? &tape : nullptr);
    const View<float> dh = arena.matrix<float>(h.rows, h.cols);
    const LossSum sum = output_loss<float>(context, model, batch, h, {0, &nll, learner ? &learner->grads() : nullptr, dh});
    result.nats += how.cache.size > 0 ? cache.mix(context, h, batch.targets, nll) : sum.loss;
    result.tokens += h.rows;
    if (!learner) continue;
    model.backward_hidden(context, batch.seq, tape, dh, learner->grads());
    learner->step(h.rows);
  }
  return result;
}

}  // namespace rnn
