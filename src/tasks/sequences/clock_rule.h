// Why: much of what happens follows the clock: what a rule that looks at nothing else says is the row that a network has to beat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/labels/raw_labels.h"

namespace rnn::core {

// The most frequent label, or the mean of the numbers, that the training rows of the same time of the week had: of the same hour; hour and
// weekday; or hour, apart on working days and at weekends. Which of the three is chosen on the training days, each left out in turn, the
// first of equal ones. A time that training does not have is answered by its hour, else by all rows.
struct ClockRule {
  std::string name;                              // "clock rule, hour and weekday"
  std::vector<std::vector<std::string>> labels;  // [series][rows] of `test`, or
  std::vector<std::vector<float>> values;
};
// None: there are no stamps.
std::optional<ClockRule> clock_rule(const RawSet& train, const RawSet& test);

}  // namespace rnn::core
