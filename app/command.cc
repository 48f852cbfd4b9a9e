// Why: CLI11 parses; the messages and the help pages are our own.
#include "command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/error.h"
#include "events/terminal.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

constexpr const char* kMain = "options";

// Stands before every value and word that CLI11 gets, which would otherwise read "[a]" as a list, "" as no value and "-a" as a flag.
constexpr char kMark = '\x02';

std::string typed(const std::string& word) { return word.starts_with(kMark) ? word.substr(1) : word; }

std::string without_marks(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), kMark), text.end());
  return text;
}

bool is_place(std::string_view value) { return value.starts_with("FILE") || value == "DIR" || value == "MODEL"; }

// An empty text is a value, but nothing has an empty name, and no list and no rule is empty.
std::string typed(const std::string& flag, const std::string& value, const std::string& word) {
  std::string text = typed(word);
  if (text.empty() && value != "TEXT" && value != "SEQUENCE")
    throw Error(Exit::usage, "usage/option",
                fmt::format("--{} is empty, it must be {}", flag, is_place(value) || value == "NAME" ? "a name" : value),
                "leave it out, or give it a value");
  return text;
}

// "-o,--output" -> "output": the name of a flag in messages.
std::string long_name(const std::string& names) {
  const size_t at = names.find("--");
  return at == std::string::npos ? names.substr(names.find_first_not_of('-')) : names.substr(at + 2);
}

}  // namespace

Command::Command(std::string verb, std::string usage, std::string summary)
    : verb_(std::move(verb)),
      usage_(std::move(usage)),
      summary_(std::move(summary)),
      heading_(kMain),
      app_(std::make_unique<CLI::App>()) {
  app_->set_help_flag("-h,--help", "this help page");
  app_->set_help_all_flag("--help-all", "all options");
  app_->allow_extras();  // refused by refuse_unknown(), with the nearest name
}

Command::~Command() = default;

CLI::Option* Command::keep(CLI::Option* option, const std::string& value) {
  if (!value.empty()) option->type_name(value);
  return option->group(heading_);
}

void Command::flag(const std::string& names, bool* target, const std::string& help) {
  keep(app_->add_flag(names, *target, help), "");
}

void Command::text(const std::string& names, std::string* target, const std::string& value, const std::string& help) {
  const auto take = [=, flag = long_name(names)](const std::string& text) { *target = typed(flag, value, text); };
  CLI::Option* option = keep(app_->add_option_function<std::string>(names, take, help), value)
                            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  if (is_place(value)) once_.emplace_back(option, long_name(names));
}

