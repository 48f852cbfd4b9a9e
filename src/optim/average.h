// Why: the mean of the weights over many updates predicts better than the last weights; its state is small and saved.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nn/params.h"

namespace rnn::core {

enum class AverageKind { off, asgd, nt_asgd, ema };

// "off", "asgd", "nt-asgd" or "ema"; anything else is Error{usage, "options/average"}.
AverageKind average_kind(const std::string& name);

struct AverageOptions {
  AverageKind kind = AverageKind::off;
  double ema_decay = 0.999;  // [0, 1)
  int nonmono = 5;           // nt-asgd: evaluations
};

// The mean of the weights:
//   asgd     of all updates (Polyak and Juditsky 1992), with the weights of torch.optim.ASGD: update k moves it by
//            1 / max(1, k - 1)
//   nt-asgd  the same, starting at the evaluation whose loss is worse than the best of those at least `nonmono` evaluations
//            earlier (the non-monotone trigger of Merity, Keskar and Socher 2018)
//   ema      exponential: update k moves it by 1 - min(decay, (1 + k) / (10 + k)), as Marian does
// A value; one thread at a time.
class WeightAverage {
 public:
  WeightAverage(const AverageOptions& options, const ParamTable& table);

  // Whether updates are averaged.
  bool active() const { return active_; }
  // Whether there is a mean.
  bool ready() const { return active_ && updates_ > 0; }
  // How far the next update moves the mean: 1 the first time.
  double next_rate();
  Params<float>& mean() { return mean_; }
  // Reports the validation loss of an evaluation; returns true when this started the averaging.
  bool evaluated(double loss);

  // What next_rate() and evaluated() have changed; mean() is stored separately. from_json throws Error{model,
  // "model/corrupt"}.
  nlohmann::json to_json() const;
  void from_json(const nlohmann::json& state);

 private:
  void start();

  AverageOptions options_;
  const ParamTable* table_;
  bool active_ = false;
  int64_t updates_ = 0;
  std::vector<double> losses_;
  Params<float> mean_;  // empty until it is active
};

}  // namespace rnn::core
