// Why: reads TOML; every key is known or refused with its line.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "settings.h"

namespace rnn::core::app {
namespace {

constexpr std::string_view kDataKeys[] = {"train", "valid", "test"};

[[noreturn]] void bad(const std::string& code, const std::string& message, const std::string& help = {}) {
  throw Error(Exit::usage, code, message, help);
}

// The parser builds and destroys a table for each part of a dotted name by recursion, without a limit of its own. No option needs more
// than two parts. Returns the first line with more than kMostDots dots outside quotes, or 0.
constexpr int kMostDots = 64;
int line_of_deep_name(std::string_view text) {
  int line = 1, dots = 0;
  char quote = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line, dots = 0, quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && c == '.' && ++dots > kMostDots) {
      return line;
    }
  }
  return 0;
}

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  ConfigFile read() {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path_, error)) {
      bad("config/missing", path_ + (std::filesystem::exists(path_, error) ? " is not a file" : " does not exist"),
          "rnn config show --toml > run.toml writes one with every option");
    }
    const std::string text = read_file(path_);
    if (const int line = line_of_deep_name(text); line > 0)
      bad("config/syntax", fmt::format("{}:{}: a name has more than {} parts", path_, line, kMostDots));
    try {
      const toml::table table = toml::parse(text, path_);
      for (const auto& [key, node] : table) read_section(key.str(), node);
    } catch (const toml::parse_error& e) {
      bad("config/syntax", fmt::format("{}:{}: {}", path_, e.source().begin.line, e.description()));
    }
    return std::move(file_);
  }

 private:
  std::string place(const toml::node& node) const { return fmt::format("{}:{}", path_, node.source().begin.line); }

  void read_section(std::string_view name, const toml::node& node) {
    const toml::table* table = node.as_table();
    const bool known = std::find(std::begin(kSections), std::end(kSections), name) != std::end(kSections);
    if (!table && find_option(name)) {
      bad("config/key", fmt::format("{}: '{}' is outside its section", place(node), name),
          fmt::format("it belongs under [{}]", find_option(name)->section));
    }
    if (!table && known) {
      bad("config/key", fmt::format("{}: '{}' is a section, not an option", place(node), name),
          fmt::format("write [{}] on a line of its own, and its options below it, one a line", name));
    }
    if (!table || !known) {
      const std::string near = nearest_name(name, kSections);
      bad("config/key", fmt::format("{}: unknown section '{}'", place(node), name),
          near.empty() ? "a config file has the sections [data], [model], [train] and [series]"
                       : fmt::format("did you mean [{}]?", near));
    }
    for (const auto& [key, value] : *table) read_key(name, key.str(), value);
  }

  void read_key(std::string_view section, std::string_view key, const toml::node& node) {
    if (section == "data" && read_data(key, node)) return;
    const OptionInfo* option = find_option(key);
    if (option && option->section != section) {
      bad("config/key", fmt::format("{}: '{}' does not belong under [{}]", place(node), key, section),
          fmt::format("it belongs under [{}]", option->section));
    }
    if (!option) {
      std::vector<std::string_view> names;
      for (const OptionInfo& o : option_list()) names.push_back(o.name);
      if (section == "data") names.insert(names.end(), std::begin(kDataKeys), std::end(kDataKeys));
      std::string wanted(key);
      std::replace(wanted.begin(), wanted.end(), '_', '-');
      const std::string near = nearest_name(wanted, names);
      bad("config/key", fmt::format("{}: unknown key '{}' under [{}]", place(node), key, section),
          near.empty() ? "rnn config show lists every key" : fmt::format("did you mean {}?", near));
    }
    file_.entries.push_back({std::string(option->name), text_of(key, node), place(node)});
  }

  std::string text_of(std::string_view key, const toml::node& node) const {
    if (const auto* v = node.as_string()) return v->get();
    if (const auto* v = node.as_integer()) return fmt::format("{}", v->get());
    if (const auto* v = node.as_floating_point()) return fmt::format("{}", v->get());
    if (const auto* v = node.as_boolean()) return v->get() ? "true" : "false";
    bad("config/type", fmt::format("{}: '{}' must be a single number, a word, true or false", place(node), key));
  }

  bool read_data(std::string_view key, const toml::node& node) {
    std::vector<std::string>* files = key == "train"   ? &file_.data.train
                                      : key == "valid" ? &file_.data.valid
                                      : key == "test"  ? &file_.data.test
                                                       : nullptr;
    if (!files) return false;
    if (const toml::array* list = node.as_array()) {
      for (const toml::node& item : *list) files->push_back(path_of(key, item));
    } else {
      files->push_back(path_of(key, node));
    }
    return true;
  }

  std::string path_of(std::string_view key, const toml::node& node) const {
    if (const auto* v = node.as_string(); v && !v->get().empty()) return v->get();
    bad("config/type", fmt::format("{}: '{}' must be the path of a text file, in quotes", place(node), key));
  }

  std::string path_;
  ConfigFile file_;
};

}  // namespace

ConfigFile read_config(const std::string& path) { return Reader(path).read(); }

}  // namespace rnn::core::app
