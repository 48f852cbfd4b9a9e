// Why: what a loss means: its unit, what a model that knows nothing has, and from where on it is a failure, for trainer and doctor.
#pragma once

#include <optional>
#include <string_view>

#include "networks/model.h"

namespace rnn::core {

enum class LossKind { cross_entropy, squared_error };

struct LossInfo {
  LossKind kind = LossKind::cross_entropy;
  std::string_view unit;         // of the mean loss: "nats"
  std::optional<double> chance;  // of giving every answer the same probability; none where it depends on the data
  double exploded = 0;           // a mean loss above this is an explosion: no training recovers from it
};

template <class T>
LossInfo loss_info(const Model<T>& model);

}  // namespace rnn::core
