// Why: see fingerprint.h.
#include "io/fingerprint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "io/safetensors.h"

namespace rnn::core {
namespace {

uint64_t hash_of(std::string_view bytes) { return bytes.empty() ? 0 : XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t hash_of_tensors(const Safetensors& file) {
  std::vector<std::string> names;
  for (const std::string& name : file.names())
    if (!name.starts_with("checkpoint.")) names.push_back(name);
  std::sort(names.begin(), names.end());
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  const auto add = [&](std::string_view bytes) { XXH3_64bits_update(&state, bytes.data(), bytes.size()); };
  for (const std::string& name : names) {
    add(name), add("\n"), add(file.info(name).dtype);
    for (const int64_t n : file.shape(name)) add(" " + std::to_string(n));
    add("\n"), add(file.bytes(name));
  }
  return XXH3_64bits_digest(&state);
}

}  // namespace

std::string Fingerprint::bytes() const {
  const uint64_t parts[3] = {config, tokenizer, weights};
  static_assert(sizeof parts == kBytes);
  return {reinterpret_cast<const char*>(parts), sizeof parts};
}

Fingerprint Fingerprint::of_bytes(std::string_view bytes) {
  uint64_t parts[3] = {};
  std::memcpy(parts, bytes.data(), std::min(bytes.size(), sizeof parts));
  return {parts[0], parts[1], parts[2], 1};
}

Fingerprint fingerprint_of(const Safetensors& file) {
  const auto text = [&](const char* key) {
    const auto at = file.metadata().find(key);
    return at == file.metadata().end() ? std::string_view() : std::string_view(at->second);
  };
  return {hash_of(text("rnn.config")), hash_of(text("rnn.tokenizer")), hash_of_tensors(file), 1};
}

Fingerprint fingerprint_together(std::span<const Fingerprint> models) {
  if (models.size() == 1) return models[0];
  const auto mixed = [&](uint64_t Fingerprint::*part) {
    std::vector<uint64_t> all;
    for (const Fingerprint& f : models) all.push_back(f.*part);
    return XXH3_64bits(all.data(), all.size() * sizeof(uint64_t));
  };
  const bool known = std::all_of(models.begin(), models.end(), [](const Fingerprint& f) { return f.known(); });
  if (!known) return {};
  return {mixed(&Fingerprint::config), models[0].tokenizer, mixed(&Fingerprint::weights),
          static_cast<uint32_t>(models.size())};
}

void require_same_model(const Fingerprint& saved, const Fingerprint& own) {
  if (!saved.known() || !own.known() || saved == own) return;
  if (saved.models != own.models) {
    const auto so_many = [](uint32_t n) {
      return n == 1 ? std::string("one model") : std::to_string(n) + " models together";
    };
    throw Error(Exit::model, "state/model",
                "this is the state of " + so_many(saved.models) + ", not of " + so_many(own.models),
                saved.models > 1 ? "name the others again, in the same order: --with MODEL"
                                 : "use the model that saved this state, alone");
  }
  const char* what = saved.tokenizer != own.tokenizer ? "its tokens are others"
                     : saved.config != own.config     ? "its configuration is another"
                                                      : "its weights are others";
  throw Error(Exit::model, "state/model", std::string("this state was saved with another model: ") + what,
              "use the model that saved this state: the same file, trained no further");
}

void require_finite_state(std::span<const float> values) {
  if (std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) return;
  throw Error(Exit::model, "state/corrupt", "the saved state has numbers that are not finite", "save it again");
}

}  // namespace rnn::core
