// Why: labels of a sequence without saying where they stand: CTC on an output layer.
#pragma once

#include <span>

#include "heads/output_head.h"
#include "heads/streams.h"

namespace rnn::core {

// One matrix and bias to K classes, of which kBlank (alignment/ctc_lattice.h) is none; per stream -ln of the probability of its labels
// over all ways to spell them. Targets have lengths of their own, LossArgs::seq is needed. The mean is per label; a stream without
// labels, which is legal and trains blanks, counts as one. A stream of fewer rows than ctc_rows_needed is impossible: its entry of
// LossArgs::rows is infinite, sums and gradients leave it out, LossSum::impossible counts it.
template <class T>
class CtcHead final : public LayerHead<T> {
 public:
  using LayerHead<T>::LayerHead;
  HeadInfo info() const override;
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
};

// Losses above this, in nats per label, are explosions. One label in 10,000 rows of 10,000 classes has 92,000 nats before it is learnt.
inline constexpr double kExplodedPerLabel = 1e7;

// logits [rows of the streams [first, end), K], stream after stream; with `gradient` they become that of the summed loss, else their log
// softmax. scales [streams]: of the gradient; 0 leaves a stream out: loss 0. losses [streams] out for these streams, not scaled; NaN
// where an output is not a number.
template <class T>
void ctc_losses(Context<T>& context, View<T> logits, const StreamTargets& streams, int first, int end,
                std::span<const double> scales, bool gradient, double* losses);

// From the losses of the streams, not weighted, to the sum; losses become those times the weight. `possible` [streams]: 0 for a stream
// that is left out.
LossSum sum_of_streams(const StreamTargets& streams, std::span<const uint8_t> possible, std::span<double> losses);

}  // namespace rnn::core
