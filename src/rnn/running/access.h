// Why: the only header that includes both sides: the internal types, in rnn::core, and the public interface, in rnn::v1.
#pragma once

#include "base/thread_pool.h"
#include "io/ready_model.h"
#include "rnn/model.h"
#include "rnn/threads.h"

// In the files of the public interface an unqualified name means the public class if there is one, else the internal one.
namespace rnn {
inline namespace v1 {

using namespace core;

// After load() the weights are packed and the row-major copy is freed: everything that takes the file only reads it.
struct Model::Core {
  ModelFile file;
  const core::Model<float>& network() const { return *file.model; }
  // Throws Error{model, "model/task"} if there is no tokenizer.
  const Tokenizer& tokenizer() const;
};

struct Threads::Core {
  explicit Core(int count) : pool(count) {}
  Pool pool;
};

// What the handles hold.
struct Access {
  static auto& core(const Model& model) { return *model.core_; }
  static ModelFile& file(const Model& model) { return model.core_->file; }
  // The same for who uses text: defined beside open_text(), so that whoever calls it has that, too.
  static ModelFile& text_file(const Model& model);
  static Pool& pool(const Threads& threads) { return threads.core_->pool; }
};

// Throws Error{usage, `code`} unless low <= value <= high.
void require_range(const char* code, const char* name, double value, double low, double high);

// Reads the tokenizer of a model file. Weak: a program that uses no text has no such function, and links no tokenizer (rnn::runtime).
// What uses text calls Access::text_file().
__attribute__((weak)) void open_text(ModelFile& file);

constexpr int kMaxStreams = 65536, kMaxThreads = 1024;

}  // namespace v1
}  // namespace rnn
