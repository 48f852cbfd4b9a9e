// Why: tests on public data sets read them in place; without them a test is skipped, except in CI, where it fails.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace rnn::core::test {

// Folder with the public data sets: RNN_DATA if set, else the one found at configure time; nullptr if it is not there.
inline const char* data_folder() {
  const char* folder = std::getenv("RNN_DATA");
  if (folder == nullptr || *folder == '\0') folder = RNN_TEST_DATA;
  struct stat entry {};
  return stat(folder, &entry) == 0 && S_ISDIR(entry.st_mode) ? folder : nullptr;
}

// "lm/x.txt" -> the path of that file. Only after RNN_NEED_DATA().
inline std::string data_path(const std::string& relative) { return std::string(data_folder()) + "/" + relative; }

// Continuous integration is recognised by CI=true (any value but empty, 0 and false).
inline bool in_ci() {
  const char* value = std::getenv("CI");
  return value != nullptr && *value != '\0' && std::strcmp(value, "0") != 0 && std::strcmp(value, "false") != 0;
}

}  // namespace rnn::core::test

// First line of a test (or SetUp) that reads public data.
#define RNN_NEED_DATA()                                                                     \
  do {                                                                                      \
    if (rnn::core::test::data_folder() == nullptr) {                                        \
      if (rnn::core::test::in_ci()) {                                                       \
        FAIL() << "public data sets not found; in CI they must be there (RNN_DATA=FOLDER)"; \
      } else {                                                                              \
        GTEST_SKIP() << "public data sets not found: set RNN_DATA=FOLDER to run this test"; \
      }                                                                                     \
    }                                                                                       \
  } while (false)
