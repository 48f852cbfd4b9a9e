// Why: several labels at once are measured in their own way: all labels together, each alone, and against the threshold from which one is
// given.
#pragma once

#include <span>
#include <vector>

#include "tasks/sequences/evaluate_labels.h"

namespace rnn::core {

// Figures of the model and of the rows. examples: of `test`, encoded; loss: of the model on them. The model is packed.
void measure_several(ModelFile& file, const RawSet& test, const std::vector<SequenceExample>& examples,
                     const LabelData* training, double loss, Pool& pool, LabelReport& report);

// The threshold that gives the best micro-F1 on these examples. The model is packed.
double best_threshold(ModelFile& file, std::span<const SequenceExample> examples, Pool& pool);

}  // namespace rnn::core
