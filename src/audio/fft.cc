// Why: the only file that sees kissfft.
#include "audio/fft.h"

#include <kiss_fftr.h>

#include <cassert>
#include <new>
#include <utility>

namespace rnn::core {

static_assert(sizeof(kiss_fft_cpx) == sizeof(std::complex<float>) && sizeof(kiss_fft_scalar) == sizeof(float));

void RealFft::Free::operator()(kiss_fftr_state* plan) const { kiss_fftr_free(plan); }

RealFft::RealFft(int size, Way way)
    : size_(size), way_(way), plan_(kiss_fftr_alloc(size, way == Way::inverse ? 1 : 0, nullptr, nullptr)) {
  if (!plan_) throw std::bad_alloc();
}

RealFft& RealFft::operator=(const RealFft& other) {
  if (this != &other) *this = RealFft(other);
  return *this;
}

void RealFft::forward(std::span<const float> in, std::span<std::complex<float>> out) {
  assert(way_ == Way::forward && std::cmp_equal(in.size(), size_) && std::cmp_equal(out.size(), size_ / 2 + 1));
  kiss_fftr(plan_.get(), in.data(), reinterpret_cast<kiss_fft_cpx*>(out.data()));
}

void RealFft::inverse(std::span<const std::complex<float>> in, std::span<float> out) {
  assert(way_ == Way::inverse && std::cmp_equal(out.size(), size_) && std::cmp_equal(in.size(), size_ / 2 + 1));
  kiss_fftri(plan_.get(), reinterpret_cast<const kiss_fft_cpx*>(in.data()), out.data());
}

}  // namespace rnn::core
