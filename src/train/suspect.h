// Why: who is told that training diverged wants to know where to look.
#pragma once

#include <string>

#include "nn/params.h"

namespace rnn::core {

// "the weights of rnn.weight_hh_l0 contain NaN or infinity": the first tensor that does, else the one with the largest weight.
std::string suspect_tensor(const ParamTable& table, const Params<float>& weights, const Params<float>& grads);

}  // namespace rnn::core
