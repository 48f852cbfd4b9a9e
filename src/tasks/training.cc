// Why: from a request, or from the checkpoint of a run, to the class that runs the task.
#include "tasks/training.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "data/inputs/folders.h"
#include "io/model_file.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "runs/edited_config.h"
#include "runs/model_card.h"
#include "runs/option_checks.h"
#include "runs/run.h"
#include "tasks/list.h"

namespace rnn::core {
namespace {

using nlohmann::json;

const Task& task_of(const std::string& name) {
  if (const Task* task = find_task(name)) return *task;
  throw Error(Exit::usage, "task/unknown", "there is no task '" + name + "'");
}

// A list; earlier versions wrote a single name, possibly empty.
std::vector<std::string> files_of(const json& saved) {
  if (!saved.is_string()) {
    std::vector<std::string> files;
    for (const json& path : saved) files.push_back(path_from_json(path));
    return files;
  }
  return saved.get<std::string>().empty() ? std::vector<std::string>() : std::vector<std::string>{saved};
}

// A run's data is read again when it is resumed.
void require_again(const std::string& folder, const std::string& path) {
  if (path != "-" && !path.starts_with("/dev/") && !path.starts_with("/proc/")) return;
  throw Error(Exit::data, "data/pipe", folder + " was trained on " + path + ", a pipe, which cannot be read again",
              "train on a file, or start a new run from these weights: rnn train DATA --init-from " + folder);
}

void check_change(std::string_view name) {
  const OptionInfo* option = find_option(name);
  if (!option || option->rule == ResumeRule::changeable) return;  // set_option() says more clearly that there is none
  throw Error(Exit::usage, "usage/resume",
              "a resumed run cannot change --" + std::string(option->name) + ": it continues as it began",
              "start a new run from these weights with --init-from");
}

// Who edits config.toml and resumes is told that this changes nothing.
void tell_edited(const RunFolder& where, const Options& stopped, const Options& resumed, EventStream& events) {
  std::error_code ignored;
  const std::string path = where.file("config.toml");
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  for (const EditedOption& option : edited_options(read_file(path), stopped, resumed)) {
    const bool changeable = find_option(option.name)->rule == ResumeRule::changeable;
    events.emit(
        {"warning",
         {{"code", "run/config"},
          {"message", path + " says " + option.name + " = " + option.written + ", but the run goes on with " + option.used},
          {"help", changeable ? "to change it: rnn train --resume " + shell_word(where.path()) + " --" + option.name + " " +
                                    option.written
                              : "a resumed run continues as it began; another one starts from its weights: --init-from"}}});
  }
}

// There is no checkpoint.
[[noreturn]] void refuse_folder(const RunFolder& where) {
  std::error_code ignored;
  const std::filesystem::path folder = where.path();
  if (std::filesystem::exists(folder, ignored)) {
    throw Error(Exit::model, "run/no_checkpoint",
                where.path() + " holds no last.ckpt.safetensors, so there is nothing to resume",
                "is it the folder of a run? rnn train -o FOLDER writes one");
  }
  std::vector<std::string> names;
  const std::filesystem::path above = folder.has_parent_path() ? folder.parent_path() : std::filesystem::path(".");
  for (const auto& entry : std::filesystem::directory_iterator(above, ignored))
    if (is_run_folder(entry.path().string())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string near = nearest_name(folder.filename().string(), candidates);
  throw Error(Exit::model, "run/no_checkpoint", "there is no run " + where.path(),
              near.empty() ? "check the path; rnn train creates run folders"
                           : "did you mean " + (folder.has_parent_path() ? (above / near).string() : near) + "?");
}

}  // namespace

RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks) {
  return train_run(task_of(request.task), request, events, hooks);
}

RunResult train_run(const Task& task, const RunRequest& request, EventStream& events, const RunHooks& hooks) {
  const Options options{request.model, request.options, request.series, request.speech, request.labels};
  check_options(options);
  check_task_options(options, task);
  return task.run(request)->begin(events, hooks);
}

RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks, const MovedData& moved) {
  RunFolder where(folder);
  std::error_code ignored;
  const bool stopped_run = std::filesystem::exists(where.checkpoint(), ignored);
  if (stopped_run || where.has_lock()) where.lock();  // a run that has just begun has no checkpoint, but its lock
  if (!stopped_run) refuse_folder(where);
  ModelFile file = load_model(where.checkpoint());
  RunRequest request;
  std::string hash, mode;
  try {
    const json& saved = file.checkpoint.at("request");
    const json place = saved.contains("place") ? saved.at("place") : json();
    const auto paths = [&](const std::vector<std::string>& now, const char* key) {
      return now.empty() ? found_again(files_of(saved.at(key)), key, place, folder) : now;
    };
    request.data = paths(moved.data, "data");
    request.valid = paths(moved.valid, "valid");
    request.test = paths(moved.test, "test");
    request.command = saved.at("command");
    hash = saved.at("hash");
    mode = saved.at("mode");
    request.split = split_rule(saved.value("split", ""));
    const Options stopped = options_from_json(saved.at("options"));
    Options options = stopped;
    for (const auto& [name, value] : changes) check_change(name), set_option(options, name, value);
    check_options(options);
    tell_edited(where, stopped, options, events);
    request.model = options.model;
    request.options = options.train;
    request.series = options.series;
    request.speech = options.speech;
    request.labels = options.labels;
  } catch (const json::exception&) {
    throw Error(Exit::model, "model/corrupt",
                where.checkpoint() + " is not the checkpoint of a run: its request is incomplete");
  }
  for (const std::vector<std::string>* files : {&request.data, &request.valid, &request.test})
    for (const std::string& path : *files) require_again(folder, path);
  request.folder = folder;
  // As it was asked for: a model of the form tag may also label whole sentences, or follow a table.
  const json asked = file.about.is_object() ? file.about.get().value("task", json()) : json();
  request.task = file.model->config().task;
  if (asked.is_string() && find_task(asked.get<std::string>())) request.task = asked.get<std::string>();
  try {
    return task_of(request.task).run(request)->resume(std::move(file), hash, mode, events, hooks);
  } catch (const Error& e) {
    if (moved.data.empty() || e.code() != "data/changed") throw;
    throw Error(e.exit(), e.code(), moved.data[0] + " is not the data of " + folder + ": its content is another",
                "name the data that the run began with, as it was; or start from these weights: rnn train " + moved.data[0] +
                    " --init-from " + folder);
  }
}

}  // namespace rnn::core
