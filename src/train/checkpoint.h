// Why: a stopped run resumes exactly: weights, moments, schedule, position in the data and carried state in one file.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "io/model_file.h"
#include "train/trainer.h"

namespace rnn::core {

// Writes a checkpoint, completely or not at all: a model file that also contains everything the next update depends on.
// `request`: what the caller needs to build the same run again.
void save_checkpoint(const std::string& path, const Model<float>& model, const Tokenizer* tokenizer,
                     const nlohmann::json& about, Trainer& trainer, const nlohmann::json& request);

// Brings a trainer that was built from the same options and data to the state of the checkpoint. `file` was loaded from it.
// Throws Error{model, "model/corrupt"} if they do not match.
void restore_checkpoint(const ModelFile& file, Trainer& trainer);

}  // namespace rnn::core
