// Why: labels of a sequence as a whole: a linear chain over the outputs of its steps, of which only allowed orders of labels have a
// probability.
#pragma once

#include <span>

#include "alignment/chain.h"
#include "heads/output_head.h"

namespace rnn::core {

// One matrix and bias to K scores per step; scores of every pair of neighbouring labels, of the first and of the last (Collobert et al.
// 2011; Lample et al. 2016). The loss of a sequence is -ln of the probability of its labels; of one whose labels are partly unknown
// (weight 0) that of all sequences that agree with those that are known (Tsuboi et al. 2008). The mean is per known label. Targets stand
// at every row; LossArgs::seq is needed: whole sequences are looked at. Labels that the grammar of `places` forbids have no probability:
// LossSum::impossible counts such streams, sums and gradients leave them out and their rows are infinite; the entries of rows are equal
// shares of the loss of their stream. Outputs, and with them memory, are those of the whole batch.
template <class T>
class CrfHead final : public LayerHead<T> {
 public:
  CrfHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed);

  HeadInfo info() const override;
  // Throws Error{model, "model/crf"}: the transitions are among the weights.
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
  const CrfHead<T>* crf() const override { return this; }
  std::vector<ParamId> row_params() const override { return {transition_, begin_, end_}; }

  ChainScores scores(const Weights<T>& weights) const;

 private:
  struct Stream;
  LossSum losses(Context<T>& context, const ChainScores& scores, View<T> outputs, const Targets& targets, const Seq& seq,
                 bool gradient, std::vector<double>& rows, Params<T>* grads) const;

  ParamId transition_, begin_, end_;
};

// What a chain says of one sequence.
struct ChainAnswer {
  std::vector<int32_t> labels;    // [T], the best sequence
  std::vector<double> marginals;  // [T, K], the probability of every label at every step
};
// outputs [T, K], T >= 1, finite.
ChainAnswer chain_answer(const ChainScores& scores, std::span<const float> outputs);

}  // namespace rnn::core
