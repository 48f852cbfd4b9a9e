// Why: a saved state belongs to one model; with this it says to which, and what is different about another.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rnn::core {

class Safetensors;

// Hashes (XXH3, 64 bits) of what makes a model: all of 0 where it is not known, as for a model that is being trained.
struct Fingerprint {
  uint64_t config = 0, tokenizer = 0, weights = 0;
  uint32_t models = 1;  // of an ensemble: how many they are

  bool known() const { return weights != 0; }
  bool operator==(const Fingerprint&) const = default;
  static constexpr size_t kBytes = 24;
  std::string bytes() const;                            // [kBytes], little-endian: the hashes
  static Fingerprint of_bytes(std::string_view bytes);  // of its first kBytes
};

// Of a model file: of its configuration and tokenizer as they are written there, of names, shapes, types and bytes of its weights. A
// checkpoint has that of its model.
Fingerprint fingerprint_of(const Safetensors& file);
// Of an ensemble of these, which share a tokenizer, in this order; of a single one it is its own.
Fingerprint fingerprint_together(std::span<const Fingerprint> models);

// Throws Error{model, "state/model"} with the first difference, if both are known and differ: the number of models, then what they are.
void require_same_model(const Fingerprint& saved, const Fingerprint& own);
// Throws Error{model, "state/corrupt"} if one of them is NaN or infinite.
void require_finite_state(std::span<const float> values);

}  // namespace rnn::core
