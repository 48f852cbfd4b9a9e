// Why: labels on a scale: a near miss is better than a far one, and these figures say by how much.
#pragma once

#include <cstdint>

#include "metrics/label_scores.h"

namespace rnn::core {

// How far answers are from the right place, on average, in steps of the scale (the order of the labels).
double steps_off(const LabelScores& scores);
// Agreement beyond chance with squared distances as weights (Cohen 1968, "Weighted kappa"): 1 - sum w O / sum w E; E: of two who answer
// independently with the same shares. 0 where all are the same place.
double quadratic_kappa(const LabelScores& scores);

}  // namespace rnn::core
