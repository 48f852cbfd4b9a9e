// Why: how far the program may deviate from PyTorch's float64 answer, and why. Errors are relative to the largest value
// of the tensor unless said otherwise; u = 2^-24 = 6e-8. The error of PyTorch's own float32 is printed by ./run golden.
#pragma once

namespace rnn::core::test {

// The golden value itself is rounded to float: u. A run in double may not differ by more.
constexpr double kGoldenRounding = 6e-8;

// Outputs and states of a layer in float. PyTorch: 2e-7. Ours sums in another order, with its own sigmoid and tanh (2e-7).
constexpr double kGoldenForward = 1e-6;

// Gradients of a layer. PyTorch: 3.4e-7. Errors of the forward pass add to those of the backward pass, 2 layers, 6 steps.
constexpr double kGoldenGradient = 2e-6;

// Loss of a row and gradient w.r.t. the logits. PyTorch: 1e-7. One exponential per class (2e-7) and a sum.
constexpr double kGoldenLoss = 5e-7;

// Loss and gradient norm of each of 50 updates, relative to the value itself; weights after the last one. PyTorch: 5e-7 and
// 1.7e-6. Rounding is fed back 50 times; Adam divides by the root of small second moments, so it enlarges small errors.
constexpr double kGoldenTraining = 2e-6, kGoldenWeights = 2e-6;
constexpr double kGoldenAdam = 3e-6, kGoldenAdamWeights = 5e-6;

// The same over 20 updates with layer normalisation, which divides by small deviations.
constexpr double kGoldenNorm = 5e-6;

// Translators. A score adds up the errors of encoder, bridge and decoder before the softmax.
constexpr double kGoldenAttention = 2e-6;

// The gradient w.r.t. a score is a difference of nearly equal numbers where the attention cannot choose, so the weights from
// which scores are computed have small gradients with the rounding of large ones.
constexpr double kGoldenAttentionGradient = 1e-5;

// Loss, gradient norm and weights over 50 updates of such gradients, at a learning rate of 1.
constexpr double kGoldenTranslator = 1e-5;

// PyTorch in float against the program in float, both in this very test: both errors of a forward pass and the output layer.
constexpr double kInterop = 3e-6;

}  // namespace rnn::core::test
