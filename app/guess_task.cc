// Why: the rules that infer the task from the data.
#include "guess_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/pairs.h"
#include "options/option_list.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kLanguageModel = "language-model", kTranslate = "translate";
constexpr std::array<std::string_view, 7> kTasks = {kLanguageModel, "classify",   "regress", "tag",
                                                    kTranslate,     "transcribe", "forecast"};
constexpr std::string_view kSequences = "lines of {\"input\": [...], \"target\": ...}";
constexpr std::string_view kPairs = "two parallel files (train.en train.fr), a table or JSON lines";
constexpr int kRowsLookedAt = 20;

std::string extension(const fs::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), lower_case);
  return text;
}

bool is_audio(const std::string& e) { return e == ".wav" || e == ".flac" || e == ".ogg" || e == ".mp3"; }
bool is_text(const std::string& e) { return e == ".txt" || e == ".jsonl" || e == ".ndjson" || e == ".gz" || e == ".zst"; }

// "train.en.gz" -> "train.en".
fs::path without_compression(const fs::path& path) {
  const std::string e = extension(path);
  return e == ".gz" || e == ".zst" ? fs::path(path).replace_extension() : path;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line(4096, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<size_t>(file.gcount()));
  return line.substr(0, line.find('\n'));
}

TaskGuess guess_folder(const std::string& path) {
  bool text_here = false, text_below = false, audio = false;
  std::error_code error;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file(error)) continue;
    const std::string e = extension(it->path());
    audio = audio || is_audio(e);
    if (is_text(e)) (it.depth() == 0 ? text_here : text_below) = true;
  }
  if (audio) return {"transcribe", path + " holds sound files"};
  if (text_below && !text_here) {
    throw Error(
        Exit::usage, "task/ambiguous",
        path + " holds text in sub-folders only: one label per sub-folder (classify), or one collection (language-model)?",
        "for one collection: --task language-model; --task classify is not available in this version");
  }
  return {std::string(kLanguageModel), "a folder of text"};
}

// {"input": [...], "target": ...}: the target determines the task. The first object may be longer than what first_line()
// reads.
TaskGuess guess_sequence(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const PlainNumbers plain_numbers;
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object() || !object.contains("input") || !object.contains("target")) return {};
  const nlohmann::json& target = object["target"];
  const bool numbers = target.is_number() || (target.is_array() && !target.empty() && target[0].is_number());
  if (numbers) return {"regress", path + " has sequences with numbers as targets"};
  if (target.is_array()) return {"tag", path + " has a label for every step"};
  return {"classify", path + " has sequences with one label each"};
}

bool is_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(" \r") + 1));  // npos + 1 is 0
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_number<double>(text).has_value();
}

// A table of two columns of numbers, perhaps with a header: not a translation unless requested.
bool holds_numbers(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  bool numbers = false;
  for (int row = 0; row < kRowsLookedAt && std::getline(file, line); ++row) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const bool both = is_number(line.substr(0, tab)) && is_number(line.substr(tab + 1));
    if (!both && row > 0) return false;
    numbers = numbers || both;
  }
  return numbers;
}

TaskGuess guess_file(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return {std::string(kLanguageModel), "no such file"};  // reported when the file is read
  const std::string e = extension(path), line = first_line(path);
  if (is_audio(e)) return {"transcribe", path + " is a sound file"};
  if (looks_like_pairs(path) && !holds_numbers(path)) return {std::string(kTranslate), path + " holds pairs of sentences"};
  if (e == ".csv" || e == ".tsv") return {"forecast", path + " is a table of columns"};
  if (e == ".ts") return {"classify", path + " holds labelled series"};
  if (e == ".conll" || e == ".conllu") return {"tag", path + " holds tagged words"};
  if (line.rfind("__label__", 0) == 0) return {"classify", path + " has __label__ lines"};
  if (e == ".jsonl" || e == ".ndjson") {
    if (line.find("\"target\"") != std::string::npos || line.find("\"input\"") != std::string::npos) {
      if (const TaskGuess sequence = guess_sequence(path); !sequence.task.empty()) return sequence;
    }
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_object() && object.contains("audio_filepath")) return {"transcribe", path + " lists sound files"};
    if (object.is_object() && object.contains("text") && object.contains("label"))
      return {"classify", path + " has texts with labels"};
  }
  return {std::string(kLanguageModel), e.empty() ? "a text file" : "a " + e + " file"};
}

