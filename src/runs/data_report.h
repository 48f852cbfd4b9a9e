// Why: what a task says about data before it is trained on: facts, and faults with their places.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json_value.h"
#include "data/inputs/text_files.h"

namespace rnn::core {

struct DataReport {
  std::vector<std::pair<std::string, std::string>> lines;  // key and text, for people
  JsonValue facts = JsonValue::object();                   // the same for programs
  std::vector<Finding> findings;
  bool whole = true;  // false: reading stopped at the error among the findings
};

// The report of data whose reading failed with `error`: an error of its content is its only finding. Anything else is thrown on, also that
// there is nothing to read.
DataReport report_of_failure(const Error& error);

}  // namespace rnn::core
