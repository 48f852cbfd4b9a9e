// Why: how the sources that are compiled per instruction set add their functions to the tables.
#pragma once

#include <cstdint>

#include "kernels/kernels.h"

namespace rnn::core {

// "emulated", "avx2", "avx512" for a target of the vector library.
const char* target_name(int64_t target);

// Each fills its part of the table for the instruction set that is selected at this moment.
void fill_table_product(Kernels<float>& table);
void fill_table_recurrent_forward(Kernels<float>& table);
void fill_table_recurrent_backward(Kernels<float>& table);
void fill_table_attention(Kernels<float>& table);
void fill_table_elementwise(Kernels<float>& table);
void fill_table_limits(Kernels<float>& table);

}  // namespace rnn::core
