// Why: in fine-tuning some layers learn slowly or not at all; which parameters a name refers to is decided here, once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nn/params.h"

namespace rnn::core {

// A run's settings for the learning rates of its layers. A name is a layer (embedding, rnn, rnn.0, output), a parameter
// (rnn.weight_hh_l0), or a pattern of either with * and ?.
struct LayerRates {
  std::string factors = {};  // "embedding=0.1,rnn.0=0.5": times the learning rate; of several that match, the last applies
  std::string freeze = {};   // "embedding,rnn.0": these do not change
  double decay = 1;          // >= 1: each layer's factor is that of the one above it divided by this (Howard and Ruder 2018)
  bool tied = false;         // the embedding is the output layer's matrix, so it counts as the top
};

// "embedding", "rnn.1" (both directions) or "output": the layer of a parameter.
std::string layer_of(const ParamUse& use);

// The factor of each parameter, 0: frozen. Throws Error{usage, "usage/layers"}: a name that matches nothing (the possible
// names are listed), a factor that is no number above 0, everything frozen.
std::vector<double> rate_factors(const LayerRates& rates, const ParamTable& table);

}  // namespace rnn::core
