// Why: one self-contained file per model: weights under PyTorch's names, tokenizer and configuration inside, nothing
// executed.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/json_value.h"
#include "io/fingerprint.h"
#include "networks/model.h"
#include "text/tokenizer.h"

namespace rnn::core {

constexpr int kModelFormat = 1;  // rnn.format in the file; newer formats are refused with a clear message

struct ModelFile {
  std::string path;                       // of the file itself
  std::unique_ptr<Model<float>> model;    // weights loaded, not packed
  std::unique_ptr<Tokenizer> tokenizer;   // null for a model that reads no text
  JsonValue unopened_tokenizer;           // as it is saved, until open_front() has read it
  Fingerprint fingerprint;                // of what is in the file
  JsonValue about = JsonValue::object();  // what the trainer recorded: command, metrics, data, options
  JsonValue checkpoint;                   // null unless the file is a checkpoint
};

// `path`: a run folder (its model.safetensors) or a file. Accepts the output of format_model() and the state dict of a
// torch.nn.RNN (tanh), GRU or LSTM (task "recurrent"; names weight_ih_l0, ..., with or without a common prefix). Every
// tensor must be used. Throws Error{model}: model/missing, model/format, model/corrupt, model/truncated, model/newer, model/task,
// model/tensor, model/shape with both shapes.
ModelFile load_model(const std::string& path);
// The same from bytes; `path` is for messages.
ModelFile parse_model(std::string bytes, const std::string& path);
// The two halves, for programs that read no text and so link no tokenizer: network, weights and facts; then what stands between bytes
// and the network's numbers. Errors as above.
ModelFile parse_network(std::string bytes, const std::string& path);
void open_front(ModelFile& file);
// The bytes of a file. Throws Error{model, "model/missing"}.
std::string read_model_bytes(const std::string& path);

// The bytes of a model file.
std::string format_model(const Model<float>& model, const Tokenizer* tokenizer, const nlohmann::json& about);

// Writes them to a file, completely or not at all.
void save_model(const std::string& path, const Model<float>& model, const Tokenizer* tokenizer, const nlohmann::json& about);
// Adds them to a writer, to which a checkpoint also adds tensors named "checkpoint.*" and the metadata key "rnn.checkpoint".
void add_model(class SafetensorsWriter& writer, const Model<float>& model, const Tokenizer* tokenizer,
               const nlohmann::json& about);

// model.safetensors of a run folder, or the path itself.
std::string model_path(const std::string& path);

nlohmann::json config_to_json(const ModelConfig& config);
ModelConfig config_from_json(const nlohmann::json& json);  // throws Error{model, "model/corrupt"}

}  // namespace rnn::core
