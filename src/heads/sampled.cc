// Why: the drawn rows of the output matrix as a small matrix of their own, with each row's target next to them.
#include "heads/sampled.h"

#include <algorithm>
#include <cassert>

#include "heads/blocks.h"
#include "kernels/rows.h"
#include "nn/layers/product.h"

namespace rnn::core {
namespace {

// Far below every logit, but finite in float: its exponential is 0.
constexpr double kNothing = -1e30;

// Sum of products, eight at a time, in one order whatever the compiler.
template <class T>
T dot(const T* a, const T* b, int n) {
  constexpr int kLanes = 8;
  T sums[kLanes] = {};
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) sums[l] += a[i + l] * b[i + l];
  }
  for (; i < n; ++i) sums[i % kLanes] += a[i] * b[i];
  T total = 0;
  for (const T sum : sums) total += sum;
  return total;
}

template <class T>
class SampledLoss {
 public:
  SampledLoss(Context<T>& context, const OutputLayer<T>& layer, const Params<T>& params, const Targets& targets,
              const ClassSamples& samples, Params<T>* grads)
      : context_(context),
        layer_(layer),
        targets_(targets),
        samples_(samples),
        grads_(grads),
        weights_(params.view(layer.weight())),
        bias_(host(params.view(layer.bias())).data),
        count_(static_cast<int>(samples.classes.size())) {
    pack_samples();
  }

  // Rows [first, first + h.rows) of the batch.
  void rows(int first, View<const T> h, double* losses, View<T> dh) {
    const ArenaScope scope(context_.arena);
    const View<T> logits = context_.arena.template matrix<T>(h.rows, count_ + 1);
    const View<T> drawn = logits.columns(0, count_);
    forward(first, h, logits, drawn);
    loss(first, logits, losses);
    if (grads_) backward(first, h, logits, drawn, dh);
  }

  // Gradients of the samples' own rows, once all blocks have added to them.
  void add_sample_gradients() {
    const View<T> to = grads_->view(layer_.weight());
    T* bias = host(grads_->view(layer_.bias())).data;
    context_.pool.parallel_for(count_, 16, [&](int64_t begin, int64_t end) {
      for (int s = static_cast<int>(begin); s < end; ++s) {
        const int32_t label = samples_.classes[s];
        T* row = host(to).row(label);
        for (int i = 0; i < to.cols; ++i) row[i] += host(gradient_).row(s)[i];
        bias[label] += bias_gradient_[s];
      }
    });
  }

 private:
  int32_t target(int row) const { return targets_.ids[row]; }
  bool counts(int row) const { return targets_.weights.empty() || targets_.weights[row] != 0; }

  void pack_samples() {
    const Kernels<T>& k = context_.kernels;
    const int width = weights_.cols;
    const View<T> rows = context_.arena.template matrix<T>(count_, width);
    const int padded = Columns{count_}.padded(k.lanes);
    T* shift = context_.arena.template take<T>(padded);
    std::fill_n(shift, padded, T(0));
    context_.pool.parallel_for(count_, 16, [&](int64_t begin, int64_t end) {
      for (int s = static_cast<int>(begin); s < end; ++s) {
        copy_row(weights_, samples_.classes[s], rows, s);
        shift[s] = corrected_bias(samples_.classes[s]);
      }
    });
    shift_ = shift;
    const auto pack = [&](const PackForm& form) {
      T* packed = context_.arena.template take<T>(form.size(k.lanes));
      k.pack(context_.pool, form, rows.address(), packed);
      return packed;
    };
    form_ = pack(PackForm::forward({count_}, width, width));
    if (!grads_) return;
    back_ = pack(PackForm::backward({count_}, width, width));
    gradient_ = context_.arena.template matrix<T>(count_, width);
    fill_rows(gradient_, T(0));
    bias_gradient_ = context_.arena.template take<T>(count_);
    std::fill_n(bias_gradient_, count_, T(0));
  }

  T corrected_bias(int32_t label) const {
    return static_cast<T>(static_cast<double>(bias_[label]) - samples_.log_expected(label));
  }

