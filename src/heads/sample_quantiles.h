// Why: what was sampled step by step has no formula; its quantiles at fixed levels stand for it.
#pragma once

#include <span>

#include "heads/family.h"

namespace rnn::core {

// No head has it: o [kSampleQuantiles], ascending, at the levels (i + 1/2) / kSampleQuantiles. Between them a straight line.
constexpr int kSampleQuantiles = 100;
extern const Family kSampled;

// What `samples`, of any number, say: out [kSampleQuantiles]. Sorts them.
void sample_quantiles(std::span<double> samples, float* out);

}  // namespace rnn::core
