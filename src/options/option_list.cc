// Why: the one place where the values of options are parsed and written.
#include "options/option_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "options/kinds.h"

namespace rnn::core {
namespace {

using M = ModelOptions;
using R = TrainOptions;

[[noreturn]] void bad(const std::string& message, const std::string& help = {}) {
  throw Error(Exit::usage, "usage/option", message, help);
}

// "at least 1", "above 0 and at most 1"; a limit that only guards against overflow is mentioned only if it was exceeded.
std::string range_text(const OptionRange& r, double value) {
  std::string text = fmt::format("{} {}", r.above_low ? "above" : "at least", r.low);
  const bool obvious = r.high >= 65536 && !(value > r.high);
  return obvious ? text : text + fmt::format(" and {} {}", r.below_high ? "below" : "at most", r.high);
}

void check_range(std::string_view flag, const OptionRange& r, double value, std::string_view text) {
  const bool low = r.above_low ? value > r.low : value >= r.low, high = r.below_high ? value < r.high : value <= r.high;
  if (!(low && high)) bad(fmt::format("--{} is {}, it must be {}", flag, text, range_text(r, value)));
}

template <class T>
T number_of(std::string_view flag, std::string_view text, const char* what) {
  T value{};
  const std::errc wrong = read_number(text, value);
  if (wrong == std::errc::result_out_of_range) bad(fmt::format("--{} is {}, which is out of range", flag, text));
  if (wrong != std::errc()) bad(fmt::format("--{} is '{}', it must be {}", flag, text, what));
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) bad(fmt::format("--{} is {}, it must be a finite number", flag, text));
  }
  return value;
}

bool is_auto(const OptionInfo& o, double value) { return o.automatic > -2 && value == o.automatic; }

void read(const OptionInfo& o, std::string_view text, double& value) {
  if (o.automatic > -2 && text == "auto") {
    value = o.automatic;
    return;
  }
  const double number = o.seconds ? parse_seconds(o.name, text) : number_of<double>(o.name, text, "a number");
  check_range(o.name, o.range, number, text);
  value = number;
}

template <class T>
T parse_in_range(std::string_view flag, std::string_view text, const OptionRange& range) {
  // A minus sign is a range error, not a syntax error, for unsigned numbers, too.
  if (std::is_unsigned_v<T> && text.size() > 1 && text[0] == '-') {
    check_range(flag, range, number_of<double>(flag, text, "a whole number"), text);
  }
  const T number = number_of<T>(flag, text, "a whole number");
  check_range(flag, range, static_cast<double>(number), text);
  return number;
}

template <class T>
void read_whole(const OptionInfo& o, std::string_view text, T& value) {
  value = parse_in_range<T>(o.name, text, o.range);
}
void read(const OptionInfo& o, std::string_view text, int& value) { read_whole(o, text, value); }
void read(const OptionInfo& o, std::string_view text, int64_t& value) { read_whole(o, text, value); }
void read(const OptionInfo& o, std::string_view text, uint64_t& value) { read_whole(o, text, value); }

void read(const OptionInfo& o, std::string_view text, bool& value) {
  const bool yes = text == "true" || text == "1", no = text == "false" || text == "0";
  if (!yes && !no) bad(fmt::format("--{} is '{}', it must be true or false", o.name, text));
  value = yes;
}

void read(const OptionInfo& o, std::string_view text, std::string& value) {
  const bool chosen = std::find(o.choices.begin(), o.choices.end(), text) != o.choices.end();
  bool known = o.choices.empty() || (chosen && text.find(':') == text.npos);  // no choices: any text
  if (o.name == "cutoffs") parse_cutoffs(text), known = true;
  if (o.name == "decay-at" || o.name == "lags") parse_rising(o.name, text);
  if (o.name == "init" && uniform_range(text)) known = true;
  if (!known) {
    const std::string near = nearest_name(text, o.choices);
    bad(fmt::format("--{} is '{}', it must be one of {}", o.name, text, fmt::join(o.choices, ", ")),
        near.empty() ? "" : "did you mean " + near + "?");
  }
  value = text;
}

