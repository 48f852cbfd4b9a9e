// Why: the alphabets of a model of sequences travel in its file, so that whoever has the file can read new sequences with it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "data/sequences.h"
#include "io/model_file.h"

namespace rnn::core {

// {"symbols": [...], "labels": [...], "width": n} for the `about` of a model file, and back. Throws Error{model,
// "model/corrupt"} if they do not fit the model.
nlohmann::json shape_to_json(const SequenceShape& shape);
SequenceShape shape_of_model(const ModelFile& file);
// Of a model of texts, words or sensors that answers to this target: one label for an input also of taggers that label sentences, too. Throws Error{model, "model/task"} for any other, and as above.
SequenceShape shape_of_labels(const ModelFile& file, TargetForm target);

}  // namespace rnn::core
