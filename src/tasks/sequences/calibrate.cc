// Why: see calibrate.h.
#include "tasks/sequences/calibrate.h"

#include <cmath>
#include <vector>

#include "train/trainer.h"

namespace rnn::core {
namespace {

constexpr double kWidest = 8;        // of the temperature, and of its inverse
constexpr int kNarrowings = 14;      // of that range: to 1 % of the temperature
constexpr double kLeastGain = 1e-4;  // of the loss, relative: less is none

// The parameters by which outputs, and whatever chain stands on them, are linear; or the scores of the whole.
std::vector<ParamId> output_params(const ParamTable& table, Calibrated what) {
  std::vector<ParamId> found;
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const std::string& stack = table[id].use.stack;
    if (what == Calibrated::whole ? stack == "whole" : stack == "output" || stack == "crf") found.push_back(id);
  }
  return found;
}

}  // namespace

Calibration calibrate(Model<float>& model, Batcher& valid, Pool& pool, Calibrated what) {
  const std::vector<ParamId> ids = output_params(model.table(), what);
  std::vector<std::vector<float>> trained;
  for (const ParamId id : ids) trained.emplace_back(model.params().values(id).begin(), model.params().values(id).end());
  const auto divide_by = [&](double temperature) {
    for (size_t p = 0; p < ids.size(); ++p) {
      const std::span<float> values = model.params().values(ids[p]);
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = temperature == 1 ? trained[p][i] : static_cast<float>(trained[p][i] / temperature);
    }
    model.pack(pool, false);
  };
  const auto loss_at = [&](double log_temperature) {
    divide_by(std::exp(log_temperature));
    return evaluate(model, valid, pool).loss();
  };
  // The loss is convex in the inverse of the temperature, so it has one minimum: golden section.
  const double golden = (std::sqrt(5.0) - 1) / 2, before = loss_at(0);
  double low = -std::log(kWidest), high = -low;
  double a = high - golden * (high - low), b = low + golden * (high - low), at_a = loss_at(a), at_b = loss_at(b);
  for (int i = 0; i < kNarrowings; ++i) {
    if (at_a < at_b) {
      high = b, b = a, at_b = at_a, a = high - golden * (high - low), at_a = loss_at(a);
    } else {
      low = a, a = b, at_a = at_b, b = low + golden * (high - low), at_b = loss_at(b);
    }
  }
  Calibration found{std::exp((low + high) / 2), 0};
  found.loss = loss_at(std::log(found.temperature));
  if (found.loss < before * (1 - kLeastGain)) return found;
  divide_by(1);
  return {1, before};
}

}  // namespace rnn::core
