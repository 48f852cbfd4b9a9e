// Why: every test program ends the same way, and a program that tested nothing never counts as passed.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>

namespace rnn::core::test {

constexpr int kSkipped = 77;  // shown as skipped by ctest and the shell scripts

// Runs the tests. 0: passed; 1: one failed, or none was selected; kSkipped: none failed and every one was skipped.
inline int run_all() {
  const int failed = RUN_ALL_TESTS();
  const testing::UnitTest& unit = *testing::UnitTest::GetInstance();
  if (failed != 0 || !unit.Passed()) return 1;
  if (unit.test_to_run_count() == 0) {
    std::fputs("no test was run: a filter that matches nothing, or a program without tests\n", stderr);
    return 1;
  }
  return unit.successful_test_count() == 0 && unit.skipped_test_count() > 0 ? kSkipped : 0;
}

}  // namespace rnn::core::test
