// Why: writes the files of a run that are not metrics.
#include "runs/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "cells/names.h"
#include "data/inputs/data_file.h"
#include "events/sinks.h"
#include "events/tensorboard.h"
#include "runs/model_card.h"

namespace rnn::core {
namespace fs = std::filesystem;

void RunFolder::create(bool force) const {
  std::error_code error;
  const auto is_run_file = [](const std::string& name) {
    return name.starts_with("events.out.tfevents.") || name == "config.toml" || name == "model.safetensors" ||
           name == "last.ckpt.safetensors" || name == "best.ckpt.safetensors" || name == "metrics.jsonl" ||
           name == "metrics.csv" || name == "train.log" || name == "README.md" || name == "data.json";
  };
  if (fs::exists(path_, error)) {
    if (!fs::is_directory(path_, error))
      throw Error(Exit::usage, "run/exists", path_ + " is a file", "choose another folder with -o");
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(path_, error)) {
      if (is_run_file(entry.path().filename().string())) old.push_back(entry.path());
    }
    if (!old.empty() && !force) {
      throw Error(Exit::usage, "run/exists", path_ + " already holds a run",
                  "resume it: rnn train --resume " + shell_word(path_) +
                      "; overwrite it: --force; or choose another folder with -o");
    }
    for (const auto& file : old) fs::remove(file, error);
  }
  fs::create_directories(path_, error);
  if (error) {
    throw Error(Exit::internal, "io/write", "cannot create the folder " + path_ + ": " + error.message(),
                "choose another folder with -o");
  }
}

void RunFolder::keep_model() const {
  std::error_code ignored;
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

void RunFolder::write_data(const RunText& text, int64_t train_tokens, int64_t valid_tokens) const {
  nlohmann::json data = {
      {"files", text.report.files},
      {"hash", text.hash},
      {"train", {{"bytes", bytes_of(text.train)}, {"documents", text.train.size()}, {"tokens", train_tokens}}},
      {"valid", {{"bytes", bytes_of(text.valid)}, {"documents", text.valid.size()}, {"tokens", valid_tokens}}}};
  data["valid"]["file"] = text.valid_path.empty() ? nlohmann::json() : nlohmann::json(text.valid_path);
  write_file_atomic(file("data.json"), data.dump(2) + "\n");
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

void RunFolder::write_card(const ModelCard& card) const { write_file_atomic(file("README.md"), model_card(card)); }

}  // namespace rnn::core
