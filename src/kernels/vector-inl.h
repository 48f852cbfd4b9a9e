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
namespace rnn::core {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using Vec = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

HWY_INLINE Vec load(const float* p) { return hn::LoadU(D(), p); }
HWY_INLINE void store(Vec v, float* p) { hn::StoreU(v, D(), p); }
HWY_INLINE Vec set(float x) { return hn::Set(D(), x); }
HWY_INLINE Vec zero() { return hn::Zero(D()); }

// The first `count` of L lanes; the others are zero or stay untouched. Never touches memory beyond them.
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

// Sum of the lanes in a fixed order.
HWY_INLINE float sum_lanes(Vec v) {
  HWY_ALIGN float lanes[kLanes];
  hn::Store(v, D(), lanes);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

// The result of Min and Max for x, but NaN where x is NaN. Of NaN and a number x86 takes the second operand, the emulation
// the number.
HWY_INLINE Vec keep_nan(Vec x, Vec result) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  (void)x;
  return result;
#else
  return hn::IfThenElse(hn::Eq(x, x), result, x);
#endif
}

// x = n ln 2 + r with n whole and |r| <= ln 2 / 2 (Cody and Waite 1980), for |x| <= 88. `power` has the bits of 2^n above
// bit 23.
struct Reduced {
  Vec n, r;
  hn::Vec<hn::RebindToSigned<D>> power;
};
HWY_INLINE Reduced reduce(Vec x) {
  // Adding 1.5 * 2^23 rounds to a whole number; with 127 more, the low bits of the sum are the exponent field of 2^n.
  const Vec magic = set(12582912.0f + 127.0f), rounded = hn::MulAdd(x, set(1.44269504088896341f), magic);
  const Vec n = hn::Sub(rounded, magic);
  const Vec r = hn::NegMulAdd(n, set(-2.12194440e-4f), hn::NegMulAdd(n, set(0.693359375f), x));
  return {n, r, hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), rounded))};
}

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: minimax fit of degree 4; max relative error of e^r 4e-9 before rounding.
HWY_INLINE Vec exp_rest(Vec r) {
  Vec p = set(1.381459879e-3f);
  p = hn::MulAdd(p, r, set(8.368716575e-3f));
  p = hn::MulAdd(p, r, set(4.166838899e-2f));
  p = hn::MulAdd(p, r, set(1.666652113e-1f));
  return hn::MulAdd(p, r, set(4.999999404e-1f));
}

// e^x for x in [-87, 88] (clamped); max relative error 1.2e-7. NaN stays NaN.
HWY_INLINE Vec exp_vector(Vec x) {
  const Reduced e = reduce(hn::Min(set(88.0f), hn::Max(set(-87.0f), x)));
  const Vec p = hn::MulAdd(hn::MulAdd(exp_rest(e.r), e.r, set(1.0f)), e.r, set(1.0f));
  return keep_nan(x, hn::Mul(p, hn::BitCast(D(), e.power)));
}

// 1 / x for x in [1, 2^127]. AVX-512 defines its estimate to the last bit for every vendor's chip, so one Newton step keeps
// results portable (error 1 ulp); elsewhere estimates differ between vendors, so divide.
HWY_INLINE Vec reciprocal(Vec x) {
#if HWY_TARGET == HWY_AVX3
  const Vec y = hn::ApproximateReciprocal(x);
  return hn::MulAdd(y, hn::NegMulAdd(x, y, set(1.0f)), y);
#else
  return hn::Div(set(1.0f), x);
#endif
}

HWY_INLINE Vec sigmoid_vector(Vec x) { return reciprocal(hn::Add(set(1.0f), exp_vector(hn::Neg(x)))); }

// tanh = e / (e + 2) with e = e^2x - 1, computed so that small x lose no accuracy; max relative error 2e-7. NaN stays NaN.
HWY_INLINE Vec tanh_vector(Vec x) {
  const Vec clamped = hn::Min(set(9.1f), hn::Max(set(-9.1f), x));
  const Reduced half = reduce(hn::Add(clamped, clamped));
  const Vec power = hn::BitCast(D(), half.power);
  const Vec p = hn::MulAdd(exp_rest(half.r), hn::Mul(half.r, half.r), half.r);  // e^r - 1
  const Vec e = hn::MulAdd(power, p, hn::Sub(power, set(1.0f)));
  return keep_nan(x, hn::Mul(e, reciprocal(hn::Add(e, set(2.0f)))));
}

// The number type that a cell computes with.
struct Lane {
  Vec v;
  Lane() = default;
  HWY_INLINE explicit Lane(Vec value) : v(value) {}
  HWY_INLINE explicit Lane(int constant) : v(hn::Set(D(), static_cast<float>(constant))) {}
  HWY_INLINE explicit Lane(double constant) : v(hn::Set(D(), static_cast<float>(constant))) {}
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
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
