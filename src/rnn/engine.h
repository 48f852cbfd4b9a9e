// Why: the only header that sees both sides: the library's own types, in rnn::core, and the public face over them, in rnn::v1.
#pragma once

#include "io/ready_model.h"
#include "networks/session.h"
#include "rnn/rnn.h"
#include "tasks/choose.h"
#include "tasks/language_model.h"
#include "tasks/translator.h"

// In the files of the public face a plain name means the public class where there is one, else the library's own.
namespace rnn {
inline namespace v1 {

using namespace core;

// From load() on the weights are packed and the row-major ones freed: whatever takes the file reads it only.
struct Model::Core {
  ModelFile file;
  const core::Model<float>& network() const { return *file.model; }
  // Throws Error{model, "model/task"} when there is no tokenizer.
  const Tokenizer& tokenizer() const;
};

// Throws Error{usage, `code`} unless low <= value <= high.
void require_range(const char* code, const char* name, double value, double low, double high);

constexpr int kMaxStreams = 65536, kMaxThreads = 1024;

}  // namespace v1
}  // namespace rnn
