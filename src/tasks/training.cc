// Why: from a request, or from the checkpoint of a run, to the class that runs the task.
#include "tasks/training.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/model_file.h"
#include "runs/data_place.h"
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
  if (!saved.is_string()) return saved.get<std::vector<std::string>>();
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

}  // namespace

RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks) {
  return train_run(task_of(request.task), request, events, hooks);
}

RunResult train_run(const Task& task, const RunRequest& request, EventStream& events, const RunHooks& hooks) {
  check_options({request.model, request.options});
  check_task_options({request.model, request.options}, task);
  return task.run(request)->begin(events, hooks);
}

RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks, const MovedData& moved) {
  RunFolder where(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(where.checkpoint(), ignored)) {
    throw Error(Exit::model, "run/no_checkpoint", folder + " holds no last.ckpt.safetensors, so there is nothing to resume",
                "is it the folder of a run? rnn train -o FOLDER writes one");
  }
  where.lock();
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
    Options options = options_from_json(saved.at("options"));
    for (const auto& [name, value] : changes) check_change(name), set_option(options, name, value);
    check_options(options);
    request.model = options.model;
    request.options = options.train;
  } catch (const json::exception&) {
    throw Error(Exit::model, "model/corrupt",
                where.checkpoint() + " is not the checkpoint of a run: its request is incomplete");
  }
  for (const std::vector<std::string>* files : {&request.data, &request.valid, &request.test})
    for (const std::string& path : *files) require_again(folder, path);
  request.folder = folder;
  request.task = file.model->config().task;
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
