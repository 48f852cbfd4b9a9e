// Why: the public handle of a loaded model: loading, and its facts.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "rnn/running/access.h"

namespace rnn {
inline namespace v1 {

const char* version() noexcept { return RNN_VERSION; }

void require_range(const char* code, const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(Exit::usage, code,
              std::string(name) + " is " + number_text(value) + ", it must be between " + number_text(low) + " and " +
                  number_text(high));
}

Model Model::from_bytes(std::string_view bytes, const std::string& name) {
  auto core = std::make_shared<Core>(Core{parse_network(std::string(bytes), name)});
  if (open_text != nullptr) open_text(core->file);
  if (!core->file.about.is_object()) core->file.about = JsonValue::object();
  Pool pool(1);
  ready_model(core->file, pool);
  return Model(std::move(core));
}

Model Model::load(const std::string& path) {
  const std::string file = model_path(path);
  return from_bytes(read_model_bytes(file), file);
}

bool Model::is_language_model() const noexcept { return core_->network().is_language_model(); }
bool Model::translates() const noexcept { return core_->network().translates(); }
bool Model::labels_sequences() const noexcept {
  return core_->network().has_head() && !core_->network().writes_text() && !forecasts();
}
bool Model::forecasts() const noexcept { return core_->network().config().forecast.present(); }
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
  const ModelFile& file = core_->file;
  info.tokens = file.tokenizer ? file.tokenizer->kind() : file.unopened_tokenizer.text("kind");
  info.input = config.rnn.input;
  info.hidden = config.rnn.hidden;
  info.last_hidden = config.rnn.last_hidden;
  info.layers = config.rnn.layers;
  info.projection = config.rnn.projection;
  info.bidirectional = config.rnn.bidirectional;
  info.about = core_->file.about.get().dump();
  return info;
}

Threads::Threads(int count) {
  require_range("session/size", "threads", count, 0, kMaxThreads);
  core_ = std::make_shared<Core>(count);
}

int Threads::count() const noexcept { return core_->pool.size(); }

}  // namespace v1
}  // namespace rnn