std::string write(const OptionInfo& o, double value) { return is_auto(o, value) ? "auto" : fmt::format("{}", value); }
std::string write(const OptionInfo&, int value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, int64_t value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, uint64_t value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, bool value) { return value ? "true" : "false"; }
std::string write(const OptionInfo&, const std::string& value) { return value; }

// f(value) for the member that the option names; AnyOptions is Options, const or not.
template <class AnyOptions, class F>
void visit_value(AnyOptions& options, const OptionInfo& o, F&& f) {
  std::visit(
      [&]<class T, class S>(T S::*member) {
        if constexpr (std::is_same_v<S, M>) {
          f(options.model.*member);
        } else if constexpr (std::is_same_v<S, SeriesOptions>) {
          f(options.series.*member);
        } else if constexpr (std::is_same_v<S, SpeechOptions>) {
          f(options.speech.*member);
        } else if constexpr (std::is_same_v<S, LabelOptions>) {
          f(options.labels.*member);
        } else {
          f(options.train.*member);
        }
      },
      o.member);
}

bool has_section(const Options& options, std::string_view section) {
  if (section == "series") return has_series(options);
  if (section == "labels") return has_labels(options);
  return section != "speech" || has_speech(options);
}

const OptionInfo& known_option(std::string_view name) {
  if (const OptionInfo* o = find_option(name)) return *o;
  std::vector<std::string_view> names;
  for (const OptionInfo& o : option_list()) names.push_back(o.name);
  const std::string near = nearest_name(option_name(name), names);
  bad(fmt::format("there is no option '{}'", name),
      near.empty() ? "rnn config show lists all of them" : "did you mean " + near + "?");
}

nlohmann::json json_value(const OptionInfo& o, double value) {
  return is_auto(o, value) ? nlohmann::json("auto") : nlohmann::json(value);
}
template <class T>
nlohmann::json json_value(const OptionInfo&, const T& value) {
  return value;
}

// A TOML basic string: that of JSON, but DEL must be escaped, too.
std::string toml_string(const std::string& text) {
  std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (size_t at = 0; (at = quoted.find('\x7F', at)) != std::string::npos;) quoted.replace(at, 1, "\\u007F");
  return quoted;
}

std::string toml_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) files.push_back(toml_string(path));
  return fmt::format("[{}]", fmt::join(files, ", "));
}

// TOML: words in quotes; a double keeps its decimal point or exponent, so that it stays a float.
std::string toml_value(const OptionInfo& o, const Options& options) {
  std::string text = get_option(options, o);
  bool word = text == "auto";
  visit_value(options, o, [&]<class V>(const V&) { word = word || std::is_same_v<V, std::string>; });
  // TOML integers end at 2^63 - 1; a larger seed is written as a string.
  const bool large = o.name == "seed" && options.train.seed > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return word || large ? toml_string(text) : text;
}

}  // namespace

std::optional<double> uniform_range(std::string_view init) {
  constexpr std::string_view kUniform = "uniform:";
  if (!init.starts_with(kUniform)) return std::nullopt;
  const double range =
      number_of<double>("init", init.substr(kUniform.size()), "uniform: and a number, for example uniform:0.1");
  if (!(range > 0 && range <= 10)) bad(fmt::format("--init is {}, the number must be above 0 and at most 10", init));
  return range;
}

double parse_real(std::string_view flag, std::string_view text, const OptionRange& range) {
  const double value = number_of<double>(flag, text, "a number");
  check_range(flag, range, value, text);
  return value;
}

int64_t parse_whole(std::string_view flag, std::string_view text, const OptionRange& range) {
  return parse_in_range<int64_t>(flag, text, range);
}

std::vector<int> parse_rising(std::string_view flag, std::string_view text) {
  std::vector<int> numbers;
  for (const std::string& part : split_commas(text)) {
    const auto value = static_cast<int>(parse_whole(flag, part, {1, 1 << 24}));
    if (!numbers.empty() && value <= numbers.back()) {
      bad(fmt::format("--{} {} is out of order: {} comes after {}", flag, text, value, numbers.back()),
          fmt::format("the numbers must increase, for example --{} 2000,10000", flag));
    }
    numbers.push_back(value);
  }
  return numbers;
}

std::vector<int> parse_cutoffs(std::string_view text) { return parse_rising("cutoffs", text == "auto" ? "" : text); }

