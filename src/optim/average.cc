// Why: which updates go into the mean, and with what weight.
#include "optim/average.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"

namespace rnn::core {

AverageKind average_kind(const std::string& name) {
  constexpr std::pair<std::string_view, AverageKind> kKinds[] = {
      {"off", AverageKind::off}, {"asgd", AverageKind::asgd}, {"nt-asgd", AverageKind::nt_asgd}, {"ema", AverageKind::ema}};
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  throw Error(Exit::usage, "options/average", "there is no average '" + name + "'", "use off, asgd, nt-asgd or ema");
}

WeightAverage::WeightAverage(const AverageOptions& options, const ParamTable& table) : options_(options), table_(&table) {
  if (options.kind == AverageKind::asgd || options.kind == AverageKind::ema) start();
}

void WeightAverage::start() {
  active_ = true;
  mean_ = Params<float>(*table_);
}

double WeightAverage::next_rate() {
  const auto k = static_cast<double>(++updates_);
  if (options_.kind != AverageKind::ema) return 1 / std::max(1.0, k - 1);
  return k == 1 ? 1 : 1 - std::min(options_.ema_decay, (1 + k) / (10 + k));
}

bool WeightAverage::evaluated(double loss) {
  if (options_.kind != AverageKind::nt_asgd || active_) return false;
  const auto older = static_cast<ptrdiff_t>(losses_.size()) - options_.nonmono;
  const bool stuck = older > 0 && loss > *std::min_element(losses_.begin(), losses_.begin() + older);
  losses_.push_back(loss);
  if (stuck) start();
  return stuck;
}

nlohmann::json WeightAverage::to_json() const { return {{"active", active_}, {"updates", updates_}, {"losses", losses_}}; }

void WeightAverage::from_json(const nlohmann::json& state) {
  try {
    updates_ = state.at("updates").get<int64_t>();
    losses_ = state.at("losses").get<std::vector<double>>();
    if (state.at("active").get<bool>() && !active_) start();
  } catch (const nlohmann::json::exception&) {
    throw Error(Exit::model, "model/corrupt", "the state of the weights' average is not valid: " + state.dump());
  }
}

}  // namespace rnn::core
