// Why: a head of forecasts is a family: what its numbers say of one value, the loss of that value, and what can be read from them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rnn::core {

// The most numbers that a head has for one value.
constexpr int kMostNumbers = 128;

// What is said of one value: P outputs of a head.
struct Said {
  const double* o = nullptr;            // [P]
  double scale = 1;                     // Targets::scales of its row, above 0; counts only
  std::span<const double> levels = {};  // ascending, in (0, 1); quantiles only
};

// Plain functions and data: heads and distributions go by the same equations.
struct Family {
  std::string_view name;          // in the list of heads
  std::string_view unit;          // of the loss
  double exploded;                // HeadInfo
  int (*numbers)(size_t levels);  // P
  // The loss of y, a number; d [P] unless null: its gradient w.r.t. the outputs, assigned. Null: the head has a loop of its own.
  double (*loss)(const Said& said, double y, double* d);
  // The value that y does not exceed with probability `level`, in (0, 1): never lower for a higher level. Of a head that says a
  // single number: that number.
  double (*quantile)(const Said& said, double level);
  double (*mean)(const Said& said);
  // A sample, from two uniform numbers in (0, 1); null: the quantile at u.
  double (*draw)(const Said& said, double u, double v) = nullptr;
};

// Deviations are at least this: targets have about the size of 1, and a constant series must not be worth infinitely many nats.
constexpr double kLeastDeviation = 1e-4;

// Heads of a single number.
inline int one_number(size_t) { return 1; }
inline double point_quantile(const Said& said, double) { return said.o[0]; }
inline double point_mean(const Said& said) { return said.o[0]; }

}  // namespace rnn::core
