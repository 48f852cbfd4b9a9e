// Why: proof that the gradient of this very model is right: backward in double against central differences of the loss.
#pragma once

#include <string>
#include <vector>

#include "nn/model.h"

namespace rnn {

struct TensorCheck {
  std::string name;
  int checked = 0;        // elements compared
  double worst = 0;       // largest |analytic - numeric| / max(|analytic|, |numeric|, floor of the tensor)
  double norm = 0;        // of the analytic gradient
};

struct CheckOptions {
  int per_tensor = 64;        // elements per tensor, chosen by seed; those with the largest gradients among them
  double step = 1e-5;         // of the central difference
  double tolerance = 1e-6;    // a tensor above it is wrong
  double label_smoothing = 0;
  uint64_t seed = 1;
  bool dropout = true;        // with the masks replayed
};

// Loss over `batch` from the zero state (and from a random state when `carried`), every parameter tensor of `model`.
std::vector<TensorCheck> check_gradients(Model<double>& model, const Batch& batch, const CheckOptions& options);

// A double copy of a float model's weights.
std::unique_ptr<Model<double>> double_copy(const Model<float>& model);

}  // namespace rnn
