// Why: the learning rate is a pure function of the update, the epoch and a small saved state: resuming cannot change it.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rnn::core {

enum class ScheduleKind { constant, stall, decay, cosine, steps };

// "constant", "stall", "decay", "cosine" or "steps"; anything else is Error{usage, "options/schedule"} that lists them.
ScheduleKind schedule_kind(const std::string& name);
const char* schedule_name(ScheduleKind kind);

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  double lr = 1;                   // > 0: the full rate
  double min_lr = 0;               // [0, lr]: no schedule goes below
  double decay = 0.5;              // (0, 1]: the factor of stall, decay and steps
  int decay_from = 4;              // >= 0: decay starts after this many epochs
  std::vector<int> decay_at = {};  // steps: the epochs after which it decays, ascending
  int64_t warmup = 0;              // updates of linear increase to the full rate, before any kind
  int64_t total_updates = 0;       // cosine: where it ends; includes the warm-up
};

// The learning rate of each update:
//   constant  lr
//   stall     lr * decay^s, s = evaluations so far that did not improve on the best
//   decay     lr * decay^max(0, epoch - decay_from)   (Zaremba, Sutskever and Vinyals 2014)
//   cosine    min_lr + (lr - min_lr) (1 + cos(pi p)) / 2, p = share of updates since warm-up (Loshchilov and Hutter 2017)
//   steps     lr * decay^s, s = epochs of decay_at that are over
// A value; one thread at a time.
class Schedule {
 public:
  // Error{usage, "options/..."} for an impossible option.
  explicit Schedule(const ScheduleOptions& options);

  // update counts from 0 over the whole run, epoch from 1.
  double rate(int64_t update, int64_t epoch) const;

  // Reports the validation loss; returns true when this lowered the rate (stall only). NaN and infinity never improve.
  bool evaluated(double loss);

  const ScheduleOptions& options() const { return options_; }

  // What evaluated() has changed; the options are not part of it. from_json throws Error{model, "model/corrupt"}.
  nlohmann::json to_json() const;
  void from_json(const nlohmann::json& state);

 private:
  ScheduleOptions options_;
  int64_t stalls_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace rnn::core
