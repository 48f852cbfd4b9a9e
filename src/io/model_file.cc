// Why: model files are read strictly: every tensor is used, every shape is checked, nothing is guessed silently.
#include "io/model_file.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/numbers.h"
#include "cells/reference.h"
#include "io/json_tree.h"
#include "io/safetensors.h"

namespace rnn::core {
namespace {

using nlohmann::json;

[[noreturn]] void bad(const std::string& code, const std::string& message, const std::string& help = {}) {
  throw Error(Exit::model, code, message, help);
}

std::vector<int64_t> shape_of(const ParamInfo& info) {
  if (info.vector) return {info.cols};
  return {info.rows, info.cols};
}

std::string text_of(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t n : shape) text += (text.empty() ? "" : "x") + std::to_string(n);
  return text.empty() ? "scalar" : text;
}

// Throws unless the file has the tensors of `table` and no others.
void compare_tensors(const Safetensors& file, const std::string& prefix, bool checkpoint, CellKind cell,
                     const ParamTable& table) {
  for (const ParamInfo& info : table.all()) {
    const std::string name = prefix + info.name;
    if (!file.contains(name))
      bad("model/tensor", file.path() + " has no tensor '" + name + "'", "the file is incomplete; save it again");
    if (file.shape(name) != shape_of(info)) {
      bad("model/shape",
          "[" + std::string(cell_info(cell).name) + "] tensor '" + name + "' is " + text_of(file.shape(name)) +
              ", expected " + text_of(shape_of(info)),
          "the file's configuration does not match its weights");
    }
  }
  for (const auto& name : file.names()) {
    if (checkpoint && name.starts_with("checkpoint.")) continue;
    const bool known = name.starts_with(prefix) && table.find(std::string_view(name).substr(prefix.size())) >= 0;
    if (!known) {
      bad("model/tensor", file.path() + " contains a tensor '" + name + "' that this model does not use",
          "no tensor is ignored silently: remove it or export the model again");
    }
  }
}

// The model that `config` says, with the file's weights; `wrong` begins what is said of an impossible one. A file of some bytes may ask
// for a model of any size: nothing is allocated before its tensors are known to be there.
std::unique_ptr<Model<float>> load_network(const Safetensors& file, const std::string& prefix, bool checkpoint,
                                           const ModelConfig& config, const char* code, const char* wrong) {
  std::unique_ptr<Model<float>> model;
  try {
    model = std::make_unique<Model<float>>(
        config, [&](const ParamTable& table) { compare_tensors(file, prefix, checkpoint, config.rnn.cell, table); });
  } catch (const Error& e) {
    if (e.exit() == Exit::model) throw;
    bad(code, file.path() + wrong + e.what());
  }
  for (ParamId id = 0; id < static_cast<ParamId>(model->table().all().size()); ++id) {
    const ParamInfo& info = model->table()[id];
    file.read_floats(prefix + info.name, model->params().values(id));
  }
  return model;
}

json parse_json(const Safetensors& file, const std::string& key) {
  const auto at = file.metadata().find(key);
  if (at == file.metadata().end()) return nullptr;
  json parsed = parse_tree(at->second);
  if (parsed.is_discarded()) {
    bad("model/corrupt", file.path() + ": '" + key + "' is not JSON of at most " + std::to_string(kDeepestJson) + " levels");
  }
  return parsed;
}

ModelFile load_own(const Safetensors& file) {
  const int format = parse_number<int>(file.metadata().at("rnn.format")).value_or(0);
  if (format > kModelFormat) {
    bad("model/newer",
        file.path() + " has format " + std::to_string(format) + ", but this program only reads up to " +
            std::to_string(kModelFormat),
        "get a newer rnn: the file was written by version " +
            (file.metadata().count("rnn.version") ? file.metadata().at("rnn.version") : std::string("unknown")));
  }
  if (format < 1) bad("model/corrupt", file.path() + ": rnn.format is '" + file.metadata().at("rnn.format") + "'");
  ModelFile result;
  result.path = file.path();
  const ModelConfig config = config_from_json(parse_json(file, "rnn.config"));
  result.checkpoint = parse_json(file, "rnn.checkpoint");
  result.about = parse_json(file, "rnn.about");
  result.model =
      load_network(file, "", !result.checkpoint.is_null(), config, "model/corrupt", ": its configuration is impossible: ");
  result.unopened_tokenizer = parse_json(file, "rnn.tokenizer");
  return result;
}

int to_int(int64_t n) { return static_cast<int>(std::min<int64_t>(n, std::numeric_limits<int>::max())); }

// A state dict of torch.nn.RNN, GRU or LSTM: sizes follow from the shapes, the cell from the number of gates.
ModelFile load_bare(const Safetensors& file) {
  std::string prefix;
  for (const auto& name : file.names()) {
    const size_t at = name.find("weight_ih_l0");
    if (at != std::string::npos && name.substr(at) == "weight_ih_l0") prefix = name.substr(0, at);
  }
  const auto has = [&](const std::string& name) { return file.contains(prefix + name); };
  if (!has("weight_ih_l0") || !has("weight_hh_l0")) {
    bad("model/task", file.path() + " is neither a model of this program nor the state dict of a torch.nn.RNN, GRU or LSTM",
        "it has no tensor weight_ih_l0");
  }
  if (!has("bias_ih_l0")) bad("model/tensor", file.path() + " has no biases", "save the module with bias=True");
  const auto& ih = file.shape(prefix + "weight_ih_l0");
  const auto& hh = file.shape(prefix + "weight_hh_l0");
  if (ih.size() != 2 || hh.size() != 2 || hh[1] < 1 || ih[0] != hh[0]) {
    bad("model/shape", file.path() + ": weight_ih_l0 is " + text_of(ih) + " and weight_hh_l0 " + text_of(hh));
  }
  ModelConfig config;
  config.task = "recurrent";
  RecurrentOptions& rnn = config.rnn;
  rnn.input = to_int(ih[1]);
  if (has("weight_hr_l0")) {
    rnn.cell = CellKind::lstm;
    rnn.projection = to_int(hh[1]);
    rnn.hidden = to_int(hh[0] / 4);
  } else {
    rnn.hidden = to_int(hh[1]);
    const int64_t gates = hh[0] / hh[1];
    if (hh[0] % hh[1] != 0 || (gates != 1 && gates != 3 && gates != 4)) {
      bad("model/shape", file.path() + ": weight_hh_l0 is " + text_of(hh) +
                             ", which is not the shape of an RNN (1 x H), GRU (3 x H) or LSTM (4 x H)");
    }
    rnn.cell = gates == 1 ? CellKind::elman : gates == 3 ? CellKind::gru : CellKind::lstm;
  }
  rnn.bidirectional = has("weight_ih_l0_reverse");
  while (has("weight_ih_l" + std::to_string(rnn.layers))) ++rnn.layers;
  ModelFile result;
  result.path = file.path();
  result.model =
      load_network(file, prefix, false, config, "model/shape", ": the shapes of its tensors do not fit any model: ");
  return result;
}

}  // namespace

