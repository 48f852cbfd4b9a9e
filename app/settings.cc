// Why: the precedence of settings: command line, environment, file, default.
#include "settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "recipes.h"

namespace rnn::core::app {
namespace {

constexpr std::string_view kPrefix = "RNN_";

// Sets one option; an error message begins with the origin of the value.
void take(Settings& settings, const std::string& name, const std::string& value, const std::string& place, bool tell_place) {
  try {
    set_option(settings.options, name, value);
  } catch (const Error& e) {
    if (!tell_place) throw;
    throw Error(e.exit(), e.code(), place + ": " + e.what(), e.help());
  }
  settings.sources[std::string(find_option(name)->name)] = place;
}

}  // namespace

std::string Settings::source(std::string_view name) const {
  const auto found = sources.find(std::string(name));
  return found == sources.end() ? "default" : found->second;
}

std::string variable_name(std::string_view option) {
  std::string name(kPrefix);
  for (const char c : option) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::vector<std::string> misspelt_variables(const char* const* environment) {
  std::vector<std::string> names = {"RNN_ISA", "RNN_RECIPES", "RNN_CORPUS"};
  for (const OptionInfo& o : option_list()) names.push_back(variable_name(o.name));
  std::vector<std::string_view> own;
  for (const std::string& name : names) own.push_back(std::string_view(name).substr(kPrefix.size()));
  std::vector<std::string> notes;
  for (; environment && *environment; ++environment) {
    std::string_view name = *environment;
    name = name.substr(0, name.find('='));
    if (!name.starts_with(kPrefix) || std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = nearest_name(name.substr(kPrefix.size()), own);
    if (!near.empty()) notes.push_back(fmt::format("there is no variable {}; did you mean {}{}?", name, kPrefix, near));
  }
  return notes;
}

Settings resolve_settings(const std::string& config, const NamedValues& flags) {
  Settings settings;
  if (!config.empty()) {
    const ConfigFile file = read_config(config_path(config));
    for (const ConfigFile::Entry& e : file.entries) take(settings, e.name, e.value, e.place, true);
    settings.data = file.data;
  }
  for (const OptionInfo& o : option_list()) {
    const std::string variable = variable_name(o.name);
    const char* value = std::getenv(variable.c_str());
    if (value && *value) take(settings, std::string(o.name), value, variable, true);
  }
  for (const auto& flag : flags) take(settings, flag.first, flag.second, "command line", false);
  return settings;
}

}  // namespace rnn::core::app
