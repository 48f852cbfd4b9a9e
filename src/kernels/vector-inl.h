// Why: the number type that cells see inside a kernel: one vector of units. Included once per instruction set.
#if defined(RNN_KERNELS_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_VECTOR_INL_H_
#undef RNN_KERNELS_VECTOR_INL_H_
#else
#define RNN_KERNELS_VECTOR_INL_H_
#endif

#include <cstring>

#include "cells/cell.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using Vec = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

HWY_INLINE Vec load(const float* p) { return hn::LoadU(D(), p); }
HWY_INLINE void store(Vec v, float* p) { hn::StoreU(v, D(), p); }
HWY_INLINE Vec set(float x) { return hn::Set(D(), x); }
HWY_INLINE Vec zero() { return hn::Zero(D()); }

// The first `count` of L lanes; the others are zero or stay untouched. Never touches memory behind them.
HWY_INLINE Vec load_part(const float* p, int count) {
  if (HWY_LIKELY(count >= kLanes)) return load(p);
  HWY_ALIGN float lanes[kLanes] = {};
  for (int i = 0; i < count; ++i) lanes[i] = p[i];
  return hn::Load(D(), lanes);
}
HWY_INLINE void store_part(Vec v, float* p, int count) {
  if (HWY_LIKELY(count >= kLanes)) return store(v, p);
  HWY_ALIGN float lanes[kLanes];
  hn::Store(v, D(), lanes);
  for (int i = 0; i < count; ++i) p[i] = lanes[i];
}

// What Min and Max made of x, NaN where x is NaN. Of NaN and a number x86 takes the second operand, the emulation the number.
HWY_INLINE Vec keep_nan(Vec x, Vec result) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  (void)x;
  return result;
#else
  return hn::IfThenElse(hn::Eq(x, x), result, x);
#endif
}

// e^x for x in [-87, 88] (clamped): Cody and Waite reduction, degree-5 polynomial of Cephes expf (Moshier); max relative error
// 1.2e-7. NaN stays NaN.
HWY_INLINE Vec exp_vector(Vec from) {
  const D d;
  const hn::RebindToSigned<D> di;
  Vec x = hn::Min(set(88.0f), hn::Max(set(-87.0f), from));
  // Adding 1.5 * 2^23 rounds to an integer; with 127 more, the low bits of the sum are the exponent field of 2^n.
  const Vec magic = set(12582912.0f + 127.0f);
  const Vec rounded = hn::MulAdd(x, set(1.44269504088896341f), magic), n = hn::Sub(rounded, magic);
  const Vec scale = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(di, rounded)));
  x = hn::NegMulAdd(n, set(0.693359375f), x);
  x = hn::NegMulAdd(n, set(-2.12194440e-4f), x);
  Vec p = set(1.9875691500e-4f);
  p = hn::MulAdd(p, x, set(1.3981999507e-3f));
  p = hn::MulAdd(p, x, set(8.3334519073e-3f));
  p = hn::MulAdd(p, x, set(4.1665795894e-2f));
  p = hn::MulAdd(p, x, set(1.6666665459e-1f));
  p = hn::MulAdd(p, x, set(5.0000001201e-1f));
  p = hn::Add(hn::MulAdd(p, hn::Mul(x, x), x), set(1.0f));
  return keep_nan(from, hn::Mul(p, scale));
}

// 1 / x for x in [1, 2^127]. AVX-512 defines its estimate to the last bit on every maker's chip, so one Newton step keeps
// results portable (error 1 ulp); elsewhere estimates differ between makers, so divide.
HWY_INLINE Vec reciprocal(Vec x) {
#if HWY_TARGET == HWY_AVX3
  const Vec y = hn::ApproximateReciprocal(x);
  return hn::MulAdd(y, hn::NegMulAdd(x, y, set(1.0f)), y);
#else
  return hn::Div(set(1.0f), x);
#endif
}

HWY_INLINE Vec sigmoid_vector(Vec x) { return reciprocal(hn::Add(set(1.0f), exp_vector(hn::Neg(x)))); }

// tanh: near zero (|x| < 0.625) the odd polynomial of Cephes tanhf (Moshier), elsewhere 1 - 2 / (e^2|x| + 1) with the sign of x;
// max relative error 2e-7.
HWY_INLINE Vec tanh_vector(Vec x) {
  const Vec size = hn::Abs(x), z = hn::Mul(x, x);
  Vec p = set(-5.70498872745e-3f);
  p = hn::MulAdd(p, z, set(2.06390887954e-2f));
  p = hn::MulAdd(p, z, set(-5.37397155531e-2f));
  p = hn::MulAdd(p, z, set(1.33314422036e-1f));
  p = hn::MulAdd(p, z, set(-3.33332819422e-1f));
  const Vec near = hn::MulAdd(hn::Mul(p, z), x, x);
  const Vec e = exp_vector(hn::Add(size, size));
  const Vec far = hn::CopySign(hn::NegMulAdd(set(2.0f), reciprocal(hn::Add(e, set(1.0f))), set(1.0f)), x);
  return hn::IfThenElse(hn::Lt(size, set(0.625f)), near, far);
}

// What a cell computes with.
struct Lane {
  Vec v;
  Lane() = default;
  HWY_INLINE explicit Lane(Vec value) : v(value) {}
  HWY_INLINE explicit Lane(int constant) : v(hn::Set(D(), static_cast<float>(constant))) {}
};
HWY_INLINE Lane operator+(Lane a, Lane b) { return Lane(hn::Add(a.v, b.v)); }
HWY_INLINE Lane operator-(Lane a, Lane b) { return Lane(hn::Sub(a.v, b.v)); }
HWY_INLINE Lane operator*(Lane a, Lane b) { return Lane(hn::Mul(a.v, b.v)); }
HWY_INLINE Lane sigmoid(Lane x) { return Lane(sigmoid_vector(x.v)); }
HWY_INLINE Lane tanh(Lane x) { return Lane(tanh_vector(x.v)); }
HWY_INLINE Lane select_positive(Lane x, Lane yes, Lane no) {
  return Lane(hn::IfThenElse(hn::Gt(x.v, hn::Zero(D())), yes.v, no.v));
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
