// Why: see model_head.h.
#include "runs/model_head.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/json_tree.h"
#include "io/safetensors.h"

namespace rnn::core {

namespace fs = std::filesystem;
using nlohmann::json;

json read_model_head(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  uint64_t size = 0;
  for (int byte = 0; byte < 8; ++byte) size |= static_cast<uint64_t>(static_cast<uint8_t>(file.get())) << (8 * byte);
  std::error_code error;
  const uintmax_t all = fs::file_size(path, error);
  if (!file || error || size > kMaxSafetensorsHeader || size > all) return nullptr;
  std::string text(size, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) return nullptr;
  json head = parse_tree(text);
  return head.is_object() ? head : json();
}

json head_part(const json& head, const char* key) {
  const auto metadata = head.is_object() ? head.find("__metadata__") : head.end();
  if (!head.is_object() || metadata == head.end() || !metadata->is_object()) return nullptr;
  const auto found = metadata->find(key);
  if (found == metadata->end() || !found->is_string()) return nullptr;
  json part = parse_tree(found->get_ref<const std::string&>());
  return part.is_discarded() ? json() : part;
}

}  // namespace rnn::core
