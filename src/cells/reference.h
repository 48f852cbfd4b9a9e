// Why: the cells for plain numbers: double is the reference, a dual number differentiates exactly; and the list of CellInfo.
#pragma once

#include <cmath>

#include "cells/cell.h"

namespace rnn::core::reference {

// a + b * epsilon with epsilon^2 = 0: carries the derivative along (forward-mode differentiation).
struct Dual {
  double v = 0, d = 0;
  Dual() = default;
  explicit Dual(double value, double derivative = 0) : v(value), d(derivative) {}
};
inline Dual operator+(Dual a, Dual b) { return Dual(a.v + b.v, a.d + b.d); }
inline Dual operator-(Dual a, Dual b) { return Dual(a.v - b.v, a.d - b.d); }
inline Dual operator*(Dual a, Dual b) { return Dual(a.v * b.v, a.d * b.v + a.v * b.d); }
inline Dual sigmoid(Dual x) {
  const double s = 1 / (1 + std::exp(-x.v));
  return Dual(s, x.d * s * (1 - s));
}
inline Dual tanh(Dual x) {
  const double t = std::tanh(x.v);
  return Dual(t, x.d * (1 - t * t));
}
inline Dual select_positive(Dual x, Dual yes, Dual no) { return x.v > 0 ? yes : no; }

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double tanh(double x) { return std::tanh(x); }
inline double select_positive(double x, double yes, double no) { return x > 0 ? yes : no; }

#define RNN_CELL inline
#include "cells/all.h"
#undef RNN_CELL

template <class... Cells>
constexpr std::array<const CellInfo*, sizeof...(Cells)> infos(CellTypes<Cells...>) {
  return {&Cells::info...};
}

}  // namespace rnn::core::reference

namespace rnn::core {

// Every cell's data, in the order of CellKind.
inline constexpr auto kCells = reference::infos(reference::AllCells{});

constexpr const CellInfo& cell_info(CellKind kind) { return *kCells[static_cast<size_t>(kind)]; }

}  // namespace rnn::core
