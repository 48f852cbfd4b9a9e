// Why: writes the files of a run that are not metrics.
#include "runs/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "events/sinks.h"
#include "events/tensorboard.h"
#include "runs/model_card.h"
#include "runs/run_lock.h"

namespace rnn::core {
namespace fs = std::filesystem;
namespace {

constexpr const char *kCardName = "README.md",
                     *kSecondCardName = "MODEL_CARD.md";  // the second beside a README.md of the user

// The card that a run writes, not a text of the user.
bool is_card(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  const std::string text = read_file(path);
  const size_t end = text.find("\n---\n");
  return text.starts_with("---\n") && end != std::string::npos && text.find("\nlibrary_name: rnn\n") < end;
}

// Everything that a run writes here, without a README.md of the user and the lock.
std::vector<fs::path> files_of_run(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_run_file(name) || fs::path(RunLock::file_of(folder)).filename() == name) continue;
    const bool text = name == kCardName || name == kSecondCardName;
    if (!text || is_card(entry.path().string())) files.push_back(entry.path());
  }
  return files;
}

// Nothing is overwritten, unless that is asked for.
void require_free(const std::string& folder, bool force) {
  std::error_code error;
  if (force || !fs::exists(folder, error)) return;
  if (is_run_folder(folder)) {
    throw Error(
        Exit::usage, "run/exists", folder + " already holds a run",
        "resume it: rnn train --resume " + shell_word(folder) + "; overwrite it: --force; or choose another folder with -o");
  }
  const std::vector<fs::path> files = files_of_run(folder);
  if (files.empty()) return;
  throw Error(Exit::usage, "run/files", files[0].string() + " is not of a run and would be overwritten",
              "overwrite it: --force; or choose another folder with -o");
}

// Half a file that a killed process left: model.safetensors.tmp4711-3 (base/file.h). Only the owner of the lock writes such files.
void remove_leftovers(const std::string& folder) {
  constexpr std::string_view kMark = ".tmp";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const size_t mark = name.rfind(kMark), dash = std::min(name.find('-', std::min(mark, name.size())), name.size());
    if (mark == std::string::npos || !is_run_file(std::string_view(name).substr(0, mark))) continue;
    const std::string_view digits = std::string_view(name).substr(mark + kMark.size(), dash - mark - kMark.size());
    const std::optional<int> process = parse_number<int>(digits);
    if (!process || *process <= 0 || dash == name.size()) continue;
    std::error_code ignored;
    if (::kill(*process, 0) != 0 && errno == ESRCH) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

void RunFolder::create(bool force) {
  std::error_code error;
  if (fs::exists(path_, error) && !fs::is_directory(path_, error))
    throw Error(Exit::usage, "run/exists", path_ + " is a file", "choose another folder with -o");
  require_free(path_, force);
  fs::create_directories(path_, error);
  if (error) {
    throw Error(Exit::internal, "io/write", "cannot create the folder " + path_ + ": " + error.message(),
                "choose another folder with -o");
  }
  lock();
  require_free(path_, force);  // another run may have ended here meanwhile
  for (const fs::path& file : files_of_run(path_)) fs::remove(file, error);
}

void RunFolder::lock() {
  lock_ = std::make_shared<RunLock>(path_);
  remove_leftovers(path_);
}

bool RunFolder::has_lock() const {
  std::error_code ignored;
  return fs::exists(RunLock::file_of(path_), ignored);
}

void RunFolder::keep_model() const {
  std::error_code ignored;
  if (fs::exists(kept(), ignored)) return;
  if (fs::exists(model(), ignored)) write_file_atomic(kept(), read_file(model()));
}

void RunFolder::bring_back_model() const {
  std::error_code error;
  if (!fs::exists(kept(), error)) return;
  fs::rename(kept(), model(), error);
  if (error) throw Error(Exit::internal, "io/write", "cannot replace " + model() + ": " + error.message());
}

void RunFolder::add_sinks(EventStream& events, bool resume) const {
  const Open mode = resume ? Open::resume : Open::fresh;
  events.add(std::make_unique<JsonlSink>(file("metrics.jsonl"), mode));
  events.add(std::make_unique<CsvSink>(file("metrics.csv"), mode));
  events.add(std::make_unique<LogSink>(file("train.log"), mode));
  events.add(std::make_unique<TensorBoardSink>(path_));
}

void RunFolder::write_config(const Options& options, const DataPaths& data) const {
  write_file_atomic(file("config.toml"), options_to_toml(options, data));
}

void RunFolder::write_data(const RunText& text, int64_t train_tokens, int64_t valid_tokens, int64_t valid_unknown) const {
  nlohmann::json data = {
      {"files", text.report.files},
      {"hash", text.hash},
      {"train", {{"bytes", bytes_of(text.train)}, {"documents", text.train.size()}, {"tokens", train_tokens}}},
      {"valid",
       {{"bytes", bytes_of(text.valid)},
        {"documents", text.valid.size()},
        {"tokens", valid_tokens},
        {"unknown", valid_unknown}}}};
  data["valid"]["file"] = text.valid_path.empty() ? nlohmann::json() : nlohmann::json(text.valid_path);
  write_data(data);
}

void RunFolder::write_data(const nlohmann::json& data) const {
  write_file_atomic(file("data.json"), data.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::string units_text(const RecurrentOptions& rnn) {
  std::string text = std::to_string(rnn.hidden);
  return rnn.last_hidden > 0 ? text + " (last layer " + std::to_string(rnn.last_hidden) + ")" : text;
}

ModelCard RunFolder::card(const RunRequest& request, const RunResult& result, const Model<float>& model,
                          const std::vector<std::string>& files) const {
  const RecurrentOptions& rnn = model.config().rnn;
  const std::string cell(cell_name(rnn.cell, rnn.flags));
  ModelCard card;
  card.task = request.task;
  card.name = fs::path(path_).filename().string();
  if (card.name.empty()) card.name = fs::path(path_).parent_path().filename().string();
  card.dataset = files.empty() ? "" : fs::path(files[0]).filename().string();
  card.facts = {{"cell", cell},
                {"layers", std::to_string(rnn.layers)},
                {"hidden units", units_text(rnn)},
                {model.reads_ids() ? "embedding" : "numbers per step", std::to_string(rnn.input)},
                {"parameters", std::to_string(result.parameters)},
                {"updates", std::to_string(result.updates)},
                {"best epoch", fmt::format("{:.2f}", result.best_epoch)}};
  card.result = result.valid;
  card.baselines = result.baselines;
  for (const auto& file : files) {
    const std::string bytes = read_data_bytes(file);
    card.data.push_back({file, "training", bytes.size(), content_hash(bytes)});
  }
  card.command = request.command;
  card.seed = request.options.seed;
  card.run = path_;
  card.version = RNN_VERSION;
  return card;
}

void RunFolder::write_card(const ModelCard& card) const {
  std::error_code error;
  const bool foreign = fs::exists(file(kCardName), error) && !is_card(file(kCardName));
  write_file_atomic(file(foreign ? kSecondCardName : kCardName), model_card(card));
}

}  // namespace rnn::core
