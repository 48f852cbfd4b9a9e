// Why: the bits of CPUID and of XCR0, as Intel's and AMD's manuals number them.
#include "kernels/processor.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#include <initializer_list>
#endif

namespace rnn::core {

#if defined(__x86_64__) || defined(__i386__)
namespace {

// Whether `bits` of the word have all of these.
bool all_of(unsigned word, std::initializer_list<int> bits) {
  for (const int bit : bits) {
    if (!(word >> bit & 1)) return false;
  }
  return true;
}

// Which registers the operating system saves; CPUID says that XGETBV is there.
unsigned saved_registers() {
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

}  // namespace

Processor this_processor() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr int kOsSaves = 27;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !all_of(c, {kOsSaves})) return {};
  const unsigned saved = saved_registers();
  // PCLMULQDQ, SSSE3, FMA, SSE4.1, SSE4.2, AES, AVX, F16C; XMM and YMM.
  bool avx2 = all_of(c, {1, 9, 12, 19, 20, 25, 28, 29}) && all_of(saved, {1, 2});
  avx2 = avx2 && __get_cpuid(0x80000001, &a, &b, &c, &d) && all_of(c, {5});                 // LZCNT
  avx2 = avx2 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && all_of(b, {3, 5, 8});           // BMI1, AVX2, BMI2
  const bool avx512 = avx2 && all_of(b, {16, 17, 28, 30, 31}) && all_of(saved, {5, 6, 7});  // F, DQ, CD, BW, VL; masks, ZMM
  return {avx2, avx512};
}
#else
Processor this_processor() { return {}; }
#endif

}  // namespace rnn::core
