// Why: training ends when the validation loss has stopped falling; the state survives a resume.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>

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

  nlohmann::json to_json() const;
  void from_json(const nlohmann::json& state);  // throws Error{model, "model/corrupt"}

 private:
  int patience_;
  int64_t stalled_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace rnn::core
