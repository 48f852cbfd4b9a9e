// Why: see family_head.h; in double, value by value, rows on all threads.
#include "heads/family_head.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// The targets of a row.
struct RowTargets {
  const float* values;  // [steps]
  int steps;
  double weight, scale;
};

// outputs [steps * P]: with `gradient` they become that of the loss. Returns the loss times the weight.
template <class T>
double row_loss(const Family& family, int P, std::span<const double> levels, const RowTargets& row, bool gradient,
                T* outputs) {
  double o[kMostNumbers], d[kMostNumbers], sum = 0;
  for (int step = 0; step < row.steps; ++step, outputs += P) {
    const double y = row.weight != 0 ? static_cast<double>(row.values[step]) : 0;
    const bool counts = row.weight != 0 && !std::isnan(y);
    if (counts) {
      std::copy_n(outputs, P, o);
      sum += family.loss({o, row.scale, levels}, y, gradient ? d : nullptr);
    }
    for (int k = 0; k < P && gradient; ++k) outputs[k] = counts ? static_cast<T>(row.weight / row.steps * d[k]) : T(0);
  }
  return row.weight * sum / row.steps;
}

}  // namespace

template <class T>
HeadInfo FamilyHead<T>::info() const {
  return {family_.name, this->options_.reads, this->options_.outputs, false, family_.unit, std::nullopt, family_.exploded};
}

template <class T>
std::optional<double> FamilyHead<T>::loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                                  const LossOptions& options, double* losses) const {
  const std::vector<double>& levels = this->options_.levels;
  const int P = family_.numbers(levels.size()), steps = outputs.cols / P;
  assert(P >= 1 && P <= kMostNumbers && steps * P == outputs.cols && targets.width == steps);
  constexpr int kValues = 512;  // at least this many per share of the work
  context.pool.parallel_for(outputs.rows, std::max(1, kValues / steps), [&](int64_t begin, int64_t end) {
    for (auto row = static_cast<int>(begin); row < end; ++row) {
      const auto target = static_cast<size_t>(first + row);
      const RowTargets own{targets.values.data() + target * static_cast<size_t>(steps), steps, targets.weight(target),
                           targets.scale(target)};
      losses[row] = row_loss(family_, P, levels, own, options.gradient, host(outputs).row(row));
    }
  });
  return std::nullopt;
}

template class FamilyHead<float>;
template class FamilyHead<double>;

}  // namespace rnn::core
