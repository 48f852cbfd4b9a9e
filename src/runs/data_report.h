// Why: what a task says about data before it is trained on: facts, and faults with their places.
#pragma once

#include <functional>
#include <optional>
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
  bool whole = true;             // false: reading stopped at the error among the findings
  std::optional<Error> refusal;  // with what rnn train refuses the data, although nothing in it is wrong

  // Calls `what`; an Error of it becomes the refusal.
  void attempt(const std::function<void()>& what);
};

// The report of data whose reading failed with `error`: an error of its content is its only finding. Anything else is thrown on, also that
// there is nothing to read or nothing in it.
DataReport report_of_failure(const Error& error);

}  // namespace rnn::core
