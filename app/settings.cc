// Why: the precedence of settings: command line, environment, file, default.
#include "settings.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/error.h"
#include "recipes.h"

namespace rnn::core::app {
namespace {

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
  std::string name = "RNN_";
  for (const char c : option) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
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
