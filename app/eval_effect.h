// Why: rnn eval of an audio effect: how near it comes to the real one, beside the simplest ways.
#pragma once

#include <string>
#include <vector>

#include "io/model_file.h"

namespace rnn::core::app {

// Prints the table or one JSON object; returns the ESR.
double eval_effect(ModelFile file, const std::vector<std::string>& paths, bool as_json);

}  // namespace rnn::core::app
