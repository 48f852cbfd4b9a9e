// Why: the loops of page 2 for any cell: pages 3 and 4 of the tutorial change the cell and the length, not the loops.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include "tutorial/checks.h"

namespace tutorial {

constexpr int K = 3, H = 8;  // symbols, hidden units

// A cell is one step of one unit. a: the contribution W x + b of the input to each gate, u: the contribution R h of the
// past; s, s1: state before, after. forward leaves each gate's value in a. backward gets dL/ds1, leaves dL/d(W x + b) in a
// and dL/d(R h) in u, and adds to dL/ds.

// [elman]
struct Elman {
  enum { n, gates };
  enum { h, states };
  static constexpr auto kind = core::CellKind::elman;

  static void forward(double* a, const double* u, const double*, double* s1) { s1[h] = a[n] = std::tanh(a[n] + u[n]); }

  static void backward(double* a, double* u, const double*, const double*, const double* ds1, double*) {
    a[n] = u[n] = ds1[h] * (1 - a[n] * a[n]);
  }
};
// [/elman]

// [net]
template <class Cell>
struct Net {  // also its gradient
  double W[Cell::gates][H][K], R[Cell::gates][H][H], b[Cell::gates][H], v[H], d;
};
template <class Cell>
using Flat = std::array<double, sizeof(Net<Cell>) / sizeof(double)>;

template <class Cell>
struct Step {
  double a[H][Cell::gates], u[H][Cell::gates], s[H][Cell::states], ds[H][Cell::states];
};
template <class Cell>
using Steps = std::vector<Step<Cell>>;
// [/net]

// [forward]
// steps[0] is the start of the sequence, steps[t + 1] is the step of x[t].
template <class Cell>
Steps<Cell> forward(const Net<Cell>& net, std::span<const int> x, const Step<Cell>& start = {}) {
  Steps<Cell> steps(x.size() + 1);
  steps[0] = start;
  for (size_t t = 0; t < x.size(); ++t) {
    Step<Cell>&now = steps[t + 1], &old = steps[t];
    for (int i = 0; i < H; ++i) {
      for (int g = 0; g < Cell::gates; ++g) {
        now.a[i][g] = net.W[g][i][x[t]] + net.b[g][i];
        for (int j = 0; j < H; ++j) now.u[i][g] += net.R[g][i][j] * old.s[j][Cell::h];
      }
      Cell::forward(now.a[i], now.u[i], old.s[i], now.s[i]);
    }
  }
  return steps;
}

// The answer after a step: one number.
template <class Cell>
double answer(const Net<Cell>& net, const Step<Cell>& step) {
  double y = net.d;
  for (int i = 0; i < H; ++i) y += net.v[i] * step.s[i][Cell::h];
  return y;
}
// [/forward]

// [backward]
// Gradient of L = (y - target)^2 after the last step; steps[t].ds becomes dL/ds.
template <class Cell>
Net<Cell> backward(const Net<Cell>& net, std::span<const int> x, Steps<Cell>& steps, double target) {
  Net<Cell> sum{};
  sum.d = 2 * (answer(net, steps.back()) - target);
  for (int i = 0; i < H; ++i) {
    sum.v[i] = sum.d * steps.back().s[i][Cell::h];
    steps.back().ds[i][Cell::h] = sum.d * net.v[i];
  }
  for (size_t t = x.size(); t-- > 0;) {
    Step<Cell>&now = steps[t + 1], &old = steps[t];
    for (int i = 0; i < H; ++i) {
      Cell::backward(now.a[i], now.u[i], old.s[i], now.s[i], now.ds[i], old.ds[i]);
      for (int g = 0; g < Cell::gates; ++g) {
        sum.W[g][i][x[t]] += now.a[i][g], sum.b[g][i] += now.a[i][g];
        for (int j = 0; j < H; ++j) {
          sum.R[g][i][j] += now.u[i][g] * old.s[j][Cell::h];
          old.ds[j][Cell::h] += now.u[i][g] * net.R[g][i][j];
        }
      }
    }
  }
  return sum;
}
// [/backward]

// The sequence as the library's batch, for its task "regress". weight 0: the answer is not counted.
inline core::Batch question(std::span<const int> x, double target, double weight = 1) {
  core::Batch batch = one_hot(x, K, {});
  batch.to.values = {static_cast<float>(target)}, batch.to.width = 1, batch.to.last_step = true;
  batch.to.weights = {static_cast<float>(weight)};
  return batch;
}

// The library's model with such a cell and these weights.
template <class Cell>
Library library(const Flat<Cell>& w) {
  return Library({.task = "regress", .rnn = {.cell = Cell::kind, .input = K, .hidden = H}, .output = 1}, kTensors, w);
}

}  // namespace tutorial
