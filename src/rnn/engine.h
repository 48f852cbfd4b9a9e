// Why: the only header that includes both sides: the internal types, in rnn::core, and the public interface, in rnn::v1.
#pragma once

#include "io/ready_model.h"
#include "networks/session.h"
#include "rnn/rnn.h"
#include "tasks/language_model/choose.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/translate/translator.h"

// In the files of the public interface an unqualified name means the public class if there is one, else the internal one.
namespace rnn {
inline namespace v1 {

using namespace core;

// After load() the weights are packed and the row-major copy is freed: everything that takes the file only reads it.
struct Model::Core {
  ModelFile file;
  // Throws as load_model().
  static std::shared_ptr<Core> ready(ModelFile file) {
    auto core = std::make_shared<Core>(Core{std::move(file)});
    if (!core->file.about.is_object()) core->file.about = JsonValue::object();
    Pool pool(1);
    if (core->network().is_language_model()) {
      ready_language_model(core->file, pool, "");
    } else {
      ready_model(core->file, pool);
    }
    return core;
  }
  const core::Model<float>& network() const { return *file.model; }
  // Throws Error{model, "model/task"} if there is no tokenizer.
  const Tokenizer& tokenizer() const;
};

// Throws Error{usage, `code`} unless low <= value <= high.
void require_range(const char* code, const char* name, double value, double low, double high);

constexpr int kMaxStreams = 65536, kMaxThreads = 1024;

}  // namespace v1
}  // namespace rnn
