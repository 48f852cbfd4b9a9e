// Why: most heads are one output layer and a loss of its rows: block by block, forward and backward.
#pragma once

#include "heads/head.h"
#include "heads/transducer_options.h"

namespace rnn::core {

// What a head is made from; the list of heads (list.h) chooses by `kind`.
struct HeadOptions {
  std::string_view kind = "softmax";
  RowsRead reads = RowsRead::every;
  int outputs = 0, width = 0;       // K; of the hidden rows
  ParamId tied = -1;                // the parameter that is also the output matrix, or -1
  SoftmaxOptions softmax = {};      // of the kinds for which it matters
  std::vector<double> levels = {};  // of quantiles: ascending, in (0, 1)
  TransducerOptions transducer = {};
  std::vector<int> places = {};  // of crf (alignment/tag_places.h); empty: any label may follow any other
};

// One output layer from hidden rows to K numbers each.
template <class T>
class LayerHead : public Head<T> {
 public:
  LayerHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed)
      : options_(options), layer_(options.softmax, options.outputs, options.width, options.tied, table, packed) {}

  const OutputLayer<T>& layer() const { return layer_; }
  void outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const override {
    layer_.forward(context, weights.packed(), h, outputs);
  }
  void outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs, View<T> dh,
                        Params<T>& grads) const override {
    layer_.backward(context, weights.packed(), h, doutputs, dh, grads);
  }

 protected:
  HeadOptions options_;
  OutputLayer<T> layer_;
};

// The loss of a row depends on no other one.
template <class T>
class OutputHead : public LayerHead<T> {
 public:
  using LayerHead<T>::LayerHead;
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;

 protected:
  // `outputs` belong to the targets from `first` on; losses [outputs.rows] out: times the weight. Returns the weight of the rows
  // that were right, where that is defined.
  virtual std::optional<double> loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                             const LossOptions& options, double* losses) const = 0;
  // The same from h to dh, for all rows.
  virtual std::optional<double> loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                               const Targets& targets, const LossArgs<T>& args, double* losses) const;
};

}  // namespace rnn::core
