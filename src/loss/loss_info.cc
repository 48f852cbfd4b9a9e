// Why: see loss_info.h.
#include "loss/loss_info.h"

#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

constexpr double kExplodedNats = 1000;  // chance over a million classes is 14 nats

}  // namespace

template <class T>
LossInfo loss_info(const Model<T>& model) {
  // Squared errors are measured in the target's own units: any finite number may be one.
  if (model.config().task == "regress")
    return {LossKind::squared_error, "squared error", std::nullopt, std::numeric_limits<double>::max()};
  LossInfo info{LossKind::cross_entropy, "nats", std::nullopt, kExplodedNats};
  if (model.has_head() && model.outputs() > 1) info.chance = std::log(static_cast<double>(model.outputs()));
  return info;
}

template LossInfo loss_info(const Model<float>&);
template LossInfo loss_info(const Model<double>&);

}  // namespace rnn::core
