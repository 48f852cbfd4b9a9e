// Why: a toy task, written as a newcomer would: how many symbols does a sequence have? It learns from lines of words.
#pragma once

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "data/hash.h"
#include "data/sequences.h"
#include "metrics/figures.h"
#include "networks/model.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "runs/task.h"
#include "train/trainer.h"

namespace rnn::core::test {

// "b a a" -> 3; the alphabet is a and b.
class CountingRun final : public Run {
 public:
  using Run::Run;

 private:
  void read() override {
    shape_.target = TargetForm::values, shape_.values = 1, shape_.symbols = {"a", "b"};
    std::ifstream file(request.data.at(0));
    for (std::string line; std::getline(file, line); text_ += line + "\n") {
      SequenceExample example;
      for (const char c : line)
        if (c != ' ') example.ids.push_back(c == 'b');
      example.values = {static_cast<float>(example.ids.size())};
      examples_.push_back(example);
    }
    hash_ = content_hash(text_);
  }
  void build() override {
    ModelConfig config = model_config(options.model);
    config.task = "regress";  // the form of its model: numbers after the last step
    config.vocabulary = 2, config.output = 1, config.tied = false;
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }
  void restore(ModelFile&, const std::string&) override {}
  void batch() override {
    train = sequence_batcher(shape_, examples_, {options.train.batch, true, options.train.seed});
    valid = sequence_batcher(shape_, examples_, {options.train.batch, false, options.train.seed});
  }
  const std::string& hash() const override { return hash_; }
  nlohmann::json about_data() const override { return {{"task", request.task}}; }
  void write_files(bool) const override { folder.write_config(options, {request.data, {}, {}}); }
  Plan plan(Pool&) const override {
    Plan plan;
    plan.add("model", model_text(*model));
    return plan;
  }
  nlohmann::json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}}; }
  void report(RunResult& result, const TrainProgress& best, nlohmann::json&) override {
    result.valid = ResultRow("this model").set(loss_figure(LossUnit::square), best.best_loss);
    ModelCard card = folder.card(request, result, *model, request.data);
    card.summary = "It counts.";
    folder.write_card(card);
  }

  SequenceShape shape_;
  std::vector<SequenceExample> examples_;
  std::string text_, hash_;
};

inline const Task kCounting = {
    .name = "count",
    .summary = "counts symbols",
    .reads = "lines of a and b",
    .options = {},
    .card = {},
    .guess =
        [](const std::vector<std::string>&) {
          return TaskGuess{TaskGuess::possible, "anything can be counted"};
        },
    .require_data = [](const std::vector<std::string>&) {},
    .check =
        [](const std::vector<std::string>&, const Options&) {
          DataReport report;
          report.lines = {{"data", "a and b"}};
          return report;
        },
    .run = [](const RunRequest& request) -> std::unique_ptr<Run> { return std::make_unique<CountingRun>(request); },
    .next =
        [](const std::string& folder) {
          return Task::Next{{"rnn", "info", folder}, ""};
        }};

}  // namespace rnn::core::test
