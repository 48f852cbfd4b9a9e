// Why: rnn average: the mean of the weights of several models, as a model file with a card that names its origin.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "command.h"
#include "outputs.h"
#include "runs/average_models.h"
#include "runs/model_card.h"
#include "screen.h"
#include "tasks/list.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

// Models that are further apart than this hardly have a common origin.
constexpr double kUnrelated = 0.5;

std::vector<double> numbers_of(const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& part : split_commas(text)) numbers.push_back(parse_real("weights", part, {0, 1}));
  return numbers;
}

std::string card_path(const std::string& output) { return fs::path(output).replace_extension(".md").string(); }

std::string card_of(const AveragedModels& mean, const std::string& output, const std::string& command) {
  const Model<float>& model = *mean.file.model;
  const RecurrentOptions& rnn = model.config().rnn;
  ModelCard card;
  card.task = model.config().task;
  if (const Task* task = find_task(card.task)) card.words = task->card;
  card.name = fs::path(output).stem().string();
  card.summary = "The mean of the weights of " + counted(mean.parts.size(), "model") + ".";
  card.tags = {std::string(cell_name(rnn.cell, rnn.flags)), card.task};
  card.facts = {{"cell", std::string(cell_name(rnn.cell, rnn.flags))},
                {"layers", std::to_string(rnn.layers)},
                {"hidden units", std::to_string(rnn.hidden)},
                {"parameters", std::to_string(model.table().count())}};
  for (const AveragedModels::Part& part : mean.parts) card.facts.emplace_back(part.path, fmt::format("{:.4g}", part.weight));
  card.evaluate = "TEST.tsv";
  card.command = command;
  card.trained = false;
  card.model = fs::path(output).filename().string();
  card.run = output;
  card.limits = {"It has not been evaluated: use rnn eval."};
  card.version = RNN_VERSION;
  return model_card(card);
}

}  // namespace

int run_average(const Arguments& arguments) {
  std::vector<std::string> models;
  std::string output, weights;
  bool force = false;
  Command command("average", "MODEL MODEL... -o OUT.safetensors [options]",
                  "average the weights of several models of one run or with a common origin");
  command.words("MODEL", &models, "run folders or .safetensors files, including checkpoints");
  command.text("-o,--output", &output, "FILE", "the model file; its card is written next to it (.md)");
  command.text("--weights", &weights, "W,W..", "share of each model, summing to 1 (all equal)");
  command.flag("--force", &force, "overwrite an existing file");
  command.example("rnn average runs/story-001 runs/story-002 -o mean.safetensors");
  command.example("rnn average a.safetensors b.safetensors --weights 0.7,0.3 -o mean.safetensors");
  if (!command.parse(arguments)) return 0;
  command.need(models.empty() ? "" : models[0], "MODELs");
  command.need(output, "an output file: -o FILE");
  if (card_path(output) == output) {
    throw Error(Exit::usage, "usage/option", fmt::format("{} is where the card of the model would be written", output),
                "name the model file OUT.safetensors");
  }
  const bool device = is_written_through(output);  // no card beside it
  require_output(output, Output::model, force, "data/exists");
  if (!device) refuse_existing(card_path(output), force);
  std::vector<std::string> typed = {"rnn", "average"};
  typed.insert(typed.end(), arguments.begin(), arguments.end());
  const std::string line = shell_line(typed);
  const AveragedModels mean = average_models(models, numbers_of(weights), line);
  save_model(output, *mean.file.model, mean.file.tokenizer.get(), mean.file.about);
  if (!device) write_file_atomic(card_path(output), card_of(mean, output, line));
  Table table({"model", "weight", "distance from the mean"});
  bool unrelated = false;
  for (const AveragedModels::Part& part : mean.parts) {
    table.add({part.path, fmt::format("{:.4g}", part.weight), fmt::format("{:.1f} %", 100 * part.distance)});
    unrelated = unrelated || part.distance > kUnrelated;
  }
  print(table.text() + "\n" + key_line("model", output) + "\n");
  if (!device) print(key_line("card", card_path(output)) + "\n");
  if (unrelated) {
    say("note: these models are far from their mean, as models from different initial weights are; the mean may be useless: "
        "try it with rnn eval");
  }
  return 0;
}

}  // namespace rnn::core::app
