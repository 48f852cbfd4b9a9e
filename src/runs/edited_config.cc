// Why: see edited_config.h.
#include "runs/edited_config.h"

#include <algorithm>

#include "base/error.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

std::string_view without_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(kSpace) + 1));  // npos + 1 is 0
  return text;
}

// "\"lstm\"  # the cell" -> lstm.
std::string_view value_of(std::string_view text) {
  text = without_space(text);
  if (text.starts_with('"')) return text.substr(1, std::min(text.find('"', 1), text.size()) - 1);
  return without_space(text.substr(0, text.find('#')));
}

// The text of the value as the option writes it; as it is if it cannot be one.
std::string own_form(const OptionInfo& option, std::string_view value) {
  Options probe;
  try {
    set_option(probe, option.name, value);
  } catch (const Error&) {
    return std::string(value);
  }
  return get_option(probe, option);
}

}  // namespace

std::vector<EditedOption> edited_options(std::string_view toml, const Options& stopped, const Options& resumed) {
  std::vector<EditedOption> edited;
  while (!toml.empty()) {
    const size_t end = std::min(toml.find('\n'), toml.size());
    const std::string_view line = toml.substr(0, end);
    toml.remove_prefix(std::min(end + 1, toml.size()));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const OptionInfo* option = find_option(without_space(line.substr(0, equals)));
    if (!option || value_of(line.substr(equals + 1)).starts_with('[')) continue;
    const std::string written = own_form(*option, value_of(line.substr(equals + 1)));
    if (written == get_option(stopped, *option) || written == get_option(resumed, *option)) continue;
    edited.push_back({std::string(option->name), written, get_option(resumed, *option)});
  }
  return edited;
}

}  // namespace rnn::core
