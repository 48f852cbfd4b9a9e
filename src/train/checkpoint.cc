// Why: names and order of the contents of a checkpoint; writing and reading are next to each other.
#include "train/checkpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "io/safetensors.h"

namespace rnn::core {
namespace {

using nlohmann::json;

std::string_view bytes_of(const float* data, size_t count) {
  return {reinterpret_cast<const char*>(data), count * sizeof(float)};
}

void read_floats(const Safetensors& file, const std::string& name, float* out, size_t count) {
  const std::vector<float> values = file.floats(name);
  if (values.size() != count) {
    throw Error(Exit::model, "model/corrupt",
                file.path() + ": '" + name + "' has " + std::to_string(values.size()) + " numbers, expected " +
                    std::to_string(count),
                "the checkpoint belongs to another run or to other options");
  }
  std::copy(values.begin(), values.end(), out);
}

State<float> read_carried(const Safetensors& file, int width) {
  const std::string name = "checkpoint.carried";
  const std::vector<int64_t>& shape = file.shape(name);
  const bool fits = shape.size() == 2 && shape[0] >= 0 && shape[0] <= (1 << 24) && (shape[0] == 0 || shape[1] == width);
  if (!fits) {
    throw Error(Exit::model, "model/corrupt",
                file.path() + ": the carried state does not fit the model, whose state has " + std::to_string(width) +
                    " numbers per stream",
                "the checkpoint belongs to another run");
  }
  State<float> state(static_cast<int>(shape[0]), width);
  if (state.rows() > 0) read_floats(file, name, state.row(0), static_cast<size_t>(state.rows()) * width);
  return state;
}

// All arrays of the size of the weights that the next update depends on.
std::vector<std::pair<std::string, Params<float>*>> slabs_of(Trainer& trainer) {
  auto slabs = trainer.optimizer().slabs();
  if (trainer.average().active()) slabs.emplace_back("mean", &trainer.average().mean());
  return slabs;
}

}  // namespace

void save_checkpoint(const std::string& path, const Model<float>& model, const Tokenizer* tokenizer, const json& about,
                     Trainer& trainer, const json& request) {
  const TrainProgress& p = trainer.progress();
  SafetensorsWriter writer;
  add_model(writer, model, tokenizer, about);
  for (auto& [name, slab] : slabs_of(trainer)) {
    writer.add_view("checkpoint." + name, "F32", {static_cast<int64_t>(slab->size())}, bytes_of(slab->data(), slab->size()));
  }
  const State<float>& carried = trainer.carried();
  writer.add("checkpoint.carried", "F32", {carried.rows(), carried.width()}, carried.bytes());
  const json state = {{"update", p.update},
                      {"epoch", p.epoch},
                      {"position", p.position},
                      {"seconds", p.seconds},
                      {"tokens", p.tokens},
                      {"loss_sum", p.loss_sum},
                      {"loss_weight", p.loss_weight},
                      {"evaluated", p.evaluated},
                      {"looked", p.looked},
                      {"best_update", p.best_update},
                      {"best_epoch", p.best_epoch},
                      {"best_loss", p.best_loss},
                      {"finished", p.finished},
                      {"optimizer_steps", trainer.optimizer().steps()},
                      {"average", trainer.average().to_json()},
                      {"schedule", trainer.schedule().to_json()},
                      {"early_stopping", trainer.early_stopping().to_json()},
                      {"request", request}};
  writer.set_metadata("rnn.checkpoint", state.dump(-1, ' ', false, json::error_handler_t::replace));
  writer.write(path);
}

void restore_checkpoint(const ModelFile& file, Trainer& trainer) {
  const Safetensors tensors = Safetensors::parse(read_file(file.path), file.path);
  const json& state = file.checkpoint;
  try {
    TrainProgress& p = trainer.progress();
    p.update = state.at("update");
    p.epoch = state.at("epoch");
    p.position = state.at("position");
    p.seconds = state.at("seconds");
    p.tokens = state.at("tokens");
    p.loss_sum = state.at("loss_sum");
    p.loss_weight = state.at("loss_weight");
    p.evaluated = state.at("evaluated");
    p.looked = state.at("looked");
    p.best_update = state.at("best_update");
    p.best_epoch = state.at("best_epoch");
    p.best_loss = state.at("best_loss");
    trainer.optimizer().set_steps(state.at("optimizer_steps"));
    if (state.contains("average")) trainer.average().from_json(state.at("average"));  // earlier versions have none
    trainer.schedule().from_json(state.at("schedule"));
    trainer.early_stopping().from_json(state.at("early_stopping"));
  } catch (const json::exception&) {
    throw Error(Exit::model, "model/corrupt", file.path + ": the checkpoint's state is incomplete");
  }
  std::vector<std::string> used = {"checkpoint.carried"};
  for (auto& [name, slab] : slabs_of(trainer)) {
    used.push_back("checkpoint." + name);
    read_floats(tensors, used.back(), slab->data(), slab->size());
  }
  for (const auto& name : tensors.names()) {
    if (name.starts_with("checkpoint.") && std::find(used.begin(), used.end(), name) == used.end()) {
      throw Error(Exit::model, "model/corrupt", file.path + ": '" + name + "' does not belong to this run's optimizer",
                  "resume with the optimizer that the run started with");
    }
  }
  trainer.carried() = read_carried(tensors, trainer.model().state_width());
  trainer.seek();
}

}  // namespace rnn::core
