// Why: the mean of the weights of several models with a common origin is a model, often better than each of them.
#pragma once

#include <string>
#include <vector>

#include "io/model_file.h"

namespace rnn::core {

struct AveragedModels {
  ModelFile file;  // its path is empty; about lists the models it is made of and has no metrics
  struct Part {
    std::string path;
    double weight = 0;
    double distance = 0;  // ||weights - mean|| / ||mean||: near 0 for models of one origin, about 1 for unrelated ones
  };
  std::vector<Part> parts;
};

// Each weight is the sum of shares[i] times that of model i, in double precision and in the order of the models. Empty
// `shares`: all equal. `paths`: run folders or model files, including checkpoints; all of one architecture, with the same
// tokens or labels. `command` is recorded in the file. Throws Error{usage, "average/shares"} unless there is a share >= 0
// for each model and they sum to 1, "average/models" for fewer than two models; Error{model}: "average/config",
// "average/tokens", "average/labels", "average/mode", each naming the first difference, "model/nan", and what load_model()
// throws.
AveragedModels average_models(const std::vector<std::string>& paths, const std::vector<double>& shares,
                              const std::string& command);

}  // namespace rnn::core
