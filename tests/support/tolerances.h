// Why: the only table of tolerances: how far a result may be from the reference, and why exactly that far.
// u = 2^-24: half a unit in the last place of 1 in float.
#pragma once

namespace rnn::core::test {

// Dual numbers and the adjoint round the same formulas differently: some 1e-16 per operation, tens of operations.
constexpr double kDual = 1e-12;

// Central differences, step 1e-5: truncation step^2 / 6 * f''' (1e-11) and rounding 1e-16 / 1e-5 * loss (about 1e-9).
// Floor: the rounding that remains where there is hardly any gradient (two numbers under layer normalisation are always -1
// and 1).
constexpr double kFiniteDifferenceStep = 1e-5, kFiniteDifference = 1e-6, kFiniteDifferenceFloor = 1e-10;

// Dot product of n terms summed in one chain: at most (n + 2) u times the sum of |terms| (Higham 2002, section 3.1).
constexpr double kDotPerTerm = 5.97e-8;

constexpr double kDoublePerTerm = 2.3e-16;  // the same in double; the expected value is summed in double too

// sigmoid, tanh, e^x of a vector, relative to the exact value. Measured over 300,000 arguments: tanh 1.85e-7 (3.1 u),
// sigmoid 1.47e-7 (2.5 u), e^x / (1 + e^x) 1.82e-7 (3 u): a few roundings each.
constexpr double kLaneTanh = 2e-7, kLaneSigmoid = 2e-7, kLaneExp = 2e-7;

// Recurrent kernels in float against double, relative to the largest value of the tensor. A dot product of 70 terms rounds
// by a few u, steps add up. Measured on all shapes and instruction sets: 8 u forward, 19 u backward; four times that.
constexpr double kRecurrentForward = 2e-6, kRecurrentBackward = 5e-6;

// The same with layer normalisation, from 7 units on: it divides by deviations of 0.1 and less, and rounding with them.
// Measured: 5e-6 forward, 9e-6 backward.
constexpr double kNormForward = 1e-5, kNormBackward = 3e-5;

// One function implemented in two ways, numbers of at most 1: terms with weight zero, and sums of some ten terms in another
// order.
constexpr double kTwoWays = 1e-6, kDoubleTwoWays = 1e-12;

// Softmax cross-entropy, per weight. Loss: relative error of a float sum of up to 10,000 exponentials in 1 to 16 chains
// (measured 1e-6). Gradient: a probability near 1 carries two roundings (measured 1.2e-7).
constexpr double kSoftmaxLoss = 2e-6, kSoftmaxGradient = 4e-7;
constexpr double kDoubleSoftmax = 1e-13;  // 10,000 additions of 1e-16, half of them against each other

// Five optimizer steps: each rounds a weight near 1 once (u) and its update a few times (measured 2.3e-7).
constexpr double kStep = 5e-7, kDoubleStep = 1e-14;

// Sum of squares: chains of 64 to 1024 numbers in float, joined in double (measured 5.8e-7 with chains of 1024).
constexpr double kSumSquares = 1.5e-6;

}  // namespace rnn::core::test
