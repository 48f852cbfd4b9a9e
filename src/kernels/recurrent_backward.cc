// Why: compiles recurrent_backward-inl.h and recurrent_unit-inl.h once per instruction set and fills that part of each table.
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/recurrent_backward.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernels/recurrent_backward-inl.h"
#include "kernels/recurrent_unit-inl.h"
#include "kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {
inline void fill_recurrent_backward(Kernels<float>& table) {
  table.recurrent_backward = &recurrent_backward;
  table.unit_gradient = &unit_gradient;
  table.column_sums = &column_sums;
}
}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rnn::core {
Fillers fillers_of_recurrent_backward() { return {RNN_OF_EACH_ISA(fill_recurrent_backward)}; }
}  // namespace rnn::core
#endif