std::string model_path(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  std::string inside = (std::filesystem::path(path) / "model.safetensors").string();
  if (!std::filesystem::exists(inside, ignored)) {
    bad("model/missing", path + " contains no model.safetensors", "is it a run folder? rnn train creates one");
  }
  return inside;
}

std::string read_model_bytes(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error& e) {
    bad("model/missing", e.what(), e.help());
  }
}

ModelFile parse_network(std::string bytes, const std::string& path) {
  const Safetensors file = Safetensors::parse(std::move(bytes), path);
  ModelFile model = file.metadata().count("rnn.format") ? load_own(file) : load_bare(file);
  model.fingerprint = fingerprint_of(file);
  return model;
}

void add_model(SafetensorsWriter& writer, const Model<float>& model, const Tokenizer* tokenizer, const json& about) {
  writer.set_metadata("format", "pt");
  writer.set_metadata("rnn.format", std::to_string(kModelFormat));
  writer.set_metadata("rnn.version", RNN_VERSION);
  writer.set_metadata("rnn.config", config_to_json(model.config()).dump());
  if (tokenizer) writer.set_metadata("rnn.tokenizer", tokenizer->to_json().dump());
  writer.set_metadata("rnn.about", about.dump());
  for (ParamId id = 0; id < static_cast<ParamId>(model.table().all().size()); ++id) {
    const ParamInfo& info = model.table()[id];
    writer.add_view(info.name, "F32", shape_of(info),
                    {reinterpret_cast<const char*>(model.params().values(id).data()), info.size() * sizeof(float)});
  }
}

std::string format_model(const Model<float>& model, const Tokenizer* tokenizer, const json& about) {
  SafetensorsWriter writer;
  add_model(writer, model, tokenizer, about);
  return writer.finish();
}

void save_model(const std::string& path, const Model<float>& model, const Tokenizer* tokenizer, const json& about) {
  SafetensorsWriter writer;
  add_model(writer, model, tokenizer, about);
  writer.write(path);
}

}  // namespace rnn::core
