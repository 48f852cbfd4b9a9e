// Why: see average_models.h; everything that must be equal is compared here, one property after another.
#include "runs/average_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "io/ready_model.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

using nlohmann::json;

// Only training uses these.
constexpr std::string_view kOfTraining[] = {"dropout", "layer_dropout", "variational", "state_dropout", "weight_drop"};

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

[[noreturn]] void differ(const std::string& code, const ModelFile& a, const ModelFile& b, const std::string& what,
                         const std::string& of_a, const std::string& of_b) {
  throw Error(
      Exit::model, code, fmt::format("{} has {} {}, {} has {}", a.path, what, of_a, b.path, of_b),
      "only models of one kind have a mean: average models of one run, or of runs that started with the same --init-from");
}

void compare_configs(const ModelFile& a, const ModelFile& b) {
  const json of_a = config_to_json(a.model->config()), of_b = config_to_json(b.model->config());
  for (const auto& item : of_a.items()) {
    if (a.tokenizer && b.tokenizer && (item.key() == "vocabulary" || item.key() == "output"))
      continue;  // compare_tokens() reports this more clearly
    if (std::find(std::begin(kOfTraining), std::end(kOfTraining), item.key()) != std::end(kOfTraining)) continue;
    if (item.value() != of_b.at(item.key()))
      differ("average/config", a, b, item.key(), text_of(item.value()), text_of(of_b.at(item.key())));
  }
}

void compare_tokens(const ModelFile& a, const ModelFile& b) {
  if (!a.tokenizer != !b.tokenizer) {
    differ("average/tokens", a, b, "a tokenizer:", a.tokenizer ? "yes" : "no", b.tokenizer ? "yes" : "no");
  }
  if (!a.tokenizer || a.tokenizer->to_json() == b.tokenizer->to_json()) return;
  const auto kind = [](const ModelFile& f) { return std::string(f.tokenizer->kind()); };
  if (kind(a) != kind(b)) differ("average/tokens", a, b, "tokens of the kind", kind(a), kind(b));
  for (int32_t id = 0; id < std::min(a.tokenizer->size(), b.tokenizer->size()); ++id) {
    const std::string of_a = a.tokenizer->piece(id), of_b = b.tokenizer->piece(id);
    if (of_a != of_b) differ("average/tokens", a, b, fmt::format("token {}", id), "'" + of_a + "'", "'" + of_b + "'");
  }
  if (a.tokenizer->size() != b.tokenizer->size()) {
    differ("average/tokens", a, b, "a vocabulary of", std::to_string(a.tokenizer->size()),
           std::to_string(b.tokenizer->size()));
  }
  differ("average/tokens", a, b, "different rules for tokens, of the kind", kind(a), kind(b));
}

json about_of(const ModelFile& file, const char* key) {
  return file.about.is_object() ? file.about.get().value(key, json()) : json();
}

void compare(const ModelFile& a, const ModelFile& b) {
  compare_configs(a, b);
  compare_tokens(a, b);
  const auto need = [&](const char* code, const char* key, const char* what) {
    if (about_of(a, key) != about_of(b, key)) differ(code, a, b, what, text_of(about_of(a, key)), text_of(about_of(b, key)));
  };
  need("average/mode", "mode", "the mode");
  need("average/labels", "sequences", "inputs and labels");
}

std::vector<double> checked_shares(const std::vector<double>& shares, size_t models) {
  if (models < 2)
    throw Error(Exit::usage, "average/models", fmt::format("a mean needs at least two models, not {}", models),
                "name run folders or model files: rnn average runs/a runs/b -o mean.safetensors");
  if (shares.empty()) return std::vector<double>(models, 1.0 / static_cast<double>(models));
  double sum = 0;
  for (const double share : shares) sum += share >= 0 ? share : NAN;
  if (shares.size() != models || !(std::abs(sum - 1) < 1e-6)) {
    throw Error(Exit::usage, "average/shares",
                shares.size() != models ? counted(shares.size(), "weight") + " for " + counted(models, "model")
                                        : fmt::format("the weights {} do not sum to 1", fmt::join(shares, ", ")),
                "give one number from 0 to 1 for each model; they must sum to 1");
  }
  return shares;
}

double norm(const std::vector<double>& mean, const float* minus) {
  double sum = 0;
  for (size_t i = 0; i < mean.size(); ++i) {
    const double d = mean[i] - (minus ? minus[i] : 0);
    sum += d * d;
  }
  return std::sqrt(sum);
}

}  // namespace

AveragedModels average_models(const std::vector<std::string>& paths, const std::vector<double>& shares,
                              const std::string& command) {
  const std::vector<double> parts = checked_shares(shares, paths.size());
  std::vector<ModelFile> files;
  for (const std::string& path : paths) {
    files.push_back(load_model(path));
    require_finite(*files.back().model, files.back().path);
    if (files.size() > 1) compare(files.front(), files.back());
  }
  std::vector<double> mean(files[0].model->params().size());
  for (size_t m = 0; m < files.size(); ++m) {
    const float* weights = files[m].model->params().data();
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += parts[m] * weights[i];
  }
  AveragedModels result;
  json models = json::array();
  const double length = norm(mean, nullptr);
  bool same_data = true;
  for (size_t m = 0; m < files.size(); ++m) {
    const double apart = norm(mean, files[m].model->params().data());
    result.parts.push_back({files[m].path, parts[m], length > 0 ? apart / length : 0});
    models.push_back({{"file", files[m].path}, {"weight", parts[m]}, {"command", about_of(files[m], "command")}});
    same_data = same_data && about_of(files[m], "data") == about_of(files[0], "data");
  }
  result.file = std::move(files[0]);
  result.file.path.clear();
  result.file.checkpoint = nullptr;
  float* weights = result.file.model->params().data();
  for (size_t i = 0; i < mean.size(); ++i) weights[i] = static_cast<float>(mean[i]);
  json& about = result.file.about.get();
  if (!about.is_object()) about = json::object();
  about.erase("metrics");
  if (!same_data) about.erase("data");
  about["command"] = command;
  about["average"] = std::move(models);
  about = readable(std::move(about));
  return result;
}

}  // namespace rnn::core
