// Why: what early stopping has seen, in a checkpoint and out of it.
#include "train/early_stopping.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {

nlohmann::json EarlyStopping::to_json() const {
  nlohmann::json state = {{"stalled", stalled_}};
  if (std::isfinite(best_)) state["best"] = best_;
  return state;
}

void EarlyStopping::from_json(const nlohmann::json& state) {
  const auto stalled = state.find("stalled"), best = state.find("best");
  if (stalled == state.end() || !stalled->is_number_integer() || *stalled < 0 || (best != state.end() && !best->is_number()))
    throw Error(Exit::model, "model/corrupt", "the state of early stopping is not valid: " + state.dump());
  stalled_ = stalled->get<int64_t>();
  best_ = best == state.end() ? std::numeric_limits<double>::infinity() : best->get<double>();
}

}  // namespace rnn::core
