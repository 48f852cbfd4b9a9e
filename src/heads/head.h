// Why: a head is what stands on a network's hidden rows: outputs and their loss, value and gradient together, in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "heads/class_sampler.h"
#include "nn/batch.h"
#include "nn/context.h"
#include "nn/layers/output_layer.h"
#include "nn/weights.h"

namespace rnn::core {

// Which hidden rows a head reads: those of every step, or one of each sequence: after its last step, the mean of all, the largest value
// of each unit, the mean weighted by attention (nn/layers/pooling.h).
enum class RowsRead { every, last, mean, max, attention };

struct HeadInfo {
  std::string_view name;  // in the list of heads (list.h)
  RowsRead reads = RowsRead::every;
  int outputs = 0;               // K, numbers per row
  bool classes = false;          // true: the outputs' softmax is a distribution over K classes; false: they are numbers
  std::string_view unit;         // of the loss
  std::optional<double> chance;  // mean loss of one who knows nothing; absent: it depends on the data
  double exploded = 0;           // a mean loss above this, or NaN, is an explosion: no training recovers from it
};

// The sums of a batch. Divide by weight for the mean.
struct LossSum {
  double loss = 0;      // cross-entropy: nats; numbers: per target row, averaged over its numbers
  double weight = 0;    // of the rows that count; of a row whose numbers are partly missing, that share of its weight
  int64_t counted = 0;  // how many count: their weight is not 0
  int64_t impossible =
      0;  // streams whose targets the rows cannot be (heads/ctc.h): an infinite loss, left out of all the rest
  std::optional<double>
      correct;  // weight of the rows whose largest output is the target; cross-entropy without gradient only,
                // and of a single softmax over all classes
  LossSum& operator+=(const LossSum& other) {
    loss += other.loss, weight += other.weight, counted += other.counted;
    impossible += other.impossible;
    if (other.correct) correct = correct.value_or(0) + *other.correct;
    return *this;
  }
};

struct LossOptions {
  double label_smoothing = 0;  // cross-entropy only
  bool gradient = false;       // overwrite the outputs with the gradient of the summed loss
  double* plain = nullptr;     // see LossArgs::plain, of these rows
  const Seq* seq = nullptr;    // see LossArgs::seq
};

// What loss() computes besides the sum.
template <class T>
struct LossArgs {
  double label_smoothing = 0;             // only where every class is looked at: neither adaptive nor sampled
  std::vector<double>* rows = nullptr;    // the loss of every target row, with own lengths of every stream, times its weight
  Params<T>* grads = nullptr;             // null: no gradient is wanted; else those of the head are added
  View<T> dh;                             // [targets, width] with grads: the gradient w.r.t. h, assigned
  const ClassSamples* samples = nullptr;  // the loss looks only at these classes (sampled.h); null: exact
  std::vector<double>* plain = nullptr;   // with smoothing, and without a gradient: the rows' losses as if there were none
  const Seq* seq = nullptr;               // the steps of h; only heads whose targets have lengths of their own read it
};

template <class T>
class TransducerHead;
template <class T>
class CrfHead;

// T = float is used in production, double is the reference. The const functions are thread-safe.
template <class T>
class Head {
 public:
  virtual ~Head() = default;
  virtual HeadInfo info() const = 0;

  // h [m, width] -> outputs [m, K].
  virtual void outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const = 0;
  // dh [m, width] is assigned; adds to grads; an empty one is not wanted.
  virtual void outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs,
                                View<T> dh, Params<T>& grads) const = 0;
  // The loss of outputs at hand [targets, K]. `rows`, [targets] out unless null: the loss of every target row, times its weight.
  virtual LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                          std::vector<double>* rows = nullptr) const = 0;
  // Outputs and loss together: from h [targets, width] to the loss, and back to the gradient w.r.t. h. There are never more
  // outputs in memory than fit in context.output_bytes: larger batches are processed in equal blocks of rows. The loss of a row
  // does not depend on the blocks, to the last bit; gradients of weights depend on them only by rounding.
  virtual LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                       const LossArgs<T>& args = {}) const = 0;

  // Not null: it also reads what it has said.
  virtual const TransducerHead<T>* transducer() const { return nullptr; }
  // Not null: its outputs are scores, of which a chain over the steps of a sequence makes labels.
  virtual const CrfHead<T>* crf() const { return nullptr; }
  // The parameters that it reads row by row, not in packed form.
  virtual std::vector<ParamId> row_params() const { return {}; }

  // For plans: the most outputs that loss() computes at a time for a row; how many of its weights a target does not read on
  // average, where training looks at `samples` classes.
  virtual int widest() const { return info().outputs; }
  virtual double unread(const ParamTable&, int /*samples*/) const { return 0; }
  // The matrix of which training reads only the rows of targets and samples, or -1: its packed form can wait (Weights::pack).
  virtual ParamId sampled_matrix() const { return -1; }
};

}  // namespace rnn::core
