// Why: numbers of explanations are written as JSON in one way: floats short, null for what is no number.
#pragma once

#include <nlohmann/json.hpp>

namespace rnn::core {

// What the shortest decimal text of a float reads as: 0.1, not 0.10000000149011612.
double decimal_of(float value);
// Non-finite numbers become null; a float is written as decimal_of() has it.
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_number(float value);

}  // namespace rnn::core
