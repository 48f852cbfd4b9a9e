// Why: the pairs of lines that test a network's memory come with the program; no training reads them.
#pragma once

#include <vector>

#include "inspect/early_pairs.h"

namespace rnn::core::app {

// The pairs of data/held_out; none if the file is not where this program was built or installed.
std::vector<EarlyPair> held_out_pairs();

}  // namespace rnn::core::app
