// Why: a corpus may have thousands of bad files: the first ones are named, the others counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"

namespace rnn::core {

// Findings by code: five of a code are kept, the rest becomes one finding that counts them.
class ClipFindings {
 public:
  static constexpr int64_t kNamed = 5;

  void add(Finding finding);
  int64_t count(const std::string& code) const;
  // The first of this code, or nullptr.
  const Finding* first(const std::string& code) const;
  // In the order in which their codes first occurred.
  std::vector<Finding> list() const;

 private:
  struct Kind {
    std::vector<Finding> named;
    int64_t count = 0;
  };
  std::vector<std::string> order_;
  std::map<std::string, Kind> kinds_;
};

}  // namespace rnn::core
