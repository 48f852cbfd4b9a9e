// Why: rnn config: every option, the value that a run would use and where it comes from; the recipes of the program.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "command.h"
#include "recipes.h"
#include "screen.h"
#include "settings.h"

namespace rnn::core::app {
namespace {

int run_config_show(const Arguments& arguments) {
  std::string config;
  bool json = false, sources = false;
  NamedValues flags;
  Command command("config show", "[-c FILE] [options of rnn train]", "every option, its value and its source");
  command.text("-c,--config", &config, "FILE", "options from a TOML file, or a recipe by its name");
  command.flag("--toml", &sources, "as a config file, with the help text of each option");
  command.flag("--json", &json, "one JSON object on standard output");
  command.more("options of rnn train");
  for (const OptionInfo& o : option_list()) {
    command.option(o, [&](const OptionInfo& option, const std::string& text) { flags.emplace_back(option.name, text); });
  }
  command.example("rnn config show -c run.toml --lr 0.5");
  command.example("rnn config show --toml > run.toml");
  if (!command.parse(arguments)) return 0;

  const Settings settings = resolve_settings(config, flags);
  if (sources) {
    print(options_to_toml(settings.options, settings.data));
    return 0;
  }
  if (json) {
    nlohmann::ordered_json object;
    const nlohmann::json values = options_to_json(settings.options, true);
    for (const OptionInfo& o : option_list()) {
      object[std::string(o.name)] = {{"value", values[std::string(o.section)][std::string(o.name)]},
                                     {"source", settings.source(o.name)}};
    }
    print(json_line(object));
    return 0;
  }
  std::string_view section;
  for (const OptionInfo& o : option_list()) {
    if (o.section != section) print(fmt::format("{}[{}]\n", section.empty() ? "" : "\n", o.section));
    section = o.section;
    print(fmt::format("{:<32}  # {}\n", fmt::format("{} = {}", o.name, get_option(settings.options, o)),
                      settings.source(o.name)));
  }
  return 0;
}

int run_config_recipes(const Arguments& arguments) {
  bool json = false;
  Command command("config recipes", "", "settings of published models: rnn train TEXT -c NAME");
  command.flag("--json", &json, "one JSON object per line on standard output");
  command.example("rnn config recipes");
  command.example("rnn train story.txt -c awd-lstm-mini --max-time 10m");
  if (!command.parse(arguments)) return 0;
  for (const Recipe& recipe : all_recipes()) {
    const nlohmann::ordered_json object = {{"name", recipe.name}, {"about", recipe.about}, {"path", recipe.path}};
    print(json ? json_line(object) : fmt::format("{:<22}{}\n", recipe.name, recipe.about));
  }
  return 0;
}

constexpr Part kConfigParts[] = {{"show", "every option, its value and its source", run_config_show},
                                 {"recipes", "settings of published models: rnn train TEXT -c NAME", run_config_recipes}};

}  // namespace

int run_config(const Arguments& arguments) {
  return run_part("config", "the options of rnn train", kConfigParts,
                  "  rnn config show -c run.toml --lr 0.5\n  rnn config recipes\n", arguments);
}

}  // namespace rnn::core::app
