// Why: how many ids a step of a model of symbols has, in one place: its columns, and the letters of its word after them.
#pragma once

#include "networks/model_config.h"

namespace rnn::core {

inline int ids_of_step(const ModelConfig& c) { return c.columns + (c.letters.present() ? c.letters.longest : 0); }

}  // namespace rnn::core
