// Why: packing and products of the double table, each as described in kernels.h.
#pragma once

#include "kernels/kernels.h"

namespace rnn::core::reference {

void pack(Pool&, const PackForm&, const double* source, double* out);
void pack_rows(const PackForm&, const double* source, int begin, int end, double* out);
void pack_vector(const Columns& rows, const double* const* sources, int count, double* out);
void gemm(Pool&, const GemmArgs<double>&);
void outer(Pool&, const OuterArgs<double>&);

}  // namespace rnn::core::reference
