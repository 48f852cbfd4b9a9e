// Why: training ends when the validation loss has stopped falling; the state survives a resume.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {

// Counts consecutive evaluations that did not improve on the best. A value type, for one thread.
class EarlyStopping {
 public:
  explicit EarlyStopping(int patience) : patience_(patience) {}  // 0 or less: never stops

  // Takes the validation loss; returns whether it is the best so far. NaN and infinity never are.
  bool improved(double loss) {
    if (loss < best_) {
      best_ = loss;
      stalled_ = 0;
      return true;
    }
    ++stalled_;
    return false;
  }
  bool stop() const { return patience_ > 0 && stalled_ >= patience_; }
  int64_t stalled() const { return stalled_; }  // evaluations since the best one
  double best() const { return best_; }         // infinite before the first

  nlohmann::json to_json() const {
    nlohmann::json state = {{"stalled", stalled_}};
    if (std::isfinite(best_)) state["best"] = best_;
    return state;
  }
  // Throws Error{model, "model/corrupt"}.
  void from_json(const nlohmann::json& state) {
    const auto stalled = state.find("stalled"), best = state.find("best");
    if (stalled == state.end() || !stalled->is_number_integer() || *stalled < 0 ||
        (best != state.end() && !best->is_number()))
      throw Error(Exit::model, "model/corrupt", "the state of early stopping is not valid: " + state.dump());
    stalled_ = stalled->get<int64_t>();
    best_ = best == state.end() ? std::numeric_limits<double>::infinity() : best->get<double>();
  }

 private:
  int patience_;
  int64_t stalled_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace rnn::core
