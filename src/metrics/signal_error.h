// Why: how far one signal is from another, in the figures of audio: the energy of the difference by the energy of the signal.
#pragma once

#include <span>

namespace rnn::core {

// Error-to-signal ratio (Wright, Damskagg, Juvela and Valimaki 2020): sum (y - y')^2 / sum y^2, of the signals as they are and of the
// pre-emphasised ones, x[t] - a x[t-1] from x[-1] = 0. Sums in double; portions of any size give the same bits. A value.
class SignalError {
 public:
  explicit SignalError(double pre_emphasis) : a_(pre_emphasis) {}
  // The next samples; both spans have one size.
  void add(std::span<const float> signal, std::span<const float> other) {
    for (size_t i = 0; i < signal.size(); ++i) {
      const double y = signal[i], e = y - static_cast<double>(other[i]), yp = y - a_ * y_, ep = e - a_ * e_;
      signal_ += y * y, error_ += e * e, signal_emphasised_ += yp * yp, error_emphasised_ += ep * ep;
      y_ = y, e_ = e;
    }
  }
  void next_signal() { y_ = e_ = 0; }  // what follows is another pair
  double signal() const { return signal_; }
  double signal_emphasised() const { return signal_emphasised_; }
  // Of silence: NaN.
  double ratio() const { return error_ / signal_; }
  double ratio_emphasised() const { return error_emphasised_ / signal_emphasised_; }

 private:
  double a_, y_ = 0, e_ = 0;
  double signal_ = 0, error_ = 0, signal_emphasised_ = 0, error_emphasised_ = 0;
};

}  // namespace rnn::core
