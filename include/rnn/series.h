// Why: the public series: what a forecast reads of a past that grows value by value, as a value of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"

namespace rnn {
inline namespace v1 {

// The past of one series, for a Forecaster, which makes it: the last Forecaster::context() steps in a ring, and the mean and deviation of all
// values so far. A value: a copy goes its own way. push() takes a time that depends on nothing, is noexcept and allocates nothing, so it may
// run where values arrive. One thread at a time.
class RNN_API Series {
 public:
  Series() = default;  // of no model: takes nothing
  const std::string& name() const noexcept { return name_; }
  int64_t steps() const noexcept { return steps_; }  // from its first value on

  // The next step. value: NaN where it is missing; before the first value there is nothing, so it is then left out. covariates: that
  // step's, in the order of Forecaster::covariates() without the fixed ones; a number, or the place of a category in
  // CovariateInfo::categories, any other number for none of them; NaN where it is missing. Returns false and changes nothing if there are
  // more or fewer of them, or if a number is infinite.
  bool push(double value, std::span<const double> covariates = {}) noexcept;

  // A few KB, the same on every machine; from_bytes() gives a series that goes on with the same bits. Throws Error{Exit::model,
  // "state/corrupt"} for anything else than to_bytes() writes.
  std::string to_bytes() const;
  static Series from_bytes(std::string_view bytes);
  // Bitwise equality of all that a forecast reads.
  friend RNN_API bool operator==(const Series& a, const Series& b) noexcept;

 private:
  friend class Forecaster;
  friend struct SeriesReader;
  size_t width() const noexcept { return 1 + static_cast<size_t>(columns_); }

  std::string name_;
  uint64_t model_[3] = {};  // fingerprint of its model
  int32_t context_ = 0;     // steps that the ring holds
  int32_t columns_ = 0;     // numbers beside each value
  bool logarithm_ = false;  // of value + offset_: what mean and deviation are of
  double offset_ = 0;
  int64_t steps_ = 0;
  bool dated_ = false;                         // of a model that reads the calendar
  int64_t first_ = 0;                          // where its first value is on the steps of the model
  double count_ = 0, mean_ = 0, squares_ = 0;  // of all values so far: squares_ is the sum of (value - mean)^2
  std::vector<double> fixed_;                  // covariates of the whole series; a category as its place
  std::vector<double> ring_;                   // [context, 1 + columns]: step t is in row t % context
};

}  // namespace v1
}  // namespace rnn
