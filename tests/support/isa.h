// Why: a test named after an instruction set must run on it: the forced one is asserted, a missing one is skipped.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kernels/kernels.h"

namespace rnn::core::test {

// The instruction set requested by RNN_ISA; empty: the best of this machine.
inline std::string forced_isa() {
  const char* name = std::getenv("RNN_ISA");
  return name == nullptr ? "" : name;
}

// Stops the whole program before its first test if the kernels run on another instruction set than the forced one.
class ForcedIsa : public testing::Environment {
 public:
  void SetUp() override {
    const std::string forced = forced_isa();
    if (!forced.empty()) {
      ASSERT_EQ(std::string(isa_name()), forced) << "RNN_ISA is set, but the kernels chose another instruction set";
    }
  }
};

}  // namespace rnn::core::test
