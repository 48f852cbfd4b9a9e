// Why: every test program ends the same way, and a program that tested nothing never counts as passed.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace rnn::core::test {

constexpr int kSkipped = 77;  // shown as skipped by ctest and the shell scripts

// A GoogleTest filter for all tests of `file`, a path below tests/ ("base/pool_test.cc"); empty if there are none.
inline std::string filter_of_file(const std::string& file) {
  const std::string ending = "/" + file;
  const testing::UnitTest& unit = *testing::UnitTest::GetInstance();
  std::string filter;
  for (int s = 0; s < unit.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *unit.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      const testing::TestInfo& test = *suite.GetTestInfo(t);
      const std::string_view path = test.file();
      if (path.size() < ending.size() || path.substr(path.size() - ending.size()) != ending) continue;
      filter += std::string(filter.empty() ? "" : ":") + suite.name() + "." + test.name();
    }
  }
  return filter;
}

// --file=PATH selects the tests of one source file. Called after InitGoogleTest, which removes GoogleTest's own arguments.
// False: the arguments are wrong, and standard error says why.
inline bool select_tests(int argc, char** argv) {
  constexpr std::string_view kFile = "--file=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.substr(0, kFile.size()) != kFile) {
      std::fprintf(stderr, "unknown argument '%s': --file=ROOM/NAME_test.cc, or one of GoogleTest (--help)\n", argv[i]);
      return false;
    }
    if (GTEST_FLAG_GET(filter) != "*") {
      std::fprintf(stderr, "'%s' excludes --gtest_filter and a second --file\n", argv[i]);
      return false;
    }
    const std::string filter = filter_of_file(std::string(argument.substr(kFile.size())));
    if (filter.empty()) {
      std::fprintf(stderr, "no test was run: this program has none of '%s'\n", argv[i]);
      return false;
    }
    GTEST_FLAG_SET(filter, filter);
  }
  return true;
}

// Runs the tests. 0: passed; 1: one failed, or none was selected; kSkipped: none failed and every one was skipped.
inline int run_all(int argc, char** argv) {
  if (!select_tests(argc, argv)) return 1;
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
