// Why: the public effect wraps that of the task, with its model.
#include "rnn/effect.h"

#include "rnn/running/access.h"
#include "tasks/effect/stream/effect.h"

namespace rnn {
inline namespace v1 {

struct Effect::Core {
  explicit Core(const Model& m) : model(m), effect(core::effect_model(Access::file(model))) {}
  Model model;  // keeps the weights alive
  core::Effect effect;
};

Effect::Effect(const Model& model) : core_(std::make_unique<Core>(model)) {}
Effect::~Effect() = default;
Effect::Effect(Effect&& other) noexcept = default;
Effect& Effect::operator=(Effect&& other) noexcept = default;

int Effect::rate() const noexcept { return core_->effect.rate(); }
void Effect::process(std::span<const float> in, std::span<float> out) noexcept { core_->effect.process(in, out); }
void Effect::reset() noexcept { core_->effect.reset(); }
std::string Effect::save() const { return core_->effect.save(); }
void Effect::load(std::string_view bytes) { core_->effect.load(bytes); }

}  // namespace v1
}  // namespace rnn
