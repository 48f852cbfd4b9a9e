// Why: the parts of a run on sequences: examples, alphabets, a head for numbers or labels, the best constant as baseline.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "tasks/sequences/sequence_data.h"
#include "tasks/sequences/task.h"

namespace rnn::core {
namespace {

using nlohmann::json;

class SequenceRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return data_.hash; }

  void read() override {
    std::optional<SequenceShape> known;
    if (!request.init_from.empty()) {
      start_ = std::make_unique<ModelFile>(load_model(request.init_from));
      known = shape_of_model(*start_);
    }
    data_ = read_sequence_data(request.data, {valid_file(), options.train.valid_share, request.split},
                               known ? &*known : nullptr);
    if (const std::string_view found = target_task(data_.shape.target); found != request.task) {
      throw Error(Exit::data, "data/sequence",
                  fmt::format("{} holds targets for the task '{}', not '{}'", request.data[0], found, request.task),
                  "leave --task out: it is guessed from the data");
    }
  }

  int reach() const override {
    if (data_.shape.target == TargetForm::labels) return 0;
    std::vector<int> steps;
    for (const auto& e : data_.train) steps.push_back(data_.shape.steps(e));
    return usual_longest(std::move(steps));
  }

  void build() override {
    if (start_) {
      require_finite(*start_->model, start_->path);
      model = start_from(std::move(start_->model), request, nullptr, &options.model);
      return;
    }
    ModelConfig config = model_config(options.model);
    config.task = request.task;
    config.output = data_.shape.outputs();
    config.vocabulary = static_cast<int>(data_.shape.symbols.size());
    if (data_.shape.width > 0) config.rnn.input = data_.shape.width;
    config.tied = false;
    config.rnn.bidirectional = options.labels.directions == "both";
    if (options.labels.pool != "auto") config.pool = static_cast<Pooling>(index_of(kPoolingNames, options.labels.pool));
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  void restore(ModelFile&, const std::string&) override {}

  void batch() override {
    train = sequence_batcher(data_.shape, data_.train, {options.train.batch, true, options.train.seed});
    valid = sequence_batcher(data_.shape, data_.valid, {options.train.batch, false, options.train.seed});
  }

  json about_data() const override {
    return {
        {"task", request.task},
        {"sequences", shape_to_json(data_.shape)},
        {"data",
         {{"train", request.data}, {"valid", valid_file()}, {"hash", data_.hash}, {"split", split_name(request.split)}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    json data = {{"files", request.data},
                 {"hash", data_.hash},
                 {"task", request.task},
                 {"train", {{"sequences", data_.train.size()}, {"steps", data_.train_steps}}},
                 {"valid", {{"sequences", data_.valid.size()}, {"steps", data_.valid_steps}}}};
    if (valid_file().empty()) data["valid"]["split"] = split_name(request.split);
    data["valid"]["file"] = valid_file().empty() ? json() : json(valid_file());
    folder.write_data(data);
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  void report(RunResult& result, const TrainProgress&, json& metrics) override {
    ModelFile file = load_model(folder.model());
    Pool pool(options.train.threads);
    file.model->pack(pool, false);
    const Evaluation best = evaluate(*file.model, *valid, pool);
    result.valid = sequence_row("this model", data_.shape.target, best.loss(), best.accuracy);
    result.baselines.push_back(constant_row(data_.shape, data_.train, data_.valid));
    if (!test_file().empty()) result.test = evaluate_sequences(file, test_file(), options.train.threads).model;
    metrics = {{"constant_loss", result.baselines[0].at(figure::kLoss)}};
    add_metrics("val", result.valid, metrics);
    if (result.test) add_metrics("test", *result.test, metrics);
    write_card(result, *file.model);
  }

  void write_card(const RunResult& result, const Model<float>& best) const {
    const RecurrentOptions& rnn = best.config().rnn;
    const std::string cell(cell_name(rnn.cell, rnn.flags));
    ModelCard card = folder.card(request, result, best, request.data);
    card.words = kSequenceTasks[0].card;
    card.summary = fmt::format("A recurrent model for the task {}: {} of {} with {} hidden units.", card.task,
                               counted(rnn.layers, "layer"), cell, units_text(rnn));
    card.tags = {cell, card.task};
    card.facts.push_back({"outputs", std::to_string(best.outputs())});
    card.limits = {"It was measured on sequences like those it was trained on; results on others may differ."};
    folder.write_card(card);
  }

  Plan plan(Pool& pool) const override {
    const TrainOptions& o = options.train;
    const SequenceShape& shape = data_.shape;
    int longest = 0;
    for (const auto& e : data_.train) longest = std::max(longest, shape.steps(e));
    Plan plan;
    plan.add("data", fmt::format("{} · {} of at most {} for training, {} for validation ({})", files_text(request.data),
                                 counted(data_.train.size(), "sequence"), counted(longest, "step"),
                                 grouped(static_cast<int64_t>(data_.valid.size())),
                                 valid_file().empty() ? data_.split : valid_file()));
    plan.add("order", fmt::format("{} in, {} out{}",
                                  shape.width > 0 ? counted(shape.width, "number") + " per step"
                                                  : counted(shape.symbols.size(), "symbol"),
                                  counted(shape.outputs(), shape.target == TargetForm::values ? "number" : "label"),
                                  shape.target == TargetForm::labels ? " at every step" : " after the last step"));
    plan_work(plan, counted(o.batch, "sequence"), data_.train_steps, training_bytes(*model, o, longest), pool);
    return plan;
  }

  SequenceData data_;
  std::unique_ptr<ModelFile> start_;
};

}  // namespace

std::unique_ptr<Run> run_sequences(const RunRequest& request) { return std::make_unique<SequenceRun>(request); }

}  // namespace rnn::core
