// Why: the parts of a run on sequences: examples, alphabets, a head for numbers or labels, the best constant as baseline.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "cells/reference.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "tasks/plans.h"
#include "tasks/runs.h"
#include "tasks/sequence_data.h"

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
    data_ = read_sequence_data(request.data, valid_file(), options.train.valid_share, known ? &*known : nullptr);
    if (data_.shape.task != request.task) {
      throw Error(
          Exit::data, "data/sequence",
          fmt::format("{} holds targets for the task '{}', not '{}'", request.data[0], data_.shape.task, request.task),
          "leave --task out: it is guessed from the data");
    }
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
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  void restore(ModelFile&, const std::string&) override {}

  void batch() override {
    train = sequence_batcher(data_.shape, data_.train, {options.train.batch, true, options.train.seed});
    valid = sequence_batcher(data_.shape, data_.valid, {options.train.batch, false, options.train.seed});
  }

  json about_data() const override {
    return {{"task", request.task},
            {"sequences", shape_to_json(data_.shape)},
            {"data", {{"train", request.data}, {"valid", valid_file()}, {"hash", data_.hash}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    json data = {{"files", request.data},
                 {"hash", data_.hash},
                 {"task", request.task},
                 {"train", {{"sequences", data_.train.size()}, {"steps", data_.train_steps}}},
                 {"valid", {{"sequences", data_.valid.size()}, {"steps", data_.valid_steps}}}};
    data["valid"]["file"] = valid_file().empty() ? json() : json(valid_file());
    write_file_atomic(folder.file("data.json"), data.dump(2) + "\n");
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  void report(RunResult& result, const TrainProgress&, json& metrics) override {
    ModelFile file = load_model(folder.model());
    Pool pool(options.train.threads);
    file.model->pack(pool, false);
    const Evaluation best = evaluate(*file.model, *valid, pool);
    result.valid = sequence_row("this model", request.task, best.loss(), best.accuracy);
    result.baselines.push_back(constant_row(data_.shape, data_.train, data_.valid));
    if (!test_file().empty()) result.test = evaluate_sequences(file, test_file(), options.train.threads).model;
    metrics = {{"constant_loss", result.baselines[0].at(figure::kLoss)}};
    add_metrics("val", result.valid, metrics);
    if (result.test) add_metrics("test", *result.test, metrics);
    folder.write_sequence_card(request, result, *file.model);
  }

  Plan plan(Pool& pool) const override {
    SequenceFacts facts;
    facts.data = &data_;
    facts.paths = request.data;
    facts.valid_path = valid_file();
    facts.folder = folder.path();
    facts.options = &options;
    facts.updates = train->batches_in(options.train.epochs);
    return describe_sequences(facts, *model, pool);
  }

  SequenceData data_;
  std::unique_ptr<ModelFile> start_;
};

}  // namespace

std::unique_ptr<Run> make_sequence_run(const RunRequest& request) { return std::make_unique<SequenceRun>(request); }

}  // namespace rnn::core
