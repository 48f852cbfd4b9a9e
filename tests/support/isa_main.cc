// Why: main() of the test programs that ctest runs once per instruction set (kernels, cells, golden).
#include <cstdio>

#include "support/isa.h"
#include "support/runner.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string forced = rnn::core::test::forced_isa();
  constexpr const char* kKnown[] = {"emulated", "avx2", "avx512"};
  bool known = forced.empty();
  for (const char* name : kKnown) known = known || forced == name;
  if (!known) {
    std::fprintf(stderr, "RNN_ISA=%s is unknown: emulated, avx2 or avx512\n", forced.c_str());
    return 1;
  }
  if (!forced.empty() && !rnn::core::isa_supported(forced)) {
    std::fprintf(stderr, "skipped: this machine has no %s\n", forced.c_str());
    return rnn::core::test::kSkipped;
  }
  testing::AddGlobalTestEnvironment(new rnn::core::test::ForcedIsa);  // owned by GoogleTest
  return rnn::core::test::run_all(argc, argv);
}
