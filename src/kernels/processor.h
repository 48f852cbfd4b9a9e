// Why: what this processor runs is asked of itself: Highway's own answer depends on what the host of the library has told Highway, and
// asking Highway changes what it runs for the host.
#pragma once

namespace rnn::core {

// With all that the kernels of an instruction set are compiled for, and with the consent of the operating system, which must save
// these registers.
struct Processor {
  bool avx2 = false;    // and BMI, FMA, F16C, LZCNT, PCLMUL, AES
  bool avx512 = false;  // F, CD, VL, DQ, BW, and all of avx2
};
Processor this_processor();

}  // namespace rnn::core
