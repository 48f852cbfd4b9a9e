// Why: see sequence_shape.h.
#include "tasks/sequences/stream/sequence_shape.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "networks/step_ids.h"

namespace rnn::core {

using nlohmann::json;

namespace {

json front_to_json(const LabelFront& front) {
  json out = {{"kind", kFrontNames[static_cast<size_t>(front.kind)]}, {"keep_case", front.keep_case}};
  if (!front.text.empty()) out["text"] = front.text;
  if (!front.label.empty()) out["label"] = front.label;
  if (front.kind == InputKind::words) out["affixes"] = front.affixes, out["scheme"] = front.scheme;
  if (!front.letters.empty()) out["letters"] = front.letters;
  for (const InputColumn& column : front.inputs) out["inputs"].push_back({{"name", column.name}, {"cuts", column.cuts}});
  if (front.kind == InputKind::frames)
    out["names"] = front.names, out["offset"] = front.offset, out["factor"] = front.factor;
  if (!front.id.empty()) out["id"] = front.id;
  if (!front.time.empty()) out["time"] = front.time;
  if (!front.between.empty()) out["between"] = front.between;
  if (front.threshold != LabelFront().threshold) out["threshold"] = front.threshold;
  if (front.calibrated > 0) out["temperature"] = front.temperature, out["calibrated"] = front.calibrated;
  if (front.mean != 0 || front.deviation != 1) out["mean"] = front.mean, out["deviation"] = front.deviation;
  return out;
}

LabelFront front_of_json(const json& saved) {
  LabelFront front;
  const auto name = saved.at("kind").get<std::string>();
  const auto at = std::find(std::begin(kFrontNames), std::end(kFrontNames), name);
  if (at == std::end(kFrontNames)) throw json::other_error::create(501, "an unknown front", &saved);
  front.kind = static_cast<InputKind>(at - std::begin(kFrontNames));
  front.keep_case = saved.at("keep_case");
  front.text = saved.value("text", ""), front.label = saved.value("label", "");
  front.affixes = saved.value("affixes", false), front.scheme = saved.value("scheme", "");
  front.letters = saved.value("letters", front.letters);
  for (const json& column : saved.value("inputs", json::array()))
    front.inputs.push_back({column.at("name").get<std::string>(), column.at("cuts").get<std::vector<double>>()});
  front.names = saved.value("names", front.names);
  front.offset = saved.value("offset", front.offset), front.factor = saved.value("factor", front.factor);
  front.id = saved.value("id", ""), front.time = saved.value("time", "");
  front.temperature = saved.value("temperature", 1.0), front.calibrated = saved.value("calibrated", int64_t{0});
  front.between = saved.value("between", ""), front.threshold = saved.value("threshold", front.threshold);
  front.mean = saved.value("mean", front.mean), front.deviation = saved.value("deviation", front.deviation);
  return front;
}

// Whether the parts of a front fit each other and the model.
bool fits(const SequenceShape& shape, const ModelFile& file) {
  const LabelFront& front = shape.front;
  const auto width = static_cast<size_t>(shape.width);
  const ModelConfig& config = file.model->config();
  if (shape.columns != config.columns || shape.ids_of_step() != ids_of_step(config)) return false;
  if (std::ssize(front.letters) != config.letters.vocabulary) return false;
  const std::vector<std::string>& whole = shape.whole_labels;
  if (std::ssize(whole) != config.whole_labels || !std::is_sorted(whole.begin(), whole.end())) return false;
  for (const InputColumn& column : front.inputs)
    if (!std::is_sorted(column.cuts.begin(), column.cuts.end())) return false;
  if (front.kind == InputKind::text)
    return shape.width == 0 && shape.symbols.empty() && (!file.tokenizer || file.tokenizer->size() == config.vocabulary);
  if (static_cast<int>(shape.symbols.size()) != config.vocabulary) return false;
  if (front.kind == InputKind::frames) return width > 0 && front.offset.size() == width && front.factor.size() == width;
  return front.kind != InputKind::words || shape.width == 0;
}

}  // namespace

json shape_to_json(const SequenceShape& shape) {
  json out = {{"width", shape.width}, {"symbols", shape.symbols}, {"labels", shape.labels}, {"values", shape.values}};
  if (shape.front.kind == InputKind::none) return out;
  out["front"] = front_to_json(shape.front);
  if (shape.columns > 1) out["columns"] = shape.columns;
  if (!shape.whole_labels.empty()) out["whole_labels"] = shape.whole_labels;
  if (shape.letters > 0) out["letters"] = shape.letters;
  return out;
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
    shape.columns = saved.value("columns", 1), shape.letters = saved.value("letters", 0);
    shape.whole_labels = saved.value("whole_labels", shape.whole_labels);
    shape.answers = config.answers;
    if (saved.contains("front")) shape.front = front_of_json(saved.at("front"));
  } catch (const json::exception&) {
    throw Error(Exit::model, "model/corrupt", file.path + " does not describe its inputs and outputs");
  }
  const int width = config.vocabulary > 0 ? 0 : config.rnn.input;
  if (shape.width != width || !fits(shape, file) || shape.outputs() != config.output) {
    throw Error(Exit::model, "model/corrupt", file.path + ": its symbols and labels do not fit its weights");
  }
  return shape;
}

SequenceShape shape_of_labels(const ModelFile& file, TargetForm target) {
  if (!target_form(file.model->config().task))
    throw Error(Exit::model, "model/task", file.path + " is no model of labels", "rnn info shows what it is");
  const SequenceShape shape = shape_of_model(file);
  if (shape.front.kind == InputKind::none)
    throw Error(Exit::model, "model/task", file.path + " was trained on lines of JSON, not on texts, words or sensors",
                "rnn predict labels such lines");
  if (shape.follows())
    throw Error(Exit::model, "model/task", file.path + " follows the rows of a table", "rnn predict runs it");
  const bool text = shape.front.kind == InputKind::text, words = shape.front.kind == InputKind::words;
  if ((text && (!file.tokenizer || shape.target != TargetForm::label)) || (words && shape.target != TargetForm::labels))
    throw Error(Exit::model, "model/corrupt", file.path + ": what it reads does not fit what it answers");
  if (target == TargetForm::label && !shape.whole_labels.empty()) return shape;
  if (shape.target != target)
    throw Error(Exit::model, "model/task",
                file.path + (target == TargetForm::label ? " tags every word, it does not classify"
                                                         : " classifies, it does not tag words"),
                target == TargetForm::label ? "rnn tag runs it" : "rnn classify runs it");
  return shape;
}

}  // namespace rnn::core
