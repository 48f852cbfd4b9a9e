// Why: settings of published models come with the program, so that -c awd-lstm works wherever it is installed.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

// A config file that comes with the program: recipes/papers/NAME.toml.
struct Recipe {
  std::string name, path;
  std::string about;  // what its first line says
};

// By name. From RNN_RECIPES, the source tree this program was built from, or the installed files: the first folder that has any.
std::vector<Recipe> all_recipes();

// The path of a config file: `given` itself, or, when that is no file and no path, the recipe of that name. Throws Error{usage,
// "config/missing"} that names the recipes there are.
std::string config_path(const std::string& given);

}  // namespace rnn::core::app