double parse_seconds(std::string_view flag, std::string_view text) {
  constexpr std::pair<char, double> kUnits[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  constexpr const char* kTime = "a time such as 90s, 30m, 1h30m or 1d";
  double sum = 0;
  size_t next = 0;  // a unit comes once, after the larger ones
  for (std::string_view rest = text;;) {
    const size_t end = std::min(rest.find_first_of("dhms"), rest.size());
    const bool alone = end == rest.size() && rest.size() == text.size();  // without a unit: seconds
    size_t unit = alone ? std::size(kUnits) - 1 : next;
    while (!alone && unit < std::size(kUnits) && (end == rest.size() || kUnits[unit].first != rest[end])) ++unit;
    if (unit == std::size(kUnits)) bad(fmt::format("--{} is '{}', it must be {}", flag, text, kTime));
    const std::optional<double> number = parse_number<double>(rest.substr(0, end));
    if (!number || std::isnan(*number)) bad(fmt::format("--{} is '{}', it must be {}", flag, text, kTime));
    const double value = *number;
    if (value < 0) bad(fmt::format("--{} is {}, it must be at least 0", flag, text));
    sum += value * kUnits[unit].second;
    next = unit + 1;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (rest.empty()) break;
  }
  if (!std::isfinite(sum)) bad(fmt::format("--{} is {}, which is out of range", flag, text));
  return sum;
}

void set_option(Options& options, std::string_view name, std::string_view text) {
  const OptionInfo& o = known_option(name);
  visit_value(options, o, [&](auto& value) { read(o, text, value); });
}

std::string get_option(const Options& options, const OptionInfo& option) {
  std::string text;
  visit_value(options, option, [&](const auto& value) { text = write(option, value); });
  return text;
}

std::string get_option(const Options& options, std::string_view name) { return get_option(options, known_option(name)); }

nlohmann::json options_to_json(const Options& options, bool all) {
  nlohmann::json json = nlohmann::json::object();
  for (const OptionInfo& o : option_list()) {
    if (!all && !has_section(options, o.section)) continue;
    visit_value(options, o,
                [&](const auto& value) { json[std::string(o.section)][std::string(o.name)] = json_value(o, value); });
  }
  return json;
}

Options options_from_json(const nlohmann::json& json) {
  const auto corrupt = [](const std::string& what) {
    throw Error(Exit::model, "model/corrupt", "the stored options are not valid: " + what);
  };
  Options options;
  if (!json.is_object()) corrupt("not an object");
  if (json.contains("series")) options.series.calendar = "off";  // of a run of a version that had no calendar
  for (const auto& section : json.items()) {
    if (!section.value().is_object()) corrupt("'" + section.key() + "' is not an object");
    for (const auto& item : section.value().items()) {
      const OptionInfo* o = find_option(item.key());
      if (!o || o->section != section.key()) corrupt("unknown option '" + section.key() + "." + item.key() + "'");
      const nlohmann::json& value = item.value();
      if (value.is_structured() || value.is_null()) corrupt("'" + item.key() + "' is " + value.dump());
      try {
        set_option(options, o->name, value.is_string() ? value.get<std::string>() : value.dump());
      } catch (const Error& e) {
        corrupt(e.what());
      }
    }
  }
  return options;
}

std::string options_to_toml(const Options& options, const DataPaths& data) {
  std::string text;
  for (const std::string_view section : kSections) {
    if (!has_section(options, section)) continue;
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    if (section == "data") {
      if (!data.train.empty()) text += "train = " + toml_files(data.train) + "\n";
      if (!data.valid.empty())
        text += "valid = " + (data.valid.size() == 1 ? toml_string(data.valid[0]) : toml_files(data.valid)) + "\n";
      if (!data.test.empty())
        text += "test = " + (data.test.size() == 1 ? toml_string(data.test[0]) : toml_files(data.test)) + "\n";
    }
    for (const OptionInfo& o : option_list()) {
      if (o.section != section) continue;
      text += fmt::format("{:<40}  # {}\n", fmt::format("{} = {}", o.name, toml_value(o, options)), o.help);
    }
  }
  return text;
}

}  // namespace rnn::core
