// Why: finds the recipes and reads the description in their first line.
#include "recipes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "options/option_list.h"
#include "places.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

// The text after "# Why: " in the first line.
std::string opening_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  constexpr std::string_view kBegin = "# Why: ";
  return line.rfind(kBegin, 0) == 0 ? line.substr(kBegin.size()) : "";
}

std::vector<Recipe> recipes_in(const std::string& folder) {
  std::vector<Recipe> recipes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".toml") continue;
    const std::string path = entry.path().string();
    recipes.push_back({entry.path().stem().string(), path, opening_of(path)});
  }
  std::sort(recipes.begin(), recipes.end(), [](const Recipe& a, const Recipe& b) { return a.name < b.name; });
  return recipes;
}

}  // namespace

std::vector<Recipe> all_recipes() {
  const char* variable = std::getenv("RNN_RECIPES");
  if (variable && *variable) return recipes_in(variable);
  for (const std::string& place : places_of(RNN_SOURCE_RECIPES, RNN_INSTALLED_RECIPES)) {
    std::vector<Recipe> recipes = recipes_in(place);
    if (!recipes.empty()) return recipes;
  }
  return {};
}

std::string config_path(const std::string& given) {
  std::error_code error;
  const bool name = given.find('/') == std::string::npos && fs::path(given).extension() != ".toml";
  if (!name || fs::exists(given, error)) return given;
  const std::vector<Recipe> recipes = all_recipes();
  std::vector<std::string_view> names;
  for (const Recipe& recipe : recipes) {
    if (recipe.name == given) return recipe.path;
    names.push_back(recipe.name);
  }
  const std::string near = nearest_name(given, names);
  throw Error(
      Exit::usage, "config/missing", fmt::format("there is neither a file nor a recipe '{}'", given),
      !near.empty()
          ? "did you mean " + near + "?"
          : "rnn config recipes lists the recipes; rnn config show --toml > run.toml writes a file with every option");
}

}  // namespace rnn::core::app
