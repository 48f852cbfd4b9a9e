// Why: options and the configuration of a model say the same in two ways; both ways walk the fields of the configuration.
#pragma once

#include "networks/model_config.h"
#include "options/options.h"

namespace rnn::core {

// The recurrent stack according to the options; the task fills in input, output and encoder.
ModelConfig model_config(const ModelOptions& options);
// Dropout and noise from the options: a model may change these and remain the same model.
void regularise_by(const ModelOptions& options, ModelConfig* config);
// The options of a model's shape and regularisation, from its configuration; others are left alone.
void options_from_config(const ModelConfig& config, ModelOptions* options);

}  // namespace rnn::core
