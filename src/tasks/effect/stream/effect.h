// Why: an audio effect that was learnt runs sample by sample, in an audio callback if need be: no allocation, no lock, the same bits in
// any blocks.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "io/model_file.h"
#include "networks/engine.h"
#include "tasks/effect/stream/filter.h"

namespace rnn::core {

// What lies between samples and the network. Full scale is 1. The network says what the effect adds: wet = filtered + output / scale.
struct EffectFront {
  int rate = 0;                    // samples per second that it has heard; at another one it is another effect
  double scale = 1;                // of outputs: the pre-emphasised training signal then has energy 1 (heads/esr.h)
  std::vector<float> filter = {};  // taps through which the dry sound passes beside the network; none: as it is
};
JsonValue effect_front_json(const EffectFront& front);

// What runs an effect needs of a model file. The model must outlive it and be packed.
struct EffectModel {
  const Model<float>* model = nullptr;
  EffectFront front;
  Fingerprint fingerprint;  // of its file; unknown: any saved state is taken
};
bool is_effect(const ModelFile& file);
// Throws Error{model}: "model/task" if the model is no effect, "model/corrupt".
EffectModel effect_model(const ModelFile& file);

// One channel. One thread at a time; many may share a model.
class Effect {
 public:
  // Runs a block of silence, so that process() never allocates, and then begins anew.
  explicit Effect(const EffectModel& effect, Pool* pool = nullptr);

  // out[i] belongs to in[i]; both spans have one size and may be the same memory. A sample that is not finite is read as silence.
  void process(std::span<const float> in, std::span<float> out) noexcept;
  void reset() noexcept { state_.clear(), filter_.reset(); }

  int rate() const { return effect_.front.rate; }
  // The state as bytes: it goes on with the same bits. load() throws Error{model}: "state/model", "state/corrupt", "state/size"; then
  // nothing has changed.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  static constexpr size_t kBlock = 256;  // samples of a pass

  EffectModel effect_;
  Engine engine_;
  State<float> state_;
  float gain_;  // 1 / scale
  Filter filter_;
  std::vector<float> block_, filtered_;
  Seq steps_;  // of a pass
};

}  // namespace rnn::core
