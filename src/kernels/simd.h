// Why: which instruction sets this build compiles the kernels for: the baseline (emulated vectors), AVX2 and AVX-512.
#pragma once

#include "hwy/detect_targets.h"
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
