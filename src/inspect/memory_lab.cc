// Why: the small networks of the two experiments are trained with the trainer of `rnn train`.
#include "inspect/memory_lab.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "cells/names.h"
#include "data/problems.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

ModelConfig network(const std::string& cell, const SequenceShape& shape, int hidden) {
  ModelConfig c;
  c.task = target_task(shape.target);
  const NamedCell* named = find_cell(cell);
  c.rnn.cell = named->kind, c.rnn.flags = named->variant.flag;
  c.rnn.hidden = hidden;
  c.vocabulary = static_cast<int>(shape.symbols.size());
  c.rnn.input = shape.width > 0 ? shape.width : std::min(hidden, 16);
  c.output = shape.outputs();
  return c;
}

using Clock = std::chrono::steady_clock;
double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

double recall_chance(const RecallOptions& options) { return 1.0 / options.symbols; }

RecallCurve train_recall(const std::string& cell, const RecallOptions& o, Pool& pool) {
  const ProblemOptions problem{Problem::recall, o.lags.back(), 1, o.symbols, o.seed};
  Model<float> model(network(cell, problem_shape(problem), o.hidden));
  InitOptions init = o.init;
  if (!has_memory_gate(model.config().rnn.cell)) init.kind = o.plain_init;
  initialise(model, init, o.seed);
  const auto batches = problem_batcher(problem, o.batch, o.updates);
  TrainOptions train;
  train.optimizer = "adamw", train.lr = o.lr, train.schedule = "cosine";
  train.epochs = 1, train.clip = 1, train.seed = o.seed;
  EventStream events;
  Trainer trainer(model, *batches, nullptr, train, events, pool, {});
  const auto begin = Clock::now();
  Batch batch;
  while (batches->next(batch) && since(begin) < o.seconds && !(o.stop && o.stop->load() != 0)) trainer.step(batch);
  RecallCurve curve;
  curve.cell = cell, curve.hidden = o.hidden;
  curve.updates = trainer.progress().update;
  curve.seconds = since(begin);
  for (const int lag : o.lags) {
    const int size = std::min(64, o.examples);
    const auto unseen = problem_batcher({Problem::recall, lag, 0, o.symbols, o.seed + 1}, size, o.examples / size);
    curve.accuracy.push_back(evaluate(model, *unseen, pool).accuracy.value());
  }
  return curve;
}

namespace {

void explode(const ClippingOptions& o, double clip, Pool& pool, std::vector<double>& losses, std::vector<double>& norms) {
  const ProblemOptions problem{Problem::adding, o.length, 0, 2, o.seed};
  Model<float> model(network("rnn-relu", problem_shape(problem), o.hidden));
  initialise(model, {InitKind::identity}, o.seed);
  const View<float> recurrent = model.params().view(model.table().find(Role::recurrent, "rnn", 0));
  for (int i = 0; i < o.hidden; ++i) host(recurrent)(i, i) *= static_cast<float>(o.scale);
  const auto batches = problem_batcher(problem, o.batch, o.updates);
  TrainOptions train;
  train.optimizer = "sgd", train.lr = o.lr, train.clip = clip, train.epochs = 1, train.seed = o.seed;
  EventStream events;
  Trainer trainer(model, *batches, nullptr, train, events, pool, {});
  Batch batch;
  bool alive = true;
  while (batches->next(batch)) {
    Trainer::StepReport report{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), 1};
    try {
      if (alive) report = trainer.step(batch);
    } catch (const Error&) {  // diverged
      alive = false;
    }
    losses.push_back(report.loss);
    norms.push_back(report.gradient_norm);
  }
}

}  // namespace

Clipping try_clipping(const ClippingOptions& o, Pool& pool) {
  Clipping result;
  result.cell = "rnn-relu", result.clip = o.clip, result.lr = o.lr;
  explode(o, o.clip, pool, result.with, result.norm_with);
  explode(o, 0, pool, result.without, result.norm_without);
  return result;
}

}  // namespace rnn::core
