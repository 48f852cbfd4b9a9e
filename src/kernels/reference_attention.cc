// Why: attention in double by plain loops, as in its papers, and its adjoint.
#include "kernels/reference_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/host.h"

namespace rnn::core::reference {
namespace {

using Args = AttentionArgs<double>;

// Between the query of a row and one row of its memory.
double score(const Args& a, int row, int memory) {
  const double *query = a.queries.address(row), *key = a.keys.address(memory);
  double sum = 0;
  for (int i = 0; i < a.queries.cols; ++i) sum += a.v ? a.v[i] * std::tanh(query[i] + key[i]) : a.scale * query[i] * key[i];
  return sum;
}
// d: the gradient w.r.t. the score; r: the stream of the row.
void dscore(const Args& a, int row, int r, int memory, double d) {
  const double *query = a.queries.address(row), *key = a.keys.address(memory);
  double *dquery = a.dqueries.address(row), *dkey = a.dkeys.address(memory);
  for (int i = 0; i < a.queries.cols; ++i) {
    if (a.v) {
      const double u = std::tanh(query[i] + key[i]), by_sum = d * a.v[i] * (1 - u * u);
      dquery[i] += by_sum, dkey[i] += by_sum;
      a.dv[static_cast<ptrdiff_t>(r) * a.queries.cols + i] += d * u;
    } else {
      dquery[i] += d * a.scale * key[i], dkey[i] += d * a.scale * query[i];
    }
  }
}

void attend(const Args& a, int row, int r) {
  const int first = a.begin[r], length = a.length[r];
  double *weights = a.weights.address(row), *context = a.context.address(row);
  std::fill_n(context, a.values.cols, 0.0);
  if (length == 0) return;
  for (int j = 0; j < length; ++j) weights[j] = score(a, row, first + j);
  const double top = *std::max_element(weights, weights + length);
  double sum = 0;
  for (int j = 0; j < length; ++j) weights[j] = std::exp(weights[j] - top), sum += weights[j];
  for (int j = 0; j < length; ++j) {
    weights[j] /= sum;
    for (int i = 0; i < a.values.cols; ++i) context[i] += weights[j] * host(a.values)(first + j, i);
  }
}

void dattend(const Args& a, int row, int r) {
  const int first = a.begin[r], length = a.length[r];
  const double *weights = a.weights.address(row), *dcontext = a.dcontext.address(row);
  std::fill_n(a.dqueries.address(row), a.queries.cols, 0.0);
  std::vector<double> dweights(length);
  double mean = 0;
  for (int j = 0; j < length; ++j) {
    for (int i = 0; i < a.values.cols; ++i) {
      dweights[j] += dcontext[i] * host(a.values)(first + j, i);
      host(a.dvalues)(first + j, i) += weights[j] * dcontext[i];
    }
    mean += weights[j] * dweights[j];
  }
  for (int j = 0; j < length; ++j) dscore(a, row, r, first + j, weights[j] * (dweights[j] - mean));
}

}  // namespace

void attention_forward(Pool&, const AttentionArgs<double>& a) {
  for (int t = 0; t < a.steps; ++t) {
    for (int r = 0; r < a.rows_of(t); ++r) attend(a, a.start[t] + r, r);
  }
}

void attention_backward(Pool&, const AttentionArgs<double>& a) {
  for (int t = a.steps - 1; t >= 0; --t) {
    for (int r = 0; r < a.rows_of(t); ++r) dattend(a, a.start[t] + r, r);
  }
}

}  // namespace rnn::core::reference
