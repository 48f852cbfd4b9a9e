// Why: the curves of a run, line by line from its metrics.
#include "runs/run_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "metrics/figures.h"
#include "runs/run_record.h"

namespace rnn::core {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// What is an axis, or says nothing about the course of a run.
bool is_figure_key(const std::string& key) {
  constexpr std::string_view kOthers[] = {"step", "epoch", "elapsed_s", "left_s"};
  return std::find(std::begin(kOthers), std::end(kOthers), key) == std::end(kOthers);
}

double event_number(const nlohmann::json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_number() ? found->get<double>() : kNoValue;
}

void take_points(const nlohmann::json& event, RunCurves& run) {
  const double step = event_number(event, "step"), epoch = event_number(event, "epoch");
  if (step != step) return;
  for (const auto& field : event.items()) {
    const nlohmann::json& value = field.value();
    if (!is_figure_key(field.key()) || !(value.is_number() || value.is_null())) continue;
    auto curve = std::find_if(run.curves.begin(), run.curves.end(), [&](const Curve& c) { return c.key == field.key(); });
    if (curve == run.curves.end()) curve = run.curves.insert(curve, {field.key(), {}, {}, {}});
    curve->steps.push_back(step);
    curve->epochs.push_back(epoch);
    curve->values.push_back(value.is_number() ? value.get<double>() : kNoValue);
  }
}

}  // namespace

const Curve* RunCurves::find(std::string_view key) const {
  const auto found = std::find_if(curves.begin(), curves.end(), [&](const Curve& c) { return c.key == key; });
  return found != curves.end() ? &*found : nullptr;
}

RunCurves read_run_curves(const std::string& folder) {
  RunCurves run;
  const RunRecord record = read_run_record(folder, [&](const nlohmann::json& event) {
    const auto& type = event.at("type").get_ref<const std::string&>();
    if (type == "metric" || type == "eval") take_points(event, run);
  });
  run.path = record.path;
  const auto by = record.settings.find("best-by");
  const Figure* figure = by != record.settings.end() ? find_figure(by->second) : nullptr;
  run.best_by = val_key(figure ? *figure : figure::kLoss);
  const std::string path = run.path + "/metrics.jsonl";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(Exit::data, "run/metrics", "there is no " + path, "rnn train writes it; without it a run has no curves");
  }
  return run;
}

std::string curve_title(std::string_view key) {
  if (key == "loss") return "training loss";
  if (key == "lr") return "learning rate";
  if (key == "grad_norm") return "gradient norm, before clipping";
  if (key == "tokens_per_s") return "tokens per second";
  const Figure* figure = key.starts_with("val_") ? find_figure(key.substr(4)) : nullptr;
  return figure ? "validation " + std::string(figure->title) : std::string(key);
}

}  // namespace rnn::core
