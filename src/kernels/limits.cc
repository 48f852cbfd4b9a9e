// Why: compiles limits-inl.h once per instruction set and fills that part of each table.
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/limits.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernels/limits-inl.h"
#include "kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {
inline void fill_limits(Kernels<float>& table) {
  table.fma_loop = &fma_loop;
  table.read_loop = &read_loop;
}
}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rnn::core {
Fillers fillers_of_limits() { return {RNN_OF_EACH_ISA(fill_limits)}; }
}  // namespace rnn::core
#endif
