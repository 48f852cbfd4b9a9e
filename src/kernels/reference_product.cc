// Why: packing and products in double by plain loops, for the reference (reference.cc).
#include "kernels/reference_product.h"

#include <cassert>

#include "kernels/host.h"

namespace rnn::core::reference {

// With one lane a packed matrix is [k, n] row by row.
void pack_rows(const PackForm& form, const double* source, int begin, int end, double* out) {
  const int width = form.n.padded(1), length = form.turned ? form.k.units : form.n.units;
  for (int row = begin; row < end; ++row) {
    const int64_t at = form.rows().position(row, 1);
    for (int i = 0; i < length; ++i) out[form.turned ? i * width + at : at * width + i] = source[row * form.stride + i];
  }
}

void pack(Pool&, const PackForm& form, const double* source, double* out) {
  const Columns& rows = form.rows();
  pack_rows(form, source, rows.first * rows.units, (rows.first + rows.gates) * rows.units, out);
}

void pack_vector(const Columns& rows, const double* const* sources, int count, double* out) {
  for (int i = 0; i < rows.padded(1); ++i) {
    out[i] = 0;
    for (int s = 0; s < count; ++s) out[i] += sources[s][rows.row(i, 1)];
  }
}

void gemm(Pool&, const GemmArgs<double>& g) {
  assert(!(g.bias && g.accumulate));
  const int n = g.n.padded(1);
  for (int m = 0; m < g.a.rows; ++m) {
    for (int j = 0; j < n; ++j) {
      double sum = g.accumulate ? host(g.c)(m, j) : g.bias ? g.bias[j] : 0;
      for (int k = 0; k < g.a.cols; ++k) sum += host(g.a)(m, k) * g.b[static_cast<ptrdiff_t>(k) * n + j];
      host(g.c)(m, j) = sum;
    }
  }
}

void outer(Pool&, const OuterArgs<double>& o) {
  for (int m = 0; m < o.d.rows; ++m) {
    for (int i = 0; i < o.rows.padded(1); ++i) {
      const int row = o.rows.row(i, 1);
      for (const auto& part : o.parts) {
        for (int n = 0; n < part.x.cols; ++n) host(part.out)(row, n) += host(o.d)(m, i) * host(part.x)(m, n);
      }
      for (double* sums : o.sums) {
        if (sums) sums[row] += host(o.d)(m, i);
      }
    }
  }
}

}  // namespace rnn::core::reference
