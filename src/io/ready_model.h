// Why: every use of a trained model begins with the same checks and keeps its weights in memory only once.
#pragma once

#include "io/model_file.h"

namespace rnn::core {

// The model of `file`, ready to run: packed, its row-major weights freed (params() is empty afterwards; a model that is
// ready stays as it is). Throws Error{model}: "model/task" if it is not a language model, with `instead` as help;
// "model/nan" naming a tensor with NaN or infinity.
const Model<float>& ready_language_model(ModelFile& file, Pool& pool, const std::string& instead);

// The same for any model.
const Model<float>& ready_model(ModelFile& file, Pool& pool);

// The same for a translator.
const Model<float>& ready_translator(ModelFile& file, Pool& pool);

// Whether it was trained on sentences, each from the zero state.
bool reads_sentences(const ModelFile& file);
// The id at which the memory of a text begins anew: the end of a line for a model that reads sentences, else -1.
int32_t fresh_token(const ModelFile& file);

// Throws Error{model, "model/nan"} as above. `path` is for the message.
void require_finite(const Model<float>& model, const std::string& path);

}  // namespace rnn::core
