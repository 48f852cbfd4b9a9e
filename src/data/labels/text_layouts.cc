// Why: texts with labels that are no tables: __label__ lines, lines of JSON, folders whose names are the labels.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "__label__";
constexpr std::array kTextKeys = {"text", "sentence", "review"};
constexpr std::array kLabelKeys = {"label", "class", "intent", "category"};
constexpr std::array kSeveralKeys = {"labels", "classes", "tags", "categories"};

RawExample example_at(const RawSet& set, int64_t line) {
  RawExample e;
  e.file = static_cast<uint32_t>(set.files.size() - 1), e.line = static_cast<uint32_t>(line);
  return e;
}

// The text under the first of these keys; a number or a truth value as it is written.
template <class Keys>
std::optional<std::string> value_of(const nlohmann::json& object, const std::string& asked, const Keys& keys) {
  const auto text = [](const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
  if (!asked.empty()) return object.contains(asked) ? std::optional<std::string>(text(object.at(asked))) : std::nullopt;
  for (const auto& key : keys)
    if (object.contains(key)) return text(object.at(key));
  return std::nullopt;
}

// A list of labels; null: what is under the key is no list.
std::optional<std::vector<std::string>> list_of_labels(const nlohmann::json& object, const std::string& asked) {
  const auto list = [&](const std::string& key) -> std::optional<std::vector<std::string>> {
    if (!object.contains(key) || !object.at(key).is_array()) return std::nullopt;
    std::vector<std::string> labels;
    for (const nlohmann::json& one : object.at(key)) labels.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    return labels;
  };
  if (!asked.empty()) return list(asked);
  for (const char* key : kSeveralKeys)
    if (auto labels = list(key)) return labels;
  for (const char* key : kLabelKeys)
    if (auto labels = list(key)) return labels;
  return std::nullopt;
}

bool is_text_file(std::string_view name) { return lower_extension(without_compression(fs::path(name))) == ".txt"; }

}  // namespace

void read_fasttext(const std::string& path, const LayoutRequest& request, RawSet& set) {
  FileLines lines(path);
  for (std::string_view line; lines.next(line);) {
    if (is_blank(line)) continue;
    RawExample e = example_at(set, lines.number());
    std::string_view rest = line;
    while (rest.starts_with(kMark)) {
      const size_t end = std::min(rest.find_first_of(kWhiteSpace), rest.size());
      e.labels.emplace_back(rest.substr(kMark.size(), end - kMark.size()));
      rest.remove_prefix(end);
      rest.remove_prefix(std::min(rest.find_first_not_of(kWhiteSpace), rest.size()));
    }
    const bool several = request.options.answers == "several";
    if (e.labels.empty() && request.labelled && !several)
      lines.refuse("data/empty_label", "the line does not begin with __label__",
                   "a line looks like: __label__good I liked it.");
    if (e.labels.size() > 1 && !several)
      lines.refuse("data/labels", fmt::format("the line has {} labels", e.labels.size()),
                   "--answers several learns any number of labels; for one label, leave the others out");
    e.text = std::string(rest);
    set.examples.push_back(std::move(e));
  }
}

void read_text_lines(const std::string& path, const LayoutRequest& request, RawSet& set) {
  const PlainNumbers plain_numbers;
  FileLines lines(path);
  for (std::string_view line; lines.next(line);) {
    if (is_blank(line)) continue;
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    constexpr const char* kForm = R"(a line looks like: {"text": "I liked it.", "label": "good"})";
    if (!object.is_object()) lines.refuse("data/json", "the line is not a JSON object", kForm);
    const auto text = value_of(object, request.options.text, kTextKeys);
    const auto label = value_of(object, request.options.label, kLabelKeys);
    if (!text) lines.refuse("data/empty_text", "the line has no \"text\"", kForm);
    const auto several = request.options.answers == "several" ? list_of_labels(object, request.options.label) : std::nullopt;
    if (!label && !several && request.labelled) lines.refuse("data/empty_label", "the line has no \"label\"", kForm);
    RawExample e = example_at(set, lines.number());
    e.text = *text;
    if (several) {
      e.labels = *several;
    } else if (label) {
      e.labels = {*label};
    }
    set.examples.push_back(std::move(e));
  }
}

// Sub-folders: a file is a text, the name of its folder the label. Files alone: a line is a text, the name of its file the label.
void read_text_folder(const std::string& path, const LayoutRequest& request, RawSet& set) {
  const FilesBelow found = files_below(path, is_text_file);
  if (found.paths.empty())
    throw Error(Exit::data, "data/no_text", path + " holds no .txt files",
                "a folder for every label, with a file for every text");
  set.files.pop_back();
  int64_t folders = 0;
  for (const std::string& file : found.paths) {
    set.files.push_back(file);
    const fs::path below = fs::relative(file, path);
    set.hash += content_hash(read_data_bytes(file)) + content_hash(below.string());
    const bool flat = std::next(below.begin()) == below.end();
    const std::string label = flat ? fs::path(file).stem().string() : below.begin()->string();
    FileLines lines(file);
    if (!flat) {
      RawExample e = example_at(set, 0);
      e.text = lines.bytes(), e.labels = {label};
      set.examples.push_back(std::move(e));
      ++folders;
      continue;
    }
    for (std::string_view line; lines.next(line);) {
      if (is_blank(line)) continue;
      RawExample e = example_at(set, lines.number());
      e.text = std::string(line), e.labels = {label};
      set.examples.push_back(std::move(e));
    }
  }
  (void)request;
  set.notes.emplace_back(folders > 0 ? "a file is a text, its folder the label" : "a line is a text, its file the label");
}

}  // namespace rnn::core
