// Why: a stopped run goes on exactly: weights, moments, schedule, cursor and carried memory in one file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "io/model_file.h"
#include "train/trainer.h"

namespace rnn::core {

// Writes a checkpoint, whole or not at all: a model file that also holds what the next update depends on. `request`: what the
// caller needs to build the same run again.
void save_checkpoint(const std::string& path, const Model<float>& model, const Tokenizer* tokenizer,
                     const nlohmann::json& about, Trainer& trainer, const nlohmann::json& request);

// Brings a trainer that was built from the same options and data to where the checkpoint was written. `file` was loaded from
// `path`. Throws Error{model, "model/corrupt"} when they do not fit.
void restore_checkpoint(const ModelFile& file, Trainer& trainer);

}  // namespace rnn::core
