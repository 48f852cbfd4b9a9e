// Why: where the time of an update goes, phase by phase: charged by the calling thread, nothing measured when nobody asks.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

namespace rnn {

enum class Phase {
  data,              // batches
  embedding,         // lookup and its gradient
  projection,        // inputs of all steps at once: x W^T, and dx = dgates W
  recurrence,        // step after step, forward and backward
  weight_gradients,  // of the recurrent layers
  output_layer,      // logits, their gradients by hidden states, weights and bias
  loss,              // softmax, cross-entropy, squared errors
  norm,              // of the gradient, for clipping
  optimizer,         // the update, and packing the weights anew
  evaluation,        // on validation data, whatever it spends its time on
  other,             // what no scope claims
};
constexpr std::string_view kPhaseNames[] = {"data",         "embedding", "projection", "recurrence", "weight gradients",
                                            "output layer", "loss",      "norm",       "optimizer",  "evaluation",
                                            "other"};
constexpr size_t kPhases = std::size(kPhaseNames);

// Exactly one phase runs at any moment, so the seconds add up to the time between start() and stop().
class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  void start() { running_ = Phase::other, since_ = Clock::now(); }
  void stop() { enter(Phase::other); }
  // Charges the time since the last change and goes on in `phase`; returns the phase before.
  Phase enter(Phase phase) {
    const Clock::time_point now = Clock::now();
    seconds_[index(running_)] += std::chrono::duration<double>(now - since_).count();
    since_ = now;
    return std::exchange(running_, phase);
  }
  Phase running() const { return running_; }
  void add_flops(Phase phase, double flops) { flops_[index(phase)] += flops; }

  double seconds(Phase phase) const { return seconds_[index(phase)]; }
  double flops(Phase phase) const { return flops_[index(phase)]; }  // of products: 2 per multiply-add
  double total() const {
    double sum = 0;
    for (const double s : seconds_) sum += s;
    return sum;
  }

 private:
  static constexpr size_t index(Phase phase) { return static_cast<size_t>(phase); }
  std::array<double, kPhases> seconds_{}, flops_{};
  Phase running_ = Phase::other;
  Clock::time_point since_{};
};

// The block it stands in belongs to `phase`; a scope inside it takes its own time out. Without a profile: one branch.
class ProfileScope {
 public:
  ProfileScope(Profile* profile, Phase phase, double flops = 0) : profile_(profile) {
    if (!profile_) return;
    before_ = profile_->enter(phase);
    if (flops > 0) profile_->add_flops(phase, flops);
  }
  ~ProfileScope() {
    if (profile_) profile_->enter(before_);
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  Profile* profile_;
  Phase before_ = Phase::other;
};

}  // namespace rnn
