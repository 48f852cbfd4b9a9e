// Why: shows that the gradient of a given model is right: backward in double precision against differences of the loss.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heads/class_sampler.h"
#include "networks/model.h"

namespace rnn::core {

struct TensorCheck {
  std::string name;
  int checked = 0;   // elements compared
  double worst = 0;  // largest |analytic - numeric| / max(|analytic|, |numeric|, floor of the tensor)
  double norm = 0;   // of the analytic gradient
  int skipped = 0;   // elements whose loss has a kink (relu) too close to measure a slope
};

struct CheckOptions {
  int per_tensor = 64;      // elements per tensor, including those with the largest gradients; the rest chosen by seed
  double step = 1e-3;       // of the difference; smaller if the loss has a kink
  double tolerance = 1e-6;  // a tensor with a larger error is wrong
  double label_smoothing = 0;
  uint64_t seed = 1;
  bool dropout = true;                    // with the same masks every time
  ActivationPenalty penalty = {};         // added to the loss
  const ClassSamples* samples = nullptr;  // for a sampled loss; null: exact loss
};

// Checks every parameter tensor of `model`, for the summed loss over `batch` from a random state. Numeric slopes come from
// four points, (f(x-2h) - 8 f(x-h) + 8 f(x+h) - f(x+2h)) / 12h, so an element costs four passes. The floor of a tensor is a
// thousandth of its largest gradient, or the accuracy that rounding leaves. If no element of a tensor can be compared, its
// worst is infinity.
std::vector<TensorCheck> check_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options);

// Its two halves: the result of backward (gradient of the summed loss), and the comparison of given gradients.
Params<double> analytic_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options);
std::vector<TensorCheck> compare_gradients(Model<double>& model, const Batch& batch, const Params<double>& grads,
                                           const CheckOptions& options);

// A copy in double precision of a float model.
std::unique_ptr<Model<double>> double_copy(const Model<float>& model);

}  // namespace rnn::core
