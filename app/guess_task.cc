// Why: the rules by which data betray their task.
#include "guess_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "train/option_list.h"

namespace rnn::app {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kLanguageModel = "language-model";
constexpr std::array<std::string_view, 6> kTasks = {kLanguageModel, "translate", "transcribe",
                                                    "forecast",     "classify",  "tag"};

std::string extension(const fs::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
  return text;
}

bool is_audio(const std::string& e) { return e == ".wav" || e == ".flac" || e == ".ogg" || e == ".mp3"; }
bool is_text(const std::string& e) { return e == ".txt" || e == ".jsonl" || e == ".ndjson" || e == ".gz" || e == ".zst"; }

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

TaskGuess guess_file(const std::string& path) {
  const std::string e = extension(path), line = first_line(path);
  if (is_audio(e)) return {"transcribe", path + " is a sound file"};
  if (e == ".tsv" && std::count(line.begin(), line.end(), '\t') == 1) return {"translate", path + " has two columns"};
  if (e == ".csv" || e == ".tsv") return {"forecast", path + " is a table of columns"};
  if (e == ".ts") return {"classify", path + " holds labelled series"};
  if (e == ".conll" || e == ".conllu") return {"tag", path + " holds tagged words"};
  if (line.rfind("__label__", 0) == 0) return {"classify", path + " has __label__ lines"};
  if (e == ".jsonl" || e == ".ndjson") {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_object() && object.contains("translation")) return {"translate", path + " has \"translation\" objects"};
    if (object.is_object() && object.contains("audio_filepath")) return {"transcribe", path + " lists sound files"};
    if (object.is_object() && object.contains("text") && object.contains("label"))
      return {"classify", path + " has texts with labels"};
  }
  return {std::string(kLanguageModel), e.empty() ? "a text file" : "a " + e + " file"};
}

TaskGuess guess(const std::vector<std::string>& data) {
  if (data.size() == 2) {
    const fs::path a(data[0]), b(data[1]);
    const std::string ea = extension(a), eb = extension(b);
    if (a.stem() == b.stem() && ea != eb && !is_text(ea) && !is_text(eb)) {
      return {"translate", fmt::format("{} and {} are one text in two languages", data[0], data[1])};
    }
    if (a.stem() == b.stem() && is_audio(ea) != is_audio(eb)) return {"transcribe", "a sound file beside its text"};
  }
  TaskGuess first;
  for (const std::string& path : data) {
    std::error_code error;
    const TaskGuess one = fs::is_directory(path, error) ? guess_folder(path) : guess_file(path);
    if (first.task.empty() || one.task != kLanguageModel) first = one;
    if (first.task != kLanguageModel) break;
  }
  if (data.size() > 1 && first.task == kLanguageModel) first.reason = "several texts";
  return first;
}

}  // namespace

TaskGuess guess_task(const std::string& wanted, const std::vector<std::string>& data) {
  if (wanted == kLanguageModel) return {wanted, "as asked"};
  if (!wanted.empty()) {
    if (std::find(kTasks.begin(), kTasks.end(), wanted) == kTasks.end()) {
      const std::string near = nearest_name(wanted, kTasks);
      throw Error(Exit::usage, "task/unknown", fmt::format("there is no task '{}'", wanted),
                  near.empty() ? fmt::format("one of {}", fmt::join(kTasks, ", ")) : fmt::format("did you mean {}?", near));
    }
    throw Error(Exit::usage, "task/not_available", fmt::format("the task '{}' is not available in this version", wanted),
                "available now: --task language-model");
  }
  TaskGuess found = guess(data);
  if (found.task != kLanguageModel) {
    throw Error(Exit::usage, "task/not_available",
                fmt::format("{}: the task looks like {}, which is not available in this version", found.reason, found.task),
                "available now: --task language-model, which reads the data as plain text");
  }
  return found;
}

}  // namespace rnn::app
