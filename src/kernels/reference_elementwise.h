// Why: the losses and optimizer steps of the double table, separate from its products and recurrences.
#pragma once

#include "kernels/kernels.h"

namespace rnn::core::reference {

void tanh_rows(Pool& pool, View<double> x);
int log_softmax(Pool& pool, View<const double> x, View<double> out);
void softmax_cross_entropy(Pool& pool, const SoftmaxArgs<double>& s);
double sum_squares(Pool& pool, const double* x, size_t n);
void sgd(const StepArgs<double>& s);
void adam(const StepArgs<double>& s);
void rms(const StepArgs<double>& s);

}  // namespace rnn::core::reference
