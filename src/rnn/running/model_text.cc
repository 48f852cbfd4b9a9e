// Why: the public model as text: only programs that call these link a tokenizer.
#include "base/error.h"
#include "rnn/running/access.h"

namespace rnn {
inline namespace v1 {

void open_text(ModelFile& file) { open_front(file); }

ModelFile& Access::text_file(const Model& model) { return file(model); }

const Tokenizer& Model::Core::tokenizer() const {
  if (!file.tokenizer) {
    throw Error(Exit::model, "model/task", file.path + " is not a language model, it has no tokenizer",
                "its inputs are ids or frames of numbers: Session::push(ids), Session::push(frames)");
  }
  return *file.tokenizer;
}

std::vector<int32_t> Model::encode(std::string_view text) const { return core_->tokenizer().encode(text); }

std::string Model::decode(std::span<const int32_t> ids) const {
  const Tokenizer& tokenizer = core_->tokenizer();
  for (const int32_t id : ids) require_range("text/token", "a token", id, 0, tokenizer.size() - 1);
  return tokenizer.decode(ids);
}

std::string Model::token_text(int32_t id) const {
  const Tokenizer& tokenizer = core_->tokenizer();
  require_range("text/token", "a token", id, 0, tokenizer.size() - 1);
  return tokenizer.piece(id);
}

int32_t Model::unknown_token() const noexcept { return core_->file.tokenizer ? core_->file.tokenizer->unknown_id() : -1; }
int32_t Model::newline_token() const noexcept { return core_->file.tokenizer ? core_->file.tokenizer->newline_id() : -1; }

}  // namespace v1
}  // namespace rnn
