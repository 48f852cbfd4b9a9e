// Why: the visible list of networks: a new one is a file and a line in list.cc.
#pragma once

#include <memory>

#include "networks/model_config.h"
#include "networks/network.h"

namespace rnn::core {

// The network that a configuration asks for (ModelConfig::network()). Registers its parameters.
template <class T>
std::unique_ptr<Network<T>> make_network(const ModelConfig& config, ParamTable& table, Packed<T>& packed);

}  // namespace rnn::core
