// Why: a test of denormal numbers must enable them in the calling thread and restore its mode afterwards.
#pragma once

#include <xmmintrin.h>

namespace rnn::core::test {

// While it lives, the calling thread computes with denormal numbers, as a plain program does.
class KeepDenormals {
 public:
  KeepDenormals() : mode_(_mm_getcsr()) { _mm_setcsr(mode_ & ~kFlush); }
  ~KeepDenormals() { _mm_setcsr(mode_); }
  KeepDenormals(const KeepDenormals&) = delete;
  KeepDenormals& operator=(const KeepDenormals&) = delete;
  bool kept() const { return (_mm_getcsr() & kFlush) == 0; }  // nobody changed the mode behind our back

 private:
  static constexpr unsigned kFlush = 0x8040;  // flush to zero, denormals are zero
  unsigned mode_;
};

}  // namespace rnn::core::test