  void forward(int first, View<const T> h, View<T> logits, View<T> drawn) const {
    const ProfileScope profiled(context_.profile, Phase::output_layer, 2.0 * h.rows * h.cols * logits.cols);
    context_.kernels.gemm(context_.pool, {h, form_, shift_, false, {count_}, drawn});
    context_.pool.parallel_for(h.rows, 4, [&](int64_t begin, int64_t end) {
      for (int r = static_cast<int>(begin); r < end; ++r) {
        const int row = first + r;
        if (!counts(row)) continue;
        const int32_t label = target(row);
        host(logits)(r, count_) = dot(host(h).row(r), host(weights_).row(label), h.cols) + corrected_bias(label);
        const auto hit = std::lower_bound(samples_.classes.begin(), samples_.classes.end(), label);
        if (hit != samples_.classes.end() && *hit == label)
          host(logits)(r, static_cast<int>(hit - samples_.classes.begin())) = static_cast<T>(kNothing);
      }
    });
  }

  void loss(int first, View<T> logits, double* losses) const {
    const ProfileScope profiled(context_.profile, Phase::loss);
    auto* last = context_.arena.template take<int32_t>(logits.rows);
    std::fill_n(last, logits.rows, count_);
    SoftmaxArgs<T> args{logits, last, targets_.weights.empty() ? nullptr : targets_.weights.data() + first};
    args.gradient = grads_ != nullptr;
    args.loss = losses;
    context_.kernels.softmax_cross_entropy(context_.pool, args);
  }

  void backward(int first, View<const T> h, View<const T> dlogits, View<const T> drawn, View<T> dh) const {
    const ProfileScope profiled(context_.profile, Phase::output_layer, 4.0 * h.rows * h.cols * dlogits.cols);
    add_outer_product<T>(context_, drawn, {count_}, h, gradient_, bias_gradient_);
    context_.kernels.gemm(context_.pool, {drawn, back_, nullptr, false, {dh.cols}, dh});
    const View<T> grad = grads_->view(layer_.weight());
    T* bias = host(grads_->view(layer_.bias())).data;
    // Every thread goes through all rows, for columns of its own: one order of summation where rows share a target.
    context_.pool.parallel_for(h.cols, 16, [&](int64_t begin, int64_t end) {
      for (int r = 0; r < h.rows; ++r) {
        if (!counts(first + r)) continue;
        const T d = host(dlogits)(r, count_);
        const T *w = host(weights_).row(target(first + r)), *x = host(h).row(r);
        T *dw = host(grad).row(target(first + r)), *dx = host(dh).row(r);
        for (int64_t i = begin; i < end; ++i) dx[i] += d * w[i], dw[i] += d * x[i];
      }
    });
    for (int r = 0; r < h.rows; ++r) {
      if (counts(first + r)) bias[target(first + r)] += host(dlogits)(r, count_);
    }
  }

  Context<T>& context_;
  const OutputLayer<T>& layer_;
  const Targets& targets_;
  const ClassSamples& samples_;
  Params<T>* grads_;
  View<const T> weights_;  // [classes, width]
  const T* bias_;
  int count_;
  const T *form_ = nullptr, *back_ = nullptr, *shift_ = nullptr;  // of the samples; shift: bias minus the correction
  View<T> gradient_;
  T* bias_gradient_ = nullptr;
};

}  // namespace

template <class T>
void sampled_loss(Context<T>& context, const OutputLayer<T>& layer, const Params<T>& params, const Targets& targets,
                  View<const T> h, const ClassSamples& samples, double* losses, Params<T>* grads, View<T> dh) {
  const ArenaScope scope(context.arena);
  SampledLoss<T> loss(context, layer, params, targets, samples, grads);
  for_row_blocks(h.rows, (samples.classes.size() + 1) * sizeof(T), context.output_bytes, [&](int first, int count) {
    loss.rows(first, h.middle(first, count), losses + first, grads ? dh.middle(first, count) : View<T>{});
  });
  if (grads) loss.add_sample_gradients();
}

template void sampled_loss(Context<float>&, const OutputLayer<float>&, const Params<float>&, const Targets&,
                           View<const float>, const ClassSamples&, double*, Params<float>*, View<float>);
template void sampled_loss(Context<double>&, const OutputLayer<double>&, const Params<double>&, const Targets&,
                           View<const double>, const ClassSamples&, double*, Params<double>*, View<double>);

}  // namespace rnn::core
