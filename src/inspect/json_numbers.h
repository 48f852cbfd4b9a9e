// Why: all numbers of explanations are written to JSON in the same way: floats short, non-finite numbers as null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace rnn::core {

// The value of the float's shortest decimal text: 0.1, not 0.10000000149011612.
double decimal_of(float value);
// Non-finite numbers become null; a float is written as decimal_of(value).
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_number(float value);
// What is not there becomes null.
nlohmann::ordered_json json_number(std::optional<double> value);
// For values that are never negative and -1 where they are not defined, which becomes null.
nlohmann::ordered_json json_defined(double value);

}  // namespace rnn::core
