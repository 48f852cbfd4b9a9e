// Why: compiles elementwise-inl.h once per instruction set and fills that part of each table.
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernels/elementwise-inl.h"
#include "kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {
inline void fill_elementwise(Kernels<float>& table) {
  table.tanh = &tanh_rows;
  table.log_softmax = &log_softmax;
  table.softmax_cross_entropy = &softmax_cross_entropy;
  table.sum_squares = &sum_squares;
  table.sgd = &sgd;
  table.adam = &adam;
  table.rms = &rms;
}
}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rnn::core {
Fillers fillers_of_elementwise() { return {RNN_OF_EACH_ISA(fill_elementwise)}; }
}  // namespace rnn::core
#endif
