// Why: the weights are checked once, when a model is loaded.
#include "io/ready_model.h"

#include <cmath>

#include "base/error.h"

namespace rnn::core {

void require_finite(const Model<float>& model, const std::string& path) {
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id) {
    const ParamInfo& info = model.table()[id];
    const std::span<const float> values = model.params().values(id);
    for (size_t i = 0; i < info.size(); ++i) {
      if (std::isfinite(values[i])) continue;
      throw Error(Exit::model, "model/nan",
                  path + ": tensor '" + info.name + "' contains " + (std::isnan(values[i]) ? "NaN" : "infinity") +
                      " at row " + std::to_string(i / info.cols) + ", column " + std::to_string(i % info.cols),
                  "training diverged or the file is damaged: train again with a lower --lr, or use another checkpoint");
    }
  }
}

bool reads_sentences(const ModelFile& file) { return file.about.text("mode") == "sentence"; }
int32_t fresh_token(const ModelFile& file) { return reads_sentences(file) ? file.tokenizer->newline_id() : -1; }

namespace {

[[noreturn]] void wrong_task(const ModelFile& file, const char* wanted, const std::string& instead) {
  throw Error(Exit::model, "model/task",
              file.path +
                  (file.model->has_head() ? " is a model for the task " + file.model->config().task
                                          : " is only a recurrent network") +
                  ", not a " + wanted,
              instead);
}

}  // namespace

const Model<float>& ready_model(ModelFile& file, Pool& pool) {
  if (file.model->params().size() > 0) {
    require_finite(*file.model, file.path);
    file.model->pack(pool, false);
    file.model->drop_params();
  }
  return *file.model;
}

const Model<float>& ready_language_model(ModelFile& file, Pool& pool, const std::string& instead) {
  if (!file.tokenizer || !file.model->is_language_model()) wrong_task(file, "language model", instead);
  return ready_model(file, pool);
}

const Model<float>& ready_translator(ModelFile& file, Pool& pool) {
  if (!file.tokenizer || !file.model->translates()) wrong_task(file, "translator", "rnn info shows what it is");
  return ready_model(file, pool);
}

}  // namespace rnn::core
