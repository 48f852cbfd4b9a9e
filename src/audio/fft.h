// Why: the Fourier transform of real signals as a value; kissfft's plans are raw memory.
#pragma once

#include <complex>
#include <memory>
#include <span>

struct kiss_fftr_state;

namespace rnn::core {

// Transforms of `size` real numbers, an even number >= 2. Not for two threads at once.
class RealFft {
 public:
  enum class Way { forward, inverse };
  explicit RealFft(int size, Way way = Way::forward);
  RealFft(const RealFft& other) : RealFft(other.size_, other.way_) {}
  RealFft& operator=(const RealFft& other);
  RealFft(RealFft&&) noexcept = default;
  RealFft& operator=(RealFft&&) noexcept = default;

  int size() const { return size_; }
  void forward(std::span<const float> in, std::span<std::complex<float>> out);  // [size], [size/2 + 1]
  void inverse(std::span<const std::complex<float>> in, std::span<float> out);  // times `size`

 private:
  struct Free {
    void operator()(kiss_fftr_state* plan) const;
  };
  int size_;
  Way way_;
  std::unique_ptr<kiss_fftr_state, Free> plan_;
};

}  // namespace rnn::core
