// Why: lines of JSON are read with a parser, checked key by key, and every fault names its line.
#include "series/json_series.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr const char* kJsonForm =
    "a line is {\"start\": \"2014-01-01 00:00:00\", \"target\": [1, 2, null], \"item_id\": \"a\"}";

class JsonLine {
 public:
  JsonLine(const std::string& file, uint32_t line, std::string_view text) : file_(file), line_(line) {
    const PlainNumbers plain_numbers;
    try {
      value_ = json::parse(text.begin(), text.end());
    } catch (const json::exception& e) {
      refuse("data/json", concat("the line is no JSON that can be read (", reason(e), ")"));
    }
    if (!value_.is_object()) refuse("data/json", "the line is not a JSON object");
  }

  JsonSeries series(std::vector<std::string>& unknown) const;

 private:
  static std::string reason(const json::exception& e) {  // without the parser's own prefix, and on one line
    std::string what = e.what();
    const size_t at = what.rfind("] ");
    what = what.substr(at == std::string::npos ? 0 : at + 2, 160);
    constexpr std::string_view kPlace = "parse error at line 1, ";
    if (what.starts_with(kPlace)) what.erase(0, kPlace.size());
    std::replace_if(
        what.begin(), what.end(),
        [](char c) { return static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126; }, '?');
    return what;
  }
  [[noreturn]] void refuse(const char* code, const std::string& message, const char* help = kJsonForm) const {
    throw Error(Exit::data, code, concat(place_text(file_, line_), ": ", message), help);
  }
  // The value under the first of the keys that is there.
  const json* find(std::string_view key, std::string_view other = {}) const {
    auto at = value_.find(key);
    if (at == value_.end() && !other.empty()) at = value_.find(other);
    return at == value_.end() || at->is_null() ? nullptr : &*at;
  }
  std::string text(const json& v, std::string_view key) const {
    if (v.is_string()) return v.get<std::string>();
    if (v.is_number_integer()) return std::to_string(v.get<int64_t>());
    refuse("data/series", concat("\"", key, "\" is neither a text nor a whole number"));
  }
  double number(const json& v, std::string_view key) const {
    if (v.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (v.is_number()) return v.get<double>();
    if (v.is_boolean()) return v.get<bool>() ? 1 : 0;
    if (v.is_string() && (v.get_ref<const std::string&>() == "NaN" || v.get_ref<const std::string&>() == "nan"))
      return std::numeric_limits<double>::quiet_NaN();
    refuse("data/series", concat("\"", key, "\" has something that is no number"));
  }
  const json& list(const json& v, std::string_view key) const {
    if (!v.is_array()) refuse("data/series", concat("\"", key, "\" is no list"));
    return v;
  }
  std::vector<double> numbers(const json& v, std::string_view key) const {
    std::vector<double> read;
    for (const json& x : list(v, key)) read.push_back(number(x, key));
    return read;
  }
  std::vector<std::string> texts(const json& v, std::string_view key) const {
    std::vector<std::string> read;
    for (const json& x : list(v, key)) read.push_back(x.is_null() ? "" : text(x, key));
    return read;
  }

  const std::string& file_;
  uint32_t line_;
  json value_;
};

constexpr std::string_view kJsonKeys[] = {"start",
                                          "target",
                                          "item_id",
                                          "freq",
                                          "feat_static_cat",
                                          "cat",
                                          "feat_static_real",
                                          "feat_dynamic_real",
                                          "dynamic_feat",
                                          "feat_dynamic_cat",
                                          "past_feat_dynamic_real"};

JsonSeries JsonLine::series(std::vector<std::string>& unknown) const {
  JsonSeries s;
  s.line = line_;
  const json* target = find("target");
  if (target == nullptr) refuse("data/series", "the line has no \"target\"");
  if (target->is_array() && !target->empty() && (*target)[0].is_array())
    refuse("data/series", "\"target\" has several values for a step", "write each of them as a series of its own");
  s.target = numbers(*target, "target");
  if (const json* v = find("start")) s.start = text(*v, "start");
  if (const json* v = find("item_id")) s.id = text(*v, "item_id");
  if (const json* v = find("freq")) s.frequency = text(*v, "freq");
  if (const json* v = find("feat_static_cat", "cat")) s.static_cat = texts(*v, "feat_static_cat");
  if (const json* v = find("feat_static_real")) s.static_real = numbers(*v, "feat_static_real");
  if (const json* v = find("feat_dynamic_real", "dynamic_feat"))
    for (const json& row : list(*v, "feat_dynamic_real")) s.dynamic_real.push_back(numbers(row, "feat_dynamic_real"));
  if (const json* v = find("feat_dynamic_cat"))
    for (const json& row : list(*v, "feat_dynamic_cat")) s.dynamic_cat.push_back(texts(row, "feat_dynamic_cat"));
  if (const json* v = find("past_feat_dynamic_real"))
    for (const json& row : list(*v, "past_feat_dynamic_real")) s.past_real.push_back(numbers(row, "past_feat_dynamic_real"));
  for (const auto& [key, ignored] : value_.items()) {
    const bool known = std::find(std::begin(kJsonKeys), std::end(kJsonKeys), key) != std::end(kJsonKeys);
    if (!known && std::find(unknown.begin(), unknown.end(), key) == unknown.end()) unknown.push_back(key);
  }
  const size_t steps = s.target.size();
  const size_t length = !s.dynamic_real.empty()  ? s.dynamic_real[0].size()
                        : !s.dynamic_cat.empty() ? s.dynamic_cat[0].size()
                                                 : steps;
  const auto wrong = [&](size_t size) {
    refuse("data/series", concat("a dynamic feature has ", counted(size, "step"), ", but the target has ", steps),
           "features that are known ahead reach as far as the target or beyond, all equally far; past ones exactly as far");
  };
  for (const auto& row : s.dynamic_real)
    if (row.size() != length || length < steps) wrong(row.size());
  for (const auto& row : s.dynamic_cat)
    if (row.size() != length || length < steps) wrong(row.size());
  for (const auto& row : s.past_real)
    if (row.size() != steps) wrong(row.size());
  return s;
}

}  // namespace

bool same_features(const JsonSeries& a, const JsonSeries& b) {
  return a.static_cat.size() == b.static_cat.size() && a.static_real.size() == b.static_real.size() &&
         a.dynamic_real.size() == b.dynamic_real.size() && a.dynamic_cat.size() == b.dynamic_cat.size() &&
         a.past_real.size() == b.past_real.size() && a.start.empty() == b.start.empty();
}

bool looks_like_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && text[at] == '{';
}

std::vector<JsonSeries> read_json_series(const NamedText& text, std::vector<std::string>& notes) {
  std::string_view rest = text.text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  std::vector<JsonSeries> all;
  std::vector<std::string> unknown;
  for (uint32_t line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    JsonSeries s = JsonLine(text.name, line, one).series(unknown);
    if (!all.empty()) {
      if (!same_features(s, all[0])) {
        throw Error(Exit::data, "data/series",
                    concat(place_text(text.name, line), ": the line has not the keys and features of line ", all[0].line),
                    "each line needs the same features, and all a start or none");
      }
    }
    all.push_back(std::move(s));
  }
  if (all.empty()) throw Error(Exit::data, "data/empty", text.name + ": the file has no series", kJsonForm);
  for (const std::string& key : unknown) notes.push_back(concat(text.name, ": the key \"", key, "\" is not used"));
  return all;
}

}  // namespace rnn::core
