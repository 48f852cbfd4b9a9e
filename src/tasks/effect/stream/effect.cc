// Why: see effect.h.
#include "tasks/effect/stream/effect.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/thread_pool.h"
#include "decode/sample.h"

namespace rnn::core {
namespace {

constexpr std::string_view kEffectState = "EFX1";
constexpr int kMostRate = 1 << 20;

bool is_finite(float x) { return std::isfinite(x); }

}  // namespace

JsonValue effect_front_json(const EffectFront& front) {
  JsonValue value;
  nlohmann::json json = {{"rate", front.rate}, {"scale", front.scale}};
  if (!front.filter.empty()) json["filter"] = front.filter;
  value = json;
  return value;
}

bool is_effect(const ModelFile& file) { return file.model->config().form().head == "esr"; }

EffectModel effect_model(const ModelFile& file) {
  const ModelConfig& config = file.model->config();
  if (!is_effect(file))
    throw Error(Exit::model, "model/task", file.path + " is no audio effect: its task is " + config.task,
                "rnn info shows what it is; rnn train DRY.wav WET.wav makes an effect");
  EffectModel effect{file.model.get(), {}, file.fingerprint};
  try {
    const nlohmann::json& from = file.about.at("effect");
    effect.front.rate = from.at("rate"), effect.front.scale = from.at("scale");
    effect.front.filter = from.value("filter", effect.front.filter);
  } catch (const nlohmann::json::exception&) {
    effect.front.rate = 0;
  }
  const EffectFront& front = effect.front;
  if (front.rate < 1 || front.rate > kMostRate || !(front.scale > 0) || !std::isfinite(front.scale) ||
      front.filter.size() > Filter::kMostTaps || !std::all_of(front.filter.begin(), front.filter.end(), is_finite) ||
      config.rnn.input != 1 || config.output != 1 || config.rnn.bidirectional)
    throw Error(Exit::model, "model/corrupt", file.path + " does not describe the sound that it reads",
                "the file is damaged; train again, or copy it again");
  return effect;
}

Effect::Effect(const EffectModel& effect, Pool* pool)
    : effect_(effect),
      engine_(*effect.model, pool),
      state_(effect.model->initial(1)),
      gain_(static_cast<float>(1 / effect.front.scale)),
      filter_(effect.front.filter),
      block_(kBlock),
      filtered_(kBlock),
      steps_(Seq::uniform_batch(1, kBlock)) {
  std::vector<float> silence(kBlock);
  process(silence, silence);
  reset();
}

void Effect::process(std::span<const float> in, std::span<float> out) noexcept {
  const FlushDenormals flush;
  for (size_t at = 0; at < in.size(); at += kBlock) {
    const size_t n = std::min(kBlock, in.size() - at);
    for (size_t i = 0; i < n; ++i) block_[i] = std::isfinite(in[at + i]) ? in[at + i] : 0.0F;
    steps_.start.resize(n + 1);  // never more than when it was made
    for (size_t i = 0; i <= n; ++i) steps_.start[i] = static_cast<int>(i);
    const View<const float> rows =
        engine_.outputs({steps_, nullptr, View<const float>(block_.data(), static_cast<int>(n), 1, 1)}, state_);
    filter_.process({block_.data(), n}, {filtered_.data(), n});
    for (size_t i = 0; i < n; ++i) out[at + i] = filtered_[i] + gain_ * row_of(rows, static_cast<int>(i))[0];
  }
}

std::string Effect::save() const {
  const std::span<const float> past = filter_.past();
  return std::string(kEffectState) + effect_.fingerprint.bytes() +
         std::string(reinterpret_cast<const char*>(past.data()), past.size_bytes()) + state_.bytes();
}

void Effect::load(std::string_view bytes) {
  std::vector<float> past(filter_.past().size());
  const size_t filtered = past.size() * sizeof(float);
  if (!bytes.starts_with(kEffectState) || bytes.size() < kEffectState.size() + Fingerprint::kBytes + filtered)
    throw Error(Exit::model, "state/corrupt", "this is not the saved state of an effect", "save the state again");
  bytes.remove_prefix(kEffectState.size());
  require_same_model(Fingerprint::of_bytes(bytes), effect_.fingerprint);
  bytes.remove_prefix(Fingerprint::kBytes);
  if (filtered > 0) std::memcpy(past.data(), bytes.data(), filtered);
  require_finite_state(past);
  State<float> state = State<float>::of_bytes(bytes.substr(filtered), state_.width());
  state_.require_shape_of(state);
  require_finite_state({state.row(0), static_cast<size_t>(state.width())});
  state_ = std::move(state), filter_.set_past(past);
}

}  // namespace rnn::core
