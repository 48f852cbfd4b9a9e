// Why: every verb parses its flags, refuses unknown ones and shows its help in the same way.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/names.h"  // split_commas: for the lists that flags have
#include "options/option_list.h"
#include "verbs.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not our name
class App;
class Option;
}  // namespace CLI

namespace rnn::core::app {

// Throws Error{usage, code} if `path` exists and --force was not given; else as require_output() (outputs.h) does.
void refuse_existing(const std::string& path, bool force, const char* code = "data/exists");

// Declares the flags of one verb, then parses. Names as in CLI11: "-o,--output"; targets must outlive parse().
class Command {
 public:
  // `usage` is what follows "rnn VERB": "MODEL TEXT [options]".
  Command(std::string verb, std::string usage, std::string summary);
  ~Command();

  void flag(const std::string& names, bool* target, const std::string& help);
  // An empty value is refused, unless it is a TEXT or a SEQUENCE. A FILE, DIR or MODEL is given once.
  void text(const std::string& names, std::string* target, const std::string& value, const std::string& help);
  void texts(const std::string& names, std::vector<std::string>* target, const std::string& value, const std::string& help);
  // Followed by one or two words: the second is taken unless it is a flag. Given once, or with Repeat::adds any number of times.
  enum class Repeat { refused, adds };
  void files(const std::string& names, std::vector<std::string>* target, const std::string& value, const std::string& help,
             Repeat repeat = Repeat::refused);
  void whole(const std::string& names, int64_t* target, const OptionRange& range, const std::string& value,
             const std::string& help);
  void real(const std::string& names, double* target, const OptionRange& range, const std::string& value,
            const std::string& help);
  void seconds(const std::string& names, double* target, const std::string& help);
  // An option of the table, its default in the help: its value is passed to `take`.
  void option(const OptionInfo& option, const std::function<void(const OptionInfo&, const std::string&)>& take,
              const std::string& shown_names = {});
  // Positional words, in this order. need() reports a missing one that is required.
  void word(const std::string& name, std::string* target, const std::string& help);
  void words(const std::string& name, std::vector<std::string>* target, const std::string& help);
  // Everything declared after this call is shown by --help-all only.
  void more(const std::string& heading = "more options") { heading_ = heading; }
  void example(const std::string& line) { examples_.push_back(line); }

  // False when help was asked for and printed. A value is taken as it was typed, empty or not; after "--" there are words only. Throws
  // Error{usage, "usage/flag"}.
  bool parse(const Arguments& arguments);
  bool given(const std::string& flag) const;
  // Throws Error{usage, "usage/option"}, "FLAG why", if one of the flags is given.
  void refuse(std::initializer_list<const char*> flags, std::string_view why, const std::string& help = "") const;
  // Throws Error{usage, "usage/missing"} with an example if `value` is empty.
  void need(const std::string& value, const std::string& what) const;

 private:
  CLI::Option* keep(CLI::Option* option, const std::string& value);
  std::vector<std::string> marked(const Arguments& arguments) const;
  void refuse_unknown() const;
  void refuse_repeated() const;
  std::string help(bool all) const;

  std::string verb_, usage_, summary_, heading_;
  std::vector<std::string> examples_;
  std::vector<std::pair<CLI::Option*, std::string>> once_;  // what is given once, and the name of its flag
  std::unique_ptr<CLI::App> app_;
};

// A second verb: rnn data check.
struct Part {
  std::string_view name, summary;
  int (*run)(const Arguments&);
};
// Runs the part named by the first argument, or prints the list for --help. Throws Error{usage, "usage/verb"} with the
// nearest name.
int run_part(std::string_view verb, std::string_view about, std::span<const Part> parts, std::string_view examples,
             const Arguments& arguments);

}  // namespace rnn::core::app
