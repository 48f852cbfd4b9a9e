// Why: the only header that sees both sides: the library's own types under the name engine, then the public face over them.
#pragma once

#include "io/ready_model.h"
#include "nn/session.h"
#include "tasks/choose.h"
#include "tasks/language_model.h"
#include "tasks/translator.h"

// The public Model, State, Session and Writer live in the inline namespace rnn::v1: for the linker they are other types than
// the library's own, but below rnn.h the name rnn::Model would mean either. So every header of src/ that uses such a name is
// included here, and the aliases are made while it means one thing.
namespace rnn::engine {
using rnn::Model;
using rnn::Session;
using rnn::State;
using rnn::TranslateOptions;
using rnn::Translation;
using rnn::Translator;
using rnn::Writer;
}  // namespace rnn::engine

#include "rnn/rnn.h"

namespace rnn {
inline namespace v1 {

// From load() on the weights are packed and the row-major ones freed: whatever takes the file reads it only.
struct Model::Core {
  ModelFile file;
  const engine::Model<float>& network() const { return *file.model; }
  // Throws Error{model, "model/task"} when there is no tokenizer.
  const Tokenizer& tokenizer() const;
};

// Throws Error{usage, `code`} unless low <= value <= high.
void require_range(const char* code, const char* name, double value, double low, double high);

constexpr int kMaxStreams = 65536, kMaxThreads = 1024;

}  // namespace v1
}  // namespace rnn
