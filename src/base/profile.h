// Why: where the time of an update goes, phase by phase: measured by the calling thread, and only when requested.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace rnn::core {

enum class Phase {
  data,              // batches
  embedding,         // lookup and its gradient
  input_projection,  // inputs of many steps at once: x W^T, and dx = dgates W
  recurrence,        // step by step, forward and backward
  weight_gradients,  // of the recurrent layers
  attention,         // of a decoder over the encoder's outputs, including its products
  dropout,
  output_layer,  // logits, their gradients w.r.t. hidden states, weights and bias
  loss,          // softmax, cross-entropy, squared errors
  norm,          // of the gradient, for clipping
  optimizer,     // new weights from gradients
  packing,       // copying the weights into the order of the kernels
  evaluation,    // on validation data, all of its time
  saving,        // models, checkpoints, the log
  other,         // time outside every scope
};
constexpr std::string_view kPhaseNames[] = {"data",      "embedding", "input projection", "recurrence", "weight gradients",
                                            "attention", "dropout",   "output layer",     "loss",       "norm",
                                            "optimizer", "packing",   "evaluation",       "saving",     "other"};
constexpr size_t kPhases = std::size(kPhaseNames);

// Exactly one phase runs at any moment, so the seconds add up to the time between start() and stop().
class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  void start() { running_ = Phase::other, since_ = Clock::now(); }
  void stop() { enter(Phase::other); }
  // Charges the time since the last change and continues in `phase`; returns the previous phase.
  Phase enter(Phase phase) {
    const Clock::time_point now = Clock::now();
    seconds_[index(running_)] += std::chrono::duration<double>(now - since_).count();
    since_ = now;
    return std::exchange(running_, phase);
  }
  Phase running() const { return running_; }
  // For a region that measured its own time: `seconds` of what was or will be charged to `from` belong to `to`.
  void move(Phase from, Phase to, double seconds) { seconds_[index(from)] -= seconds, seconds_[index(to)] += seconds; }
  void count() { ++calls_; }  // one more update, or other unit of measurement
  void add_flops(Phase phase, double flops) { flops_[index(phase)] += flops; }

  int64_t calls() const { return calls_; }
  double seconds(Phase phase) const { return seconds_[index(phase)]; }
  double flops(Phase phase) const { return flops_[index(phase)]; }  // of products: 2 per multiply-add
  double total() const {
    double sum = 0;
    for (const double s : seconds_) sum += s;
    return sum;
  }

  // The phases that took time.
  std::vector<Phase> largest_first() const {
    std::vector<Phase> phases;
    for (size_t i = 0; i < kPhases; ++i) {
      if (seconds_[i] > 0) phases.push_back(static_cast<Phase>(i));
    }
    std::stable_sort(phases.begin(), phases.end(), [&](Phase a, Phase b) { return seconds(a) > seconds(b); });
    return phases;
  }

 private:
  static constexpr size_t index(Phase phase) { return static_cast<size_t>(phase); }
  std::array<double, kPhases> seconds_{}, flops_{};
  int64_t calls_ = 0;
  Phase running_ = Phase::other;
  Clock::time_point since_{};
};

// The profile accounts for the time of this object's life.
class ProfileRun {
 public:
  explicit ProfileRun(Profile* profile) : profile_(profile) {
    if (profile_) profile_->start();
  }
  ~ProfileRun() {
    if (profile_) profile_->stop();
  }
  ProfileRun(const ProfileRun&) = delete;
  ProfileRun& operator=(const ProfileRun&) = delete;

 private:
  Profile* profile_;
};

// The enclosing block belongs to `phase`; a scope nested in it takes its own time out. Without a profile: one branch.
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

}  // namespace rnn::core