TaskGuess guess(const std::vector<std::string>& data) {
  if (data.size() == 2) {
    const fs::path a = without_compression(data[0]), b = without_compression(data[1]);
    const std::string ea = extension(a), eb = extension(b);
    const auto language = [](const std::string& e) { return !e.empty() && !is_text(e) && !is_audio(e); };
    if (a.stem() == b.stem() && ea != eb && language(ea) && language(eb)) {
      return {std::string(kTranslate), fmt::format("{} and {} are one text in two languages", data[0], data[1])};
    }
    if (a.stem() == b.stem() && is_audio(ea) != is_audio(eb)) return {"transcribe", "a sound file with its text"};
  }
  TaskGuess first;
  for (const std::string& path : data) {
    std::error_code error;
    const TaskGuess one = fs::is_directory(path, error) ? guess_folder(path) : guess_file(path);
    if (first.task.empty() || one.task != kLanguageModel) first = one;
    if (first.task != kLanguageModel) break;
  }
  if (data.size() > 1 && first.task == kTranslate) {
    throw Error(
        Exit::usage, "task/ambiguous",
        fmt::format("{}, but there are {} files: a table of pairs must be the only file", first.reason, data.size()),
        "put the pairs into one file; for two parallel files or plain text: --task translate, --task language-model");
  }
  if (data.size() > 1 && first.task == kLanguageModel) first.reason = "several texts";
  return first;
}

// --task translate accepts whatever read_pairs() does, whatever the names of the files.
TaskGuess asked_for_pairs(const std::vector<std::string>& data) {
  std::error_code error;
  const auto folder =
      std::find_if(data.begin(), data.end(), [&](const auto& path) { return fs::is_directory(path, error); });
  if (folder == data.end() && data.size() <= 2) return {std::string(kTranslate), "as asked"};
  throw Error(Exit::usage, "task/data",
              folder != data.end() ? fmt::format("{} is a folder, not a file of pairs", *folder)
                                   : fmt::format("pairs are in one or two files, not in {}", data.size()),
              fmt::format("--task translate reads {}", kPairs));
}

}  // namespace

TaskGuess guess_task(const std::string& wanted, const std::vector<std::string>& data) {
  if (wanted == kLanguageModel) return {wanted, "as asked"};
  if (!wanted.empty() && std::find(kTasks.begin(), kTasks.end(), wanted) == kTasks.end()) {
    const std::string near = nearest_name(wanted, kTasks);
    throw Error(Exit::usage, "task/unknown", fmt::format("there is no task '{}'", wanted),
                near.empty() ? fmt::format("one of {}", fmt::join(kTasks, ", ")) : fmt::format("did you mean {}?", near));
  }
  if (wanted == kTranslate) return asked_for_pairs(data);
  // Sequences are recognised by their format, whatever the name of the file.
  const TaskGuess sequence = data.empty() ? TaskGuess{} : guess_sequence(data[0]);
  if (!wanted.empty() && sequence.task == wanted) return {wanted, "as asked"};
  if (wanted == "regress") {
    throw Error(Exit::usage, "task/data", fmt::format("{} holds no sequences with numbers as targets", data[0]),
                fmt::format("--task regress reads {}", kSequences));
  }
  if (!wanted.empty()) {
    throw Error(
        Exit::usage, "task/not_available",
        fmt::format("the task '{}' is not available in this version for {}", wanted, data.empty() ? "this" : data[0]),
        fmt::format("available now: --task language-model for text; translate for {}; classify, regress and tag for {}",
                    kPairs, kSequences));
  }
  TaskGuess found = guess(data);
  const bool available = found.task == kLanguageModel || found.task == kTranslate || found.task == sequence.task;
  if (!available) {
    throw Error(
        Exit::usage, "task/not_available",
        fmt::format("{}: the task looks like {}, which is not available in this version", found.reason, found.task),
        fmt::format("available now: --task language-model, which reads the data as plain text; pairs of sentences in {}; {}",
                    kPairs, kSequences));
  }
  return found;
}

}  // namespace rnn::core::app
