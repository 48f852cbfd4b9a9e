// Why: days, business days and months are counted by numbers; who makes a grid and who reads one count in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "series/frequency.h"

namespace rnn::core {

constexpr int64_t kNoStep = std::numeric_limits<int64_t>::min();

// The weekday (Monday to Friday) with this day since 1970, counted from Monday, 29 December 1969; kNoStep at a weekend.
int64_t business_day(int64_t day);
int64_t day_of_business(int64_t number);      // the inverse
int64_t month_number(const CivilTime& time);  // since year 0

// Units in the longest step: a hundred years, so that thousands of steps ahead are still numbers.
constexpr int64_t longest_step(GridUnit unit) {
  constexpr int64_t kLongest[] = {1000000000000000, 36525 * kDay, 36525, 26100, 1200};
  return kLongest[static_cast<size_t>(unit)];
}

}  // namespace rnn::core
