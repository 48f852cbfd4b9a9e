// Why: what counting says of several labels at once: the rows beside a model that gives any number of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tasks/sequences/label_data.h"

namespace rnn::core {

struct SeveralRow {
  std::string name;
  std::vector<std::vector<int32_t>> given;  // [examples]: indexes of SequenceShape::labels
  std::optional<double> loss;               // nats per label, where it is defined
};
// Always the labels that at least half of the training examples have, or else the most frequent one. With training data also, of texts,
// naive Bayes with a yes or no for every label, of series the labels of the nearest one (label_rows.h). examples: of `test`, encoded.
std::vector<SeveralRow> several_rows(const LabelData* training, const RawSet& test,
                                     const std::vector<SequenceExample>& examples, const SequenceShape& shape);

}  // namespace rnn::core
