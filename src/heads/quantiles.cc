// Why: see quantiles.h.
#include "heads/quantiles.h"

#include <algorithm>
#include <cassert>

#include "heads/special.h"

namespace rnn::core {
namespace {

// q [n] out, ascending.
void quantiles_of(const Said& said, double* q) {
  const int n = static_cast<int>(said.levels.size()), middle = n / 2;
  assert(n >= 1 && n <= kMostNumbers);
  q[middle] = said.o[middle];
  for (int i = middle + 1; i < n; ++i) q[i] = q[i - 1] + softplus(said.o[i]);
  for (int i = middle - 1; i >= 0; --i) q[i] = q[i + 1] - softplus(said.o[i]);
}

// In place: gradients w.r.t. quantiles become those w.r.t. outputs.
void quantiles_backward(const Said& said, double* d) {
  const int n = static_cast<int>(said.levels.size()), middle = n / 2;
  double above = 0, below = 0;
  for (int i = n - 1; i > middle; --i) above += d[i], d[i] = above * logistic(said.o[i]);
  for (int i = 0; i < middle; ++i) below += d[i], d[i] = -below * logistic(said.o[i]);
  d[middle] += above + below;
}

}  // namespace

double pinball_loss(const Said& said, double y, double* d) {
  const size_t n = said.levels.size();
  double q[kMostNumbers], sum = 0;
  quantiles_of(said, q);
  const double share = 2.0 / static_cast<double>(n);
  for (size_t i = 0; i < n; ++i) {
    const double error = y - q[i], slope = error >= 0 ? said.levels[i] : said.levels[i] - 1;
    sum += slope * error;
    if (d) d[i] = -share * slope;
  }
  if (d) quantiles_backward(said, d);
  return share * sum;
}

double interpolated_quantile(const Said& said, double level) {
  double q[kMostNumbers];
  quantiles_of(said, q);
  const auto& levels = said.levels;
  const auto at = static_cast<size_t>(std::lower_bound(levels.begin(), levels.end(), level) - levels.begin());
  if (at == 0) return q[0];
  if (at == levels.size()) return q[at - 1];
  const double part = (level - levels[at - 1]) / (levels[at] - levels[at - 1]);
  return std::clamp(q[at - 1] + part * (q[at] - q[at - 1]), q[at - 1], q[at]);
}

double interpolated_mean(const Said& said) {
  double q[kMostNumbers];
  quantiles_of(said, q);
  const auto& levels = said.levels;
  const size_t n = levels.size();
  double sum = levels[0] * q[0] + (1 - levels[n - 1]) * q[n - 1];
  for (size_t i = 1; i < n; ++i) sum += (levels[i] - levels[i - 1]) * 0.5 * (q[i - 1] + q[i]);
  return sum;
}

}  // namespace rnn::core
