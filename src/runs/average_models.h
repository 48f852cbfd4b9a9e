// Why: the mean of the weights of several models of one origin is a model, often a better one than each.
#pragma once

#include <string>
#include <vector>

#include "io/model_file.h"

namespace rnn::core {

struct AveragedModels {
  ModelFile file;  // its path is empty; about says which models it is made of and has no metrics
  struct Part {
    std::string path;
    double weight = 0;
    double distance = 0;  // ||weights - mean|| / ||mean||: near 0 for models of one origin, about 1 for strangers
  };
  std::vector<Part> parts;
};

// Each weight is the sum of shares[i] times that of model i, in double precision and in their order. Empty `shares`: all the same.
// `paths`: run folders or model files, checkpoints too; all of one architecture, with the same tokens or labels. `command` goes into
// the file. Throws Error{usage, "average/shares"} unless there is a share >= 0 for each and they sum to 1, "average/models" for fewer
// than two models; Error{model}: "average/config", "average/tokens", "average/labels", "average/mode" naming the first difference,
// "model/nan", and what load_model throws.
AveragedModels average_models(const std::vector<std::string>& paths, const std::vector<double>& shares,
                              const std::string& command);

}  // namespace rnn::core
