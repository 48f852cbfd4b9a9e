// Why: compiles attention-inl.h once per instruction set and fills that part of each table.
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernels/attention-inl.h"
#include "kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {
inline void fill_attention(Kernels<float>& table) {
  table.attention_forward = &attention_forward;
  table.attention_backward = &attention_backward;
}
}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rnn::core {
Fillers fillers_of_attention() { return {RNN_OF_EACH_ISA(fill_attention)}; }
}  // namespace rnn::core
#endif
