// Why: what is left of a training run is guessed from its recent speed, so that one slow second changes nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rnn::core {

// All times in seconds. A value type, for one thread.
class TimeLeft {
 public:
  TimeLeft() = default;
  explicit TimeLeft(int64_t done) : done_(done) {}

  // `done` updates since the run began, `now` since this session did.
  void updated(double now, int64_t done) {
    const double spent = now - now_ - evaluating_;
    if (done > done_ && spent > 0) {
      recent_[seen_++ % recent_.size()] = spent / static_cast<double>(done - done_);
      training_ += spent;
    }
    now_ = now, done_ = done, evaluating_ = 0;
  }
  // An evaluation took so long; those to come are expected to take the same share.
  void evaluated(double seconds) { evaluating_ += seconds, evaluations_ += seconds; }

  // For `updates` more; 0 before the first call of updated().
  double left(double updates) const {
    if (seen_ == 0) return 0;
    std::array<double, kRecent> sorted = recent_;
    const auto end = sorted.begin() + static_cast<ptrdiff_t>(std::min(seen_, kRecent));
    const auto middle = sorted.begin() + (end - sorted.begin()) / 2;
    std::nth_element(sorted.begin(), middle, end);
    return std::max(0.0, updates) * *middle * (1 + evaluations_ / training_);
  }

 private:
  static constexpr size_t kRecent = 25;

  std::array<double, kRecent> recent_{};  // seconds of an update, between two calls of updated()
  size_t seen_ = 0;
  double now_ = 0, training_ = 0, evaluating_ = 0, evaluations_ = 0;
  int64_t done_ = 0;
};

}  // namespace rnn::core
