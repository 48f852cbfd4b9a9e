// Why: attention of the double table, separate from its products and recurrences.
#pragma once

#include "kernels/kernels.h"

namespace rnn::core::reference {

void attention_forward(Pool& pool, const AttentionArgs<double>& a);
void attention_backward(Pool& pool, const AttentionArgs<double>& a);

}  // namespace rnn::core::reference
