// Why: how labels are shared out, for the plan of a run and for rnn data check.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/sequences.h"

namespace rnn::core {

// Labels and how often each occurs.
using LabelCounts = std::vector<std::pair<int64_t, std::string>>;
// "3 labels: good 50.0%, bad 30.0%, mixed 20.0%", the most frequent first; of many the first few.
std::string frequent_text(LabelCounts counts);

// "3 labels: good 50.0%, bad 30.0%, mixed 20.0%", the most frequent first, of a scale in its order; "a number, 3 ± 2; ..." of numbers.
std::string labels_text(const SequenceShape& shape, std::span<const SequenceExample> training);
// The same of the labels of whole sequences beside tags.
std::string wholes_text(const SequenceShape& shape, std::span<const SequenceExample> training);

}  // namespace rnn::core
