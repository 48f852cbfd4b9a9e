// Why: every use of a trained language model begins with the same checks and holds its weights once.
#pragma once

#include "io/model_file.h"

namespace rnn::core {

// The model of `file`, ready to run: packed, its row-major weights freed (params() is empty afterwards; what is ready already
// stays as it is). Throws Error{model}: "model/task" when it is not a language model, `instead` saying what to do then;
// "model/nan" naming the tensor that holds a number that is none.
const Model<float>& ready_language_model(ModelFile& file, Pool& pool, const std::string& instead);

// The same of a translator.
const Model<float>& ready_translator(ModelFile& file, Pool& pool);

// Whether it was trained on sentences, each from the zero state.
bool reads_sentences(const ModelFile& file);

// Throws Error{model, "model/nan"} as above. `path` is for the message.
void require_finite(const Model<float>& model, const std::string& path);

}  // namespace rnn::core
