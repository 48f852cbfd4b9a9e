// Why: a value of a sensor is read in the same way from every file.
#pragma once

#include <optional>
#include <string_view>

namespace rnn::core {

// A finite number; NaN for one that is missing (empty, ?, NaN); none for anything else.
std::optional<float> sensor_value(std::string_view cell);

}  // namespace rnn::core
