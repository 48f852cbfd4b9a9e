// Why: the one list of tasks; and what data that none of them reads looks like, for a message.
#include "tasks/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "options/option_list.h"
#include "tasks/effect/task.h"
#include "tasks/forecast/task.h"
#include "tasks/language_model/task.h"
#include "tasks/sequences/task.h"
#include "tasks/table_guess.h"
#include "tasks/transcribe/task.h"
#include "tasks/translate/task.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr const Task* kTasks[] = {
    &kLanguageModel,  &kSequenceTasks[0], &kSequenceTasks[1], &kSequenceTasks[2], &kSequenceTasks[3],
    &kClassifyAndTag, &kTranslate,        &kForecast,         &kTranscribe,       &kEffect};

// What people train elsewhere and this version does not.
struct Unknown {
  std::string task, reason;
};

// Task "" if the data may be anything.
Unknown looks_like(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    const FilesBelow sounds = files_below(path, [](std::string_view name) { return is_audio_name(name); });
    return sounds.paths.empty() ? Unknown{} : Unknown{std::string(kTranscribe.name), path + " holds sound files"};
  }
  if (!fs::exists(path, error) && !is_pipe(path)) return {};
  if (is_audio_name(path)) return {std::string(kTranscribe.name), path + " is a sound file"};
  const std::string extension = lower_extension(path), line = first_data_line(path);
  const size_t separator = line.find_first_of(extension == ".tsv" ? "\t" : ",;\t");
  if (separator != std::string::npos && (extension == ".csv" || extension == ".tsv")) {
    if (is_table_of_numbers(first_data_bytes(path), line[separator]))
      return {std::string(kForecast.name), path + " is a table of columns"};
    return {"classify", path + " is a table of texts with labels"};
  }
  if (extension == ".ts") return {"classify", path + " holds labelled series"};
  if (extension == ".conll" || extension == ".conllu") return {"tag", path + " holds tagged words"};
  if (line.starts_with("__label__")) return {"classify", path + " has __label__ lines"};
  if (!holds_json_lines(path)) return {};
  const PlainNumbers plain_numbers;
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (object.is_object() && object.contains("audio_filepath"))
    return {std::string(kTranscribe.name), path + " lists sound files"};
  if (object.is_object() && object.contains("text") && object.contains("label"))
    return {"classify", path + " has texts with labels"};
  return {};
}

// "language-model for text; classify, tag and regress for lines of ...".
std::string available() {
  std::string text;
  for (size_t i = 0; i < std::size(kTasks);) {
    std::vector<std::string_view> names;
    const std::string_view reads = kTasks[i]->reads;
    for (; i < std::size(kTasks) && kTasks[i]->reads == reads; ++i) names.push_back(kTasks[i]->name);
    text += fmt::format("{}{} for {}", text.empty() ? "available now: --task " : "; ", fmt::join(names, ", "), reads);
  }
  return text;
}

// The first option that is not as usual and that only time series read; "": there is none.
std::string option_of_series(const Options& options) {
  const Options usual;
  for (const OptionInfo& o : option_list())
    if (o.readers == OptionReaders::of_series && get_option(options, o) != get_option(usual, o)) return std::string(o.name);
  return {};
}

[[noreturn]] void not_available(const std::string& message) {
  throw Error(Exit::usage, "task/not_available", message, available());
}

ChosenTask wanted_task(std::string_view wanted, const std::vector<std::string>& data) {
  if (const Task* task = find_task(wanted)) {
    task->require_data(data);
    return {task, "as asked"};
  }
  std::vector<std::string_view> names;
  for (const Task* task : kTasks) names.push_back(task->name);
  const std::string near = nearest_name(wanted, names);
  throw Error(Exit::usage, "task/unknown", fmt::format("there is no task '{}'", wanted),
              near.empty() ? fmt::format("one of {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", near));
}

}  // namespace

std::span<const Task* const> tasks() { return kTasks; }

const Task* find_task(std::string_view name) {
  const auto at = std::find_if(std::begin(kTasks), std::end(kTasks), [&](const Task* task) { return task->name == name; });
  return at == std::end(kTasks) ? nullptr : *at;
}

ChosenTask choose_task(std::string_view wanted, const std::vector<std::string>& data, const Options& options) {
  if (!wanted.empty()) return wanted_task(wanted, data);
  ChosenTask best, other;
  TaskGuess surest;
  decltype(Task::guess) asked = nullptr;
  for (const Task* task : kTasks) {
    if (task->guess == asked) continue;  // it has answered for this task, too
    asked = task->guess;
    TaskGuess guess = task->guess(data);
    if (guess.confidence == TaskGuess::no || guess.confidence < surest.confidence) continue;
    other = guess.confidence == surest.confidence ? best : ChosenTask{};
    best = {guess.task.empty() ? task : find_task(guess.task), guess.reason}, surest = std::move(guess);
  }
  if (other.task) {
    throw Error(Exit::usage, "task/ambiguous",
                fmt::format("{} ({}), but also {} ({})", other.reason, other.task->name, best.reason, best.task->name),
                fmt::format("say which: --task {} or --task {}", other.task->name, best.task->name));
  }
  if (surest.confidence > TaskGuess::possible) return best;
  if (const std::string option = option_of_series(options); !option.empty())
    return {&kForecast, "--" + option + " is for time series"};
  for (const std::string& path : data) {
    const Unknown found = looks_like(path);
    if (found.task.empty()) continue;
    const Task* task = find_task(found.task);  // there is one: the data has another form than it reads
    if (task == &kSequenceTasks[0] || task == &kSequenceTasks[1])
      return {task, found.reason};  // reading says what is missing
    not_available(fmt::format(
        "{}: the task looks like {}, {}", found.reason, found.task,
        task ? fmt::format("for which this version reads {} only", task->reads) : "which is not available in this version"));
  }
  return best;
}

}  // namespace rnn::core
