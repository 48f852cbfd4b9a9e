// Why: a unit may be said to stand for something only if it tells unseen lines apart.
#pragma once

#include <optional>
#include <span>

#include "inspect/reading.h"

namespace rnn::core {

constexpr double kTellingAuc = 0.9;  // below this nothing is said of a unit

// `text`: lines that the network has not been trained on. Labels are kinds of words (inspect/substitutes.h) that occur in a
// line, the value is that of the unit after its last word. Unit and kind are chosen on the first half of the lines and
// measured on the second. Empty: the best one is below kTellingAuc there, or there are too few lines or no words.
std::optional<UnitMeaning> unit_meaning(const Model<float>& model, const Tokenizer& tokenizer, const Reading& text);

// The chance that a value of `with` is above one of `without`, equal ones counting half.
double area_under_curve(std::span<const double> with, std::span<const double> without);

}  // namespace rnn::core
