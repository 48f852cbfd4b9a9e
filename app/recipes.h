// Why: settings of published models come with the program, so that -c awd-lstm works wherever it is installed.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

// A config file that comes with the program: recipes/papers/NAME.toml.
struct Recipe {
  std::string name, path;
  std::string about;  // the description in its first line
};

// Sorted by name. From RNN_RECIPES, the source tree of this program, or the installed files: the first folder that has any.
std::vector<Recipe> all_recipes();

// The path of a config file: `given` itself or, if that is neither a file nor a path, the recipe of that name. Throws
// Error{usage, "config/missing"} with the nearest name.
std::string config_path(const std::string& given);

}  // namespace rnn::core::app
