// Why: a value may come from the command line, a variable, a file or the defaults; their precedence is defined here, once.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "options/option_list.h"

namespace rnn::core::app {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct Settings {
  Options options;
  DataPaths data;                              // from the config file
  std::map<std::string, std::string> sources;  // by option name; missing ones have their default

  std::string source(std::string_view name) const;
};

// Defaults, then `config` (a TOML file, the name of a recipe, or empty), then RNN_<OPTION> from the environment, then
// `flags`. Throws Error{usage} that names the origin of the bad value.
Settings resolve_settings(const std::string& config, const NamedValues& flags);

// A note for each variable whose name is nearly that of one that is read: "there is no variable RNN_THREAD; did you mean RNN_THREADS?".
// `environment`: as environ.
std::vector<std::string> misspelt_variables(const char* const* environment);

// RNN_MAX_TIME for max-time.
std::string variable_name(std::string_view option);

// The content of a TOML file, in its order: options by name with "file:line", and the files under [data]. Throws
// Error{usage}: config/missing, config/syntax, config/key (the nearest name is suggested), config/type.
struct ConfigFile {
  struct Entry {
    std::string name, value, place;
  };
  std::vector<Entry> entries;
  DataPaths data;
};
ConfigFile read_config(const std::string& path);

}  // namespace rnn::core::app
