// Why: config.toml says what a run did; who edits it and resumes the run is told that the run does not follow it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "options/option_list.h"

namespace rnn::core {

// An option that a config file has with another value.
struct EditedOption {
  std::string name, written, used;  // values as options_to_toml() writes them, without quotes
};
// The options whose lines ("name = value  # help") in `toml` differ both from what the run had when it stopped and from what it goes on
// with; `used` is the latter. Lines of any other form are passed over.
std::vector<EditedOption> edited_options(std::string_view toml, const Options& stopped, const Options& resumed);

}  // namespace rnn::core
