// Why: the order of steps of a run, new or resumed, whatever its task.
#include "runs/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "networks/init.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "runs/model_card.h"
#include "runs/plan.h"
#include "text/utf8.h"
#include "train/checkpoint.h"
#include "train/health.h"
#include "train/softmax_options.h"

namespace rnn::core {
namespace {

using nlohmann::json;

InitOptions init_of(const ModelOptions& o) {
  InitOptions init;
  const std::string kind = o.init.substr(0, o.init.find(':'));
  constexpr std::pair<std::string_view, InitKind> kKinds[] = {{"pytorch", InitKind::pytorch},
                                                              {"uniform", InitKind::uniform},
                                                              {"glorot", InitKind::glorot},
                                                              {"orthogonal", InitKind::orthogonal},
                                                              {"identity", InitKind::identity}};
  for (const auto& [name, value] : kKinds) {
    if (kind == name) init.kind = value;
  }
  if (const auto range = uniform_range(o.init)) init.range = *range;
  init.forget_bias = o.forget_bias;
  init.chrono = o.chrono;
  return init;
}

}  // namespace

std::string only_file(const std::vector<std::string>& files, const char* flag) {
  if (files.size() > 1) {
    throw Error(Exit::usage, "usage/argument",
                std::string(flag) + " has two files, " + files[0] + " and " + files[1] + ", but this task reads one",
                "two parallel files are sentences and their translations: --task translate");
  }
  return files.empty() ? "" : files[0];
}

void initialise_by(const Options& options, Model<float>& model) {
  initialise(model, init_of(options.model), options.train.seed);
}

void add_metrics(const std::string& prefix, const ResultRow& row, json& metrics,
                 std::initializer_list<const Figure*> which) {
  for (const auto& [figure, value] : row.values()) {
    const auto asked = [key = figure->key](const Figure* f) { return f->key == key; };
    if (which.size() == 0 || std::any_of(which.begin(), which.end(), asked))
      metrics[prefix + "_" + std::string(figure->key)] = value;
  }
}

void Run::plan_work(Plan& plan, const std::string& batch, int64_t steps, int64_t bytes, Pool& pool) const {
  plan.add("model", model_text(*model));
  if (const std::string start = gates_text(options.model); !start.empty()) plan.add("start", start);
  plan.add("train", training_text(options.train, batch, pool));
  plan.add("cost", cost_text(options.train, *model, steps, train->batches_in(options.train.epochs), bytes, pool));
  plan.add("run", folder.path());
}

std::string Run::sample(const Trainer&) const { return {}; }

// Gates that start open let gradients pass before anything is learnt (Gers 2000, Jozefowicz 2015); where an answer comes at the end of a
// sequence they start open for as long as sequences are (Tallec and Ollivier 2018). Decided when the run begins, from the data, and
// recorded among its options; --init NAME starts as that says.
void Run::choose_gates() {
  ModelOptions& m = options.model;
  if (m.init != "auto" || !request.init_from.empty()) return;
  m.init = "pytorch";
  if (m.forget_bias >= 0 || m.chrono > 0) return;
  const CellKind cell = find_cell(m.cell)->kind;
  if (const int steps = reach(); steps >= 3 && has_memory_gate(cell)) {
    m.chrono = steps;
  } else if (has_forget_gate(cell) && !runs_on()) {
    m.forget_bias = 1;
  }
}

// What the best model is chosen by, decided when the run begins and recorded among its options.
void Run::choose_selection() { options.train.best_by = selection_of(options.train, *model); }

// A file may have any name, but what a model file says is UTF-8.
json readable(json value) {
  if (value.is_string()) {
    std::string& text = value.get_ref<std::string&>();
    if (utf8_error(text) != std::string::npos) text = repair_utf8(text);
  } else if (value.is_structured()) {
    for (json& part : value) part = readable(std::move(part));
  }
  return value;
}

json Run::about() const {
  json about = about_data();
  about["command"] = request.command;
  about["options"] = options_to_json(options);
  if (!best_metrics_.is_null()) about["metrics"] = best_metrics_;
  return readable(std::move(about));
}

json Run::request_json() const {
  return {{"place", data_place(request)},
          {"data", paths_to_json(request.data)},
          {"valid", paths_to_json(request.valid)},
          {"test", paths_to_json(request.test)},
          {"command", request.command},
          {"init_from", request.init_from},
          {"options", options_to_json(options)},
          {"hash", hash()},
          {"split", split_name(request.split)},
          {"mode", mode_name()}};
}

void Run::write_best(const Trainer& trainer) {
  best_metrics_ = metrics(trainer.progress());
  if (trainer.last_look()) folder.keep_model();
  save_model(folder.model(), *model, tokenizer.get(), about());
}

TrainResult Run::train_model(EventStream& events, const RunHooks& hooks, const ModelFile* resumed, Pool& pool) {
  Trainer* running = nullptr;
  Trainer::Hooks trainer_hooks;
  trainer_hooks.signal = hooks.signal;
  trainer_hooks.profile = hooks.profile;
  trainer_hooks.byte_rate = byte_rate;
  trainer_hooks.best = [&] { write_best(*running); };
  trainer_hooks.checkpoint = [&] {
    save_checkpoint(folder.checkpoint(), *model, tokenizer.get(), about(), *running, request_json());
  };
  if (options.train.best_by == kByBleu) {
    trainer_hooks.judged = &figure::kBleu;
    trainer_hooks.judge = [&] { return judge(); };
  }
  trainer_hooks.sample = [&] { return sample(*running); };
  Trainer trainer(*model, *train, valid.get(), options.train, events, pool, trainer_hooks);
  running = &trainer;
  if (resumed) {
    restore_checkpoint(*resumed, trainer);
    folder.bring_back_model();
    events.truncate_after(trainer.progress().update);
  }
  events.emit({"start", {{"run", folder.path()}, {"epochs", options.train.epochs}, {"config", options_to_json(options)}}});
  try {
    const TrainResult result = trainer.run();
    if (hooks.profile) {
      Event event{"profile", profile_json(*hooks.profile)};
      event.fields["step"] = result.progress.update;
      events.emit(event);
    }
    return result;
  } catch (const Error& e) {
    events.emit({"warning",
                 {{"step", trainer.progress().update},
                  {"code", e.code()},
                  {"message", e.what()},
                  {"help", e.help()},
                  {"fatal", true}}});
    throw;
  }
}

RunResult Run::finish(const TrainResult& trained, EventStream& events) {
  RunResult result;
  const TrainProgress& p = trained.progress;
  result.folder = folder.path();
  result.task = model->config().task;
  result.reason = trained.reason;
  result.parameters = static_cast<int64_t>(model->table().count());
  result.updates = p.update;
  result.best_epoch = p.best_epoch;
  result.seconds = p.seconds;
  result.tokens_per_second = p.seconds > 0 ? static_cast<double>(p.tokens) / p.seconds : 0;
  if (trained.reason == StopReason::signal) {
    std::error_code error;
    if (!std::filesystem::exists(folder.model(), error)) save_model(folder.model(), *model, tokenizer.get(), about());
    return result;
  }
  json found;
  if (!uninterrupted([&] { report(result, p, found); })) {
    result.reason = StopReason::signal;
    return result;
  }
  result.verdict = better_baseline(result);
  if (const std::string more = advice(); !result.verdict.empty() && !more.empty()) result.verdict += "; " + more;
  Event event{"result",
              {{"model", folder.model()},
               {"metrics", found},
               {"exit", 0},
               {"best_epoch", p.best_epoch},
               {"elapsed_s", p.seconds},
               {"step", p.update},
               {"reason", stop_reason_name(trained.reason)},
               {"parameters", result.parameters},
               {"tokens_per_s", result.tokens_per_second}}};
  if (!result.verdict.empty()) event.fields["verdict"] = result.verdict;
  events.emit(event);
  return result;
}

std::string better_baseline(const RunResult& result) {
  // Labels are judged by how many are right, unless the loss is all that a row has.
  const bool labels = result.valid[figure::kMacroF1].has_value();
  for (const std::string_view key : {figure::kBleu.key, figure::kBitsPerByte.key, figure::kMase.key, figure::kMae.key,
                                     figure::kEsr.key, figure::kBothRight.key, figure::kSpanF1.key,
                                     labels ? figure::kAccuracy.key : figure::kLoss.key, figure::kLoss.key}) {
    const Figure* figure = result.valid.find(key);
    if (!figure) continue;
    const std::optional<double> mine = result.valid[key];
    const ResultRow* best = nullptr;
    for (const ResultRow& row : result.baselines) {
      const std::optional<double> its = row[*figure];
      if (its && (!best || figure->better(*its, best->at(*figure)))) best = &row;
    }
    if (!best) continue;
    const std::string here = figure_text(*figure, mine), there = figure_text(*figure, best->at(*figure));
    if (here == there || !figure->better(best->at(*figure), *mine)) return {};
    return fmt::format("'{}' is better: {} {} against {} of this model", best->name, figure->title, there, here);
  }
  return {};
}

RunResult Run::go(EventStream& events, const RunHooks& hooks, const ModelFile* resumed) {
  Pool pool(options.train.threads);
  if (hooks.plan) hooks.plan(plan(pool));
  return finish(train_model(events, hooks, resumed, pool), events);
}

// Warns during training if the run is unhealthy; added after the sinks that record the warnings.
void Run::add_watch(EventStream& events, bool resumed) const {
  events.add(std::make_unique<HealthWatch>(options, model->head().info().chance, resumed ? folder.file("metrics.jsonl") : "",
                                           events));
}

RunResult Run::begin(EventStream& events, const RunHooks& hooks) {
  read();
  decide();
  choose_gates();
  build();
  choose_selection();
  batch();
  // These throw before the folder is created, or cleared.
  rate_factors_of(options.train, *model);
  samples_of(options.train, *model);
  folder.create(request.force);
  write_files(false);
  folder.add_sinks(events, false);
  add_watch(events, false);
  return go(events, hooks, nullptr);
}

RunResult Run::resume(ModelFile file, const std::string& data_hash, const std::string& mode, EventStream& events,
                      const RunHooks& hooks) {
  read();
  if (hash() != data_hash) {
    throw Error(
        Exit::data, "data/changed", "the training or validation data has changed since this run began",
        "put the old data back, or start from these weights: rnn train NEW --init-from " + shell_word(folder.path()));
  }
  model = std::move(file.model);
  require_finite(*model, folder.checkpoint());
  restore(file, mode);
  if (options.train.best_by == "auto") options.train.best_by = kByLoss;  // of a version that knew no other
  batch();
  if (file.about.contains("metrics")) best_metrics_ = file.about["metrics"];
  write_files(true);
  folder.add_sinks(events, true);
  add_watch(events, true);
  return go(events, hooks, &file);
}

}  // namespace rnn::core
