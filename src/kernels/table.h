// Why: how the sources that are compiled per instruction set add their functions to the tables.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"

namespace rnn::core {

// "emulated", "avx2", "avx512" for a target of the vector library.
const char* target_name(int64_t target);

// What fills one part of the table of an instruction set: emulated, AVX2, AVX-512; null where this build has none.
using Fillers = std::array<void (*)(Kernels<float>& table), 3>;
Fillers fillers_of_product();
Fillers fillers_of_recurrent_forward();
Fillers fillers_of_recurrent_backward();
Fillers fillers_of_attention();
Fillers fillers_of_elementwise();
Fillers fillers_of_limits();

// The parts that this program has: all of them (parts.cc), or those that running a model takes (running/parts.cc, for rnn::runtime),
// which leaves the functions of the others null.
std::vector<Fillers> parts_of_kernels();

}  // namespace rnn::core
