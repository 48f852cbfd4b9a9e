// Why: which instruction sets this build compiles the kernels for: the baseline (emulated vectors), AVX2 and AVX-512; and how to name
// a function of each of them. Highway's own dispatch is never used: its state belongs to the host of the library.
#pragma once

#include "hwy/detect_targets.h"
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)

// The function `name` of each instruction set, in the order of Fillers (table.h); null where this build has none.
#define RNN_OF_EACH_ISA(name) \
  { &HWY_STATIC_DISPATCH(name), HWY_CHOOSE_AVX2(name), HWY_CHOOSE_AVX3(name) }
