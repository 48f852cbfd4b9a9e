// Why: a config file is written by hand; it is refused with its line, or says the same when it is written out and read again.
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/target.h"
#include "options/option_list.h"
#include "settings.h"

namespace rnn::core::fuzz {
namespace {

using app::ConfigFile;

Options options_of(const ConfigFile& file) {
  Options options;
  for (const ConfigFile::Entry& entry : file.entries) set_option(options, entry.name, entry.value);
  return options;
}

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("input.toml", input);
  ConfigFile file;
  Options options;
  if (!reads([&] { options = options_of(file = app::read_config(path)); })) return;
  ++accepted;
  const std::string text = options_to_toml(options, file.data);
  const ConfigFile again = app::read_config(folder.write("again.toml", text));
  require(options_to_json(options_of(again)) == options_to_json(options), "options come back from a config file");
  require(again.data.train == file.data.train && again.data.valid == file.data.valid && again.data.test == file.data.test,
          "paths come back from a config file");
  require(options_to_toml(options_of(again), again.data) == text, "a config file is written to the same text again");
  require(options_to_json(options_from_json(options_to_json(options))) == options_to_json(options),
          "options come back from a model file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
