// Why: forecasts: S values per row, each with the P numbers that a family has for it, some of them missing.
#pragma once

#include "heads/family.h"
#include "heads/output_head.h"

namespace rnn::core {

// K = steps * P outputs per row, step after step; Targets::values [rows, steps], NaN for a value that is missing: it has neither loss
// nor gradient. Row loss: w / S * sum over the values that are present; its weight is w * (how many are present) / S, so the mean
// over a batch is per value.
template <class T>
class FamilyHead final : public OutputHead<T> {
 public:
  FamilyHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed, const Family& family)
      : OutputHead<T>(options, table, packed), family_(family) {}
  HeadInfo info() const override;

 protected:
  std::optional<double> loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                     const LossOptions& options, double* losses) const override;

 private:
  const Family& family_;
};

}  // namespace rnn::core