void Command::texts(const std::string& names, std::vector<std::string>* target, const std::string& value,
                    const std::string& help) {
  keep(app_->add_option_function<std::string>(
           names, [=, flag = long_name(names)](const std::string& text) { target->push_back(typed(flag, value, text)); },
           help),
       value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->trigger_on_parse();
}

void Command::files(const std::string& names, std::vector<std::string>* target, const std::string& value,
                    const std::string& help, Repeat repeat) {
  const auto take = [=, flag = long_name(names)](const std::vector<std::string>& words) {
    if (!target->empty() && repeat == Repeat::refused)
      throw Error(Exit::usage, "usage/option", fmt::format("--{} is given twice", flag),
                  fmt::format("give it once: two files of pairs follow one --{}", flag));
    for (const std::string& word : words) target->push_back(typed(flag, value, word));
  };
  keep(app_->add_option_function<std::vector<std::string>>(names, take, help), value)
      ->expected(1, 2)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->trigger_on_parse();
}

void Command::whole(const std::string& names, int64_t* target, const OptionRange& range, const std::string& value,
                    const std::string& help) {
  const auto take = [=, flag = long_name(names)](const std::string& text) {
    *target = parse_whole(flag, typed(text), range);
  };
  keep(app_->add_option_function<std::string>(names, take, help), value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Command::real(const std::string& names, double* target, const OptionRange& range, const std::string& value,
                   const std::string& help) {
  const auto take = [=, flag = long_name(names)](const std::string& text) {
    *target = parse_real(flag, typed(text), range);
  };
  keep(app_->add_option_function<std::string>(names, take, help), value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Command::seconds(const std::string& names, double* target, const std::string& help) {
  const auto take = [=, flag = long_name(names)](const std::string& text) { *target = parse_seconds(flag, typed(text)); };
  keep(app_->add_option_function<std::string>(names, take, help), "TIME")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Command::option(const OptionInfo& option, const std::function<void(const OptionInfo&, const std::string&)>& take,
                     const std::string& shown_names) {
  const std::string names = shown_names.empty() ? "--" + std::string(option.name) : shown_names;
  const std::string help(option.help);
  if (option.value.empty()) {
    // --x=false is --no-x: the count is then -1.
    keep(app_->add_flag_function(
             names, [=, &option](int64_t n) { take(option, n > 0 ? "true" : "false"); }, help),
         "");
    app_->add_flag_function("--no-" + std::string(option.name),
                            [=, &option](int64_t n) { take(option, n > 0 ? "false" : "true"); })
        ->group("");
    return;
  }
  const auto hand = [=, &option](const std::string& text) { take(option, typed(text)); };
  const std::string usual = get_option(Options{}, option);
  keep(app_->add_option_function<std::string>(names, hand, usual.empty() ? help : help + " (" + usual + ")"),
       std::string(option.value))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Command::word(const std::string& name, std::string* target, const std::string& help) {
  app_->add_option_function<std::string>(
          name, [target](const std::string& word) { *target = typed(word); }, help)
      ->group(kMain);
}

void Command::words(const std::string& name, std::vector<std::string>* target, const std::string& help) {
  const auto take = [target](const std::vector<std::string>& words) {
    for (const std::string& word : words) target->push_back(typed(word));
  };
  app_->add_option_function<std::vector<std::string>>(name, take, help)->group(kMain);
}

// The arguments as CLI11 gets them.
std::vector<std::string> Command::marked(const Arguments& arguments) const {
  const auto is_known = [&](const std::string& name) { return app_->get_option_no_throw(name) != nullptr; };
  const auto takes = [&](const std::string& name) {
    return is_known(name) && app_->get_option_no_throw(name)->get_items_expected_max() > 0;
  };
  std::vector<std::string> words;
  bool value = false, only_words = false;  // the next one is the value of a flag; all others are words
  for (const std::string& a : arguments) {
    if (value || only_words || a.size() < 2 || a[0] != '-') {
      words.push_back(kMark + a);
      value = false;
      continue;
    }
    words.push_back(a);
    only_words = a == "--";
    const size_t equals = std::min(a.find('='), a.size());
    if (a[1] == '-') {
      if (equals < a.size() && takes(a.substr(0, equals))) words.back().insert(equals + 1, 1, kMark);
      value = equals == a.size() && takes(a);
      continue;
    }
    for (size_t i = 1; i < a.size() && is_known({'-', a[i]}); ++i) {  // -qo FILE, -qoFILE
      if (!takes({'-', a[i]})) continue;
      value = i + 1 == a.size();
      if (!value) words.back().insert(i + 1, 1, kMark);
      break;
    }
  }
  return words;
}

bool Command::parse(const Arguments& arguments) {
  try {
    std::vector<std::string> words = marked(arguments);
    std::reverse(words.begin(), words.end());
    app_->parse(words);
  } catch (const CLI::CallForHelp&) {
    print(help(false));
    return false;
  } catch (const CLI::CallForAllHelp&) {
    print(help(true));
    return false;
  } catch (const CLI::ParseError& e) {
    throw Error(Exit::usage, "usage/flag", without_marks(e.what()), fmt::format("rnn {} --help lists the options", verb_));
  }
  refuse_unknown();
  refuse_repeated();
  return true;
}

void Command::refuse_repeated() const {
  for (const auto& [option, flag] : once_) {
    if (option->count() > 1)
      throw Error(Exit::usage, "usage/option",
                  fmt::format("--{} is given {}", flag, option->count() == 2 ? "twice" : "several times"),
                  "it has one value: leave the others out");
  }
}

void Command::refuse_unknown() const {
  std::vector<std::string> rest = app_->remaining();
  rest.erase(std::remove(rest.begin(), rest.end(), "--"), rest.end());  // a word "--" is marked
  if (rest.empty()) return;
  const auto is_flag = [](const std::string& word) { return word.size() > 1 && word[0] == '-'; };
  const auto found = std::find_if(rest.begin(), rest.end(), is_flag);
  if (found == rest.end()) {
    throw Error(Exit::usage, "usage/argument", fmt::format("rnn {} does not expect '{}'", verb_, typed(rest[0])),
                fmt::format("usage: rnn {} {}", verb_, usage_));
  }
  const std::string flag = without_marks(found->substr(0, found->find('=')));
  std::vector<std::string> names;
  for (const CLI::Option* o : app_->get_options()) {
    for (const std::string& name : o->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string near = nearest_name(flag, candidates);
  throw Error(
      Exit::usage, "usage/flag", fmt::format("rnn {} has no flag {}", verb_, flag),
      near.empty() ? fmt::format("rnn {} --help-all lists all of them", verb_) : fmt::format("did you mean {}?", near));
}

bool Command::given(const std::string& flag) const { return app_->count(flag) > 0; }

void Command::refuse(std::initializer_list<const char*> flags, std::string_view why, const std::string& help) const {
  for (const char* flag : flags) {
    if (given(flag)) throw Error(Exit::usage, "usage/option", fmt::format("{} {}", flag, why), help);
  }
}

void Command::need(const std::string& value, const std::string& what) const {
  if (!value.empty()) return;
  throw Error(Exit::usage, "usage/missing", fmt::format("rnn {} needs {}", verb_, what),
              examples_.empty() ? fmt::format("usage: rnn {} {}", verb_, usage_) : "for example: " + examples_[0]);
}

std::string Command::help(bool all) const {
  std::string text = fmt::format("rnn {}: {}\n\nusage: rnn {} {}\n", verb_, summary_, verb_, usage_);
  struct Line {
    std::string group, left, right;
  };
  std::vector<Line> lines;
  std::vector<std::string> groups;
  bool hidden = false;
  for (const CLI::Option* o : app_->get_options()) {
    const bool is_help = o == app_->get_help_ptr() || o == app_->get_help_all_ptr();
    const std::string group = is_help ? kMain : o->get_group();
    if (group.empty()) continue;
    if (group != kMain && !all) {
      hidden = true;
      continue;
    }
    std::string left;
    if (o->get_positional()) {
      left = o->get_name(true);
    } else {
      for (const std::string& name : o->get_snames()) left += "-" + name;
      for (const std::string& name : o->get_lnames()) left += (left.empty() ? "    --" : ", --") + name;
      if (o->get_expected_min() > 0) left += " " + o->get_type_name();
    }
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    lines.push_back({group, left, o->get_description()});
  }
  for (const std::string& group : groups) {
    text += fmt::format("\n{}:\n", group);
    for (const Line& line : lines) {
      if (line.group == group) text += fmt::format("  {:<28} {}\n", line.left, line.right);
    }
  }
  if (hidden) text += fmt::format("\nrnn {} --help-all shows the other options\n", verb_);
  text += "\nexamples:\n";
  for (const std::string& line : examples_) text += "  " + line + "\n";
  return text;
}

int run_part(std::string_view verb, std::string_view about, std::span<const Part> parts, std::string_view examples,
             const Arguments& arguments) {
  const std::string name = arguments.empty() ? "" : arguments[0];
  for (const Part& p : parts) {
    if (p.name == name) return p.run({arguments.begin() + 1, arguments.end()});
  }
  if (name == "--help" || name == "-h" || name == "--help-all") {
    print(fmt::format("rnn {}: {}\n\n", verb, about));
    size_t widest = 0;
    for (const Part& p : parts) widest = std::max(widest, p.name.size());
    for (const Part& p : parts) print(fmt::format("  rnn {} {:<{}}  {}\n", verb, p.name, widest, p.summary));
    print(fmt::format("\nexamples:\n{}", examples));
    return 0;
  }
  std::vector<std::string_view> names;
  std::string all;
  for (const Part& p : parts) {
    names.push_back(p.name);
    all += fmt::format("{}rnn {} {}", all.empty() ? "" : p.name == parts.back().name ? " or " : ", ", verb, p.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(
      Exit::usage, "usage/verb",
      name.empty() ? fmt::format("rnn {} needs a second verb", verb) : fmt::format("there is no rnn {} {}", verb, name),
      near.empty() ? all : fmt::format("did you mean rnn {} {}?", verb, near));
}

}  // namespace rnn::core::app
