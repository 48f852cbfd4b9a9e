// Why: reads the two lists and applies them to the table of parameters.
#include "optim/rate_factors.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr double kLargestFactor = 1e6;

[[noreturn]] void bad(const std::string& message, const std::string& help) {
  throw Error(Exit::usage, "usage/layers", message, help);
}

// * stands for any characters, ? for one.
bool fits_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return fits_pattern(pattern.substr(1), text) || (!text.empty() && fits_pattern(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && fits_pattern(pattern.substr(1), text.substr(1));
}

// The layers of a table, from the bottom to the top.
std::vector<std::string> layers_of(const ParamTable& table) {
  std::vector<std::string> layers;
  for (const ParamInfo& info : table.all()) {
    const std::string layer = layer_of(info.use);
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) layers.push_back(layer);
  }
  return layers;
}

// Calls set(parameter) for all parameters that `name` refers to.
void for_named(const ParamTable& table, const std::string& flag, const std::string& name,
               const std::function<void(size_t)>& set) {
  bool found = false;
  for (size_t i = 0; i < table.all().size(); ++i) {
    const std::string& parameter = table.all()[i].name;
    const std::string layer = layer_of(table.all()[i].use), group = layer.substr(0, layer.find('.'));
    if (!fits_pattern(name, parameter) && !fits_pattern(name, layer) && name != group) continue;
    set(i);
    found = true;
  }
  if (found) return;
  std::string all;
  for (const std::string& layer : layers_of(table)) all += (all.empty() ? "" : ", ") + layer;
  bad("--" + flag + " names '" + name + "', which this model does not have",
      "its layers are " + all + "; names of tensors (rnn info MODEL) and * work, too");
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::string& word : split_commas(list)) {
    word.erase(0, word.find_first_not_of(' '));
    word.erase(word.find_last_not_of(' ') + 1);
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

double factor_of(const std::string& text, const std::string& item) {
  const double factor = parse_number<double>(text).value_or(0);
  if (!(factor > 0 && factor <= kLargestFactor))
    bad("--layer-lr has '" + item + "', it must be LAYER=FACTOR with a factor above 0", "use --freeze for a rate of 0");
  return factor;
}

}  // namespace

std::string layer_of(const ParamUse& use) { return use.layer < 0 ? use.stack : use.stack + "." + std::to_string(use.layer); }

std::vector<double> rate_factors(const LayerRates& rates, const ParamTable& table) {
  std::vector<double> factors(table.all().size(), 1);
  const std::vector<std::string> layers = layers_of(table);
  for (size_t i = 0; i < factors.size(); ++i) {
    const std::string layer = layer_of(table.all()[i].use);
    const auto above = layers.end() - std::find(layers.begin(), layers.end(), layer) - 1;
    if (!(rates.tied && layer == "embedding")) factors[i] = std::pow(rates.decay, -static_cast<double>(above));
  }
  for (const std::string& item : words_of(rates.factors)) {
    const size_t equals = std::min(item.find('='), item.size());
    const double factor = factor_of(item.substr(std::min(equals + 1, item.size())), item);
    for_named(table, "layer-lr", item.substr(0, equals), [&](size_t i) { factors[i] = factor; });
  }
  for (const std::string& name : words_of(rates.freeze)) for_named(table, "freeze", name, [&](size_t i) { factors[i] = 0; });
  if (!factors.empty() && std::all_of(factors.begin(), factors.end(), [](double f) { return f <= 0; }))
    bad("--freeze " + rates.freeze + " leaves nothing to train", "leave a layer out of it");
  return factors;
}

}  // namespace rnn::core
