// Why: what a model file or a checkpoint says of itself, read without its weights.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace rnn::core {

// The table at the beginning of a safetensors file; null if there is none.
nlohmann::json read_model_head(const std::string& path);
// The JSON that the table has under a key of its metadata ("rnn.config"); null if there is none.
nlohmann::json head_part(const nlohmann::json& head, const char* key);

}  // namespace rnn::core
