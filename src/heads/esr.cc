// Why: see esr.h; in double, step after step over the packed rows.
#include "heads/esr.h"

#include <cassert>
#include <cmath>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// L = sum over steps t of p[t]^2 + m^2, p[t] = e[t] - a e[t-1], m = mean of e; dL/de[t] = 2 (p[t] - a p[t+1] + m). Each over K. Outputs
// become that gradient where it is wanted. losses [rows]: of every step.
template <class T>
void signal_losses(View<T> outputs, const Seq& seq, const std::vector<float>& targets, bool gradient, double* losses) {
  const int K = outputs.cols, rows = outputs.rows, streams = seq.streams();
  std::vector<double> p(static_cast<size_t>(rows)), mean(static_cast<size_t>(streams)), before(static_cast<size_t>(streams));
  std::vector<int> length(static_cast<size_t>(streams));
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) ++length[static_cast<size_t>(r)];
  }
  std::fill_n(losses, rows, 0.0);
  for (int k = 0; k < K; ++k) {
    std::fill(mean.begin(), mean.end(), 0.0), std::fill(before.begin(), before.end(), 0.0);
    for (int t = 0; t < seq.steps(); ++t) {
      const int begin = seq.start[static_cast<size_t>(t)];
      for (int r = 0; r < seq.active(t); ++r) {
        const auto row = static_cast<size_t>(begin + r), stream = static_cast<size_t>(r);
        const double e = static_cast<double>(host(outputs)(begin + r, k)) -
                         static_cast<double>(targets[row * static_cast<size_t>(K) + static_cast<size_t>(k)]);
        p[row] = e - kPreEmphasis * before[stream];
        before[stream] = e, mean[stream] += e / length[stream];
      }
    }
    for (int t = 0; t < seq.steps(); ++t) {
      const int begin = seq.start[static_cast<size_t>(t)], after = seq.active(t + 1);
      for (int r = 0; r < seq.active(t); ++r) {
        const auto row = static_cast<size_t>(begin + r);
        const double m = mean[static_cast<size_t>(r)];
        losses[row] += (p[row] * p[row] + m * m) / K;
        if (!gradient) continue;
        const double next = r < after ? p[static_cast<size_t>(seq.start[static_cast<size_t>(t) + 1] + r)] : 0;
        host(outputs)(begin + r, k) = static_cast<T>(2 * (p[row] - kPreEmphasis * next + m) / K);
      }
    }
  }
}

LossSum sum_of_steps(const std::vector<double>& losses) {
  LossSum sum;
  for (const double loss : losses) sum.loss += loss;
  sum.weight = static_cast<double>(losses.size()), sum.counted = std::ssize(losses);
  return sum;
}

}  // namespace

template <class T>
HeadInfo EsrHead<T>::info() const {
  constexpr double kExploded = 1e6;  // a million times the energy of the signal
  return {"esr", RowsRead::every, this->options_.outputs, false, "error-to-signal ratio", std::nullopt, kExploded};
}

template <class T>
LossSum EsrHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                            std::vector<double>* rows) const {
  assert(options.seq && options.seq->rows() == outputs.rows && targets.weights.empty());
  const ProfileScope profiled(context.profile, Phase::loss);
  std::vector<double> own;
  std::vector<double>& losses = rows ? *rows : own;
  losses.resize(static_cast<size_t>(outputs.rows));
  signal_losses(outputs, *options.seq, targets.values, options.gradient, losses.data());
  return sum_of_steps(losses);
}

template <class T>
LossSum EsrHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                         const LossArgs<T>& args) const {
  assert(args.label_smoothing == 0 && !args.samples);
  const ArenaScope scope(context.arena);
  const View<T> outputs = context.arena.template matrix<T>(h.rows, this->options_.outputs);
  this->outputs(context, weights, h, outputs);
  LossOptions options;
  options.gradient = args.grads != nullptr, options.seq = args.seq;
  const LossSum sum = loss_of(context, outputs, targets, options, args.rows);
  if (args.grads) this->outputs_backward(context, weights, h, outputs, args.dh, *args.grads);
  return sum;
}

template class EsrHead<float>;
template class EsrHead<double>;

}  // namespace rnn::core
