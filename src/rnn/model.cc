// Why: the public handle of a loaded model: facts, tokens and text, and how well it predicts a text.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/thread_pool.h"
#include "cells/names.h"
#include "metrics/figures.h"
#include "rnn/engine.h"

namespace rnn {
inline namespace v1 {

const char* version() noexcept { return RNN_VERSION; }

void require_range(const char* code, const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(Exit::usage, code, fmt::format("{} is {}, it must be between {} and {}", name, value, low, high));
}

const Tokenizer& Model::Core::tokenizer() const {
  if (!file.tokenizer) {
    throw Error(Exit::model, "model/task", file.path + " is not a language model, it has no tokenizer",
                "its inputs are ids or frames of numbers: Session::push(ids), Session::push(frames)");
  }
  return *file.tokenizer;
}

Model Model::load(const std::string& path) { return Model(Core::ready(load_model(path))); }

Model Model::from_bytes(std::string_view bytes, const std::string& name) {
  return Model(Core::ready(parse_model(std::string(bytes), name)));
}

bool Model::is_language_model() const noexcept { return core_->network().is_language_model(); }
bool Model::translates() const noexcept { return core_->network().translates(); }
bool Model::labels_sequences() const noexcept { return core_->network().has_head() && !core_->network().writes_text(); }
int Model::vocabulary() const noexcept { return core_->network().config().vocabulary; }
int Model::inputs() const noexcept { return core_->network().reads_ids() ? 0 : core_->network().config().rnn.input; }
int Model::outputs() const noexcept { return core_->network().outputs(); }
int64_t Model::parameters() const noexcept { return static_cast<int64_t>(core_->network().table().count()); }
size_t Model::state_bytes() const noexcept { return static_cast<size_t>(core_->network().state_width()) * sizeof(float); }

ModelInfo Model::info() const {
  const ModelConfig& config = core_->network().config();
  ModelInfo info;
  info.path = core_->file.path;
  info.task = config.task;
  info.cell = cell_name(config.rnn.cell, config.rnn.flags);
  if (core_->file.tokenizer) info.tokens = core_->file.tokenizer->kind();
  info.input = config.rnn.input;
  info.hidden = config.rnn.hidden;
  info.last_hidden = config.rnn.last_hidden;
  info.layers = config.rnn.layers;
  info.projection = config.rnn.projection;
  info.bidirectional = config.rnn.bidirectional;
  info.about = core_->file.about.get().dump();
  return info;
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

std::vector<Alternative> choose(const Model& model, const std::string& context, const std::vector<std::string>& alternatives,
                                int threads) {
  require_range("session/size", "threads", threads, 0, kMaxThreads);
  Pool pool(threads);
  ChoiceQuestion question;
  question.context = context;
  question.alternatives = alternatives;
  std::vector<Alternative> scored;
  for (const ChoiceScore& s : Chooser(model.core_->file, {}, pool).score(question).scores)
    scored.push_back({s.text, s.log_prob, s.by(ChoiceRule::per_token), s.by(ChoiceRule::per_byte), s.share});
  return scored;
}

TextScore evaluate(const Model& model, const std::string& path, int threads) {
  require_range("evaluate/threads", "threads", threads, 0, kMaxThreads);
  const EvalReport report =
      evaluate_text(model.core_->file, path, {.per_line = false, .baselines = false, .threads = threads});
  return {.loss = report.model.at(figure::kLoss),
          .perplexity = report.model.at(figure::kPerplexity),
          .bits_per_byte = report.model.at(figure::kBitsPerByte),
          .tokens = report.tokens,
          .unknown = report.unknown,
          .bytes = report.bytes};
}

}  // namespace v1
}  // namespace rnn
