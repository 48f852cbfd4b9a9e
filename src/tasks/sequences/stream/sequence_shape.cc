// Why: see sequence_shape.h.
#include "tasks/sequences/stream/sequence_shape.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {

using nlohmann::json;

json shape_to_json(const SequenceShape& shape) {
  return {{"width", shape.width}, {"symbols", shape.symbols}, {"labels", shape.labels}, {"values", shape.values}};
}

SequenceShape shape_of_model(const ModelFile& file) {
  const ModelConfig& config = file.model->config();
  SequenceShape shape;
  const std::optional<TargetForm> target = target_form(config.task);
  if (target) shape.target = *target;
  if (!target)
    throw Error(Exit::model, "model/task", file.path + " is not a model of sequences", "rnn info shows what it is");
  try {
    const json& saved = file.about.at("sequences");
    shape.width = saved.at("width");
    shape.symbols = saved.at("symbols").get<std::vector<std::string>>();
    shape.labels = saved.at("labels").get<std::vector<std::string>>();
    shape.values = saved.at("values");
  } catch (const json::exception&) {
    throw Error(Exit::model, "model/corrupt", file.path + " does not describe its inputs and outputs");
  }
  const int width = config.vocabulary > 0 ? 0 : config.rnn.input;
  if (shape.width != width || static_cast<int>(shape.symbols.size()) != config.vocabulary ||
      shape.outputs() != config.output) {
    throw Error(Exit::model, "model/corrupt", file.path + ": its symbols and labels do not fit its weights");
  }
  return shape;
}

}  // namespace rnn::core
