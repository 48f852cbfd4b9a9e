// Why: compiles gemm-inl.h, outer-inl.h and pack-inl.h once per instruction set and fills that part of each table.
#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/product.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernels/gemm-inl.h"
#include "kernels/outer-inl.h"
#include "kernels/pack-inl.h"
#include "kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {
inline void fill_product(Kernels<float>& table) {
  table.name = target_name(HWY_TARGET);
  table.lanes = kLanes;
  table.gemm = &gemm;
  table.pack = &pack;
  table.pack_rows = &pack_rows;
  table.pack_vector = &pack_vector;
  table.outer = &outer;
}
}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rnn::core {
Fillers fillers_of_product() { return {RNN_OF_EACH_ISA(fill_product)}; }
}  // namespace rnn::core
#endif
