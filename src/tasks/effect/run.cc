// Why: the parts of a run on an effect: pairs of recordings, windows with carried state, a network small enough for an audio callback.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "tasks/effect/effect_rows.h"
#include "tasks/effect/evaluate_effect.h"
#include "tasks/effect/task.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr double kNearlyAFilter =
    0.05;  // what a filter alone leaves of the pre-emphasised signal at most, to be part of the model

class EffectRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return hash_; }

  void read() override {
    if (!request.init_from.empty())
      throw Error(Exit::usage, "usage/init_from", "an effect does not start from another model", "leave --init-from out");
    pairs_ = read_sound_pairs(request.data);
    hash_ = pairs_.hash;
    if (!request.valid.empty()) valid_pairs_ = read_sound_pairs(request.valid, pairs_.rate), hash_ += valid_pairs_.hash;
    if (!request.test.empty()) test_pairs_ = read_sound_pairs(request.test, pairs_.rate);
    if (request.valid.empty()) {
      split_ = split_sounds(pairs_, effect_valid_share(options));
    } else {
      split_ = {whole_sounds(pairs_), whole_sounds(valid_pairs_)};
    }
  }

  // Defaults, for options not given, that suit a minute or two of sound.
  void decide() override {
    ModelOptions& m = options.model;
    TrainOptions& t = options.train;
    if (!given("hidden")) m.hidden = 32;
    if (!given("batch")) t.batch = 16;
    if (!given("bptt")) t.bptt = 1024;
    if (!given("lr")) t.lr = 4e-3;
    if (!given("epochs")) t.epochs = 40;
    if (!given("schedule")) t.schedule = "cosine";
    if (!given("clip")) t.clip = 1;
    if (!given("patience")) t.patience = 0;
  }

  void build() override {
    front_ = {pairs_.rate, energy_scale(split_.train), {}};
    const std::vector<float> taps = linear_filter(split_.train).taps();
    if (filtered_error(taps) < kNearlyAFilter) front_.filter = taps;
    ModelConfig config = model_config(options.model);
    config.task = request.task;
    config.vocabulary = 0, config.tied = false, config.input_dropout = 0;
    config.rnn.input = config.output = 1;
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  void restore(ModelFile& file, const std::string&) override {
    file.model = std::move(model);
    front_ = effect_model(file).front;
    model = std::move(file.model);
  }

  // Of the validation part, after these taps alone: the error-to-signal ratio of the pre-emphasised signals.
  double filtered_error(const std::vector<float>& taps) const {
    Filter filter(taps);
    const auto run = [&](std::span<const float> in, std::span<float> out) { filter.reset(), filter.process(in, out); };
    return effect_row("", split_.valid, run)[figure::kEsrEmphasised].value_or(1);
  }

  void set_base(std::vector<SoundPart>& parts) {
    Filter filter(front_.filter);
    for (SoundPart& part : parts) {
      std::vector<float>& base = filtered_.emplace_back(part.in.size());
      filter.reset(), filter.process(part.in, base);
      part.base = base;
    }
  }

  void batch() override {
    const TrainOptions& t = options.train;
    if (!front_.filter.empty()) set_base(split_.train), set_base(split_.valid);
    train = sound_batcher(split_.train, {t.batch, t.bptt, front_.scale});
    valid = sound_batcher(split_.valid, {0, t.bptt, front_.scale});
  }

  json about_data() const override {
    return {{"task", request.task},
            {"effect", effect_front_json(front_).get()},
            {"data", {{"train", request.data}, {"valid", request.valid}, {"hash", hash_}, {"samples_hash", pairs_.hash}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    folder.write_data({{"files", request.data},
                       {"hash", hash_},
                       {"task", request.task},
                       {"rate", pairs_.rate},
                       {"train", {{"seconds", seconds_of(split_.train)}}},
                       {"valid", {{"seconds", seconds_of(split_.valid)}, {"files", request.valid}}}});
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  // A network that makes the filter worse says nothing. The checkpoint's own stays beside it for a resumed run.
  void keep_the_better() {
    if (front_.filter.empty()) return;
    ModelFile file = load_model(folder.model());
    Pool pool(1);
    file.model->pack(pool, false);
    const ResultRow both = evaluate_effect(effect_model(file), split_.valid, pairs_.rate).model;
    if (both[figure::kEsrEmphasised].value_or(0) < filtered_error(front_.filter)) return;
    for (ParamId id = 0; id < static_cast<ParamId>(file.model->table().all().size()); ++id)
      if (file.model->table()[id].use.stack == "output") std::ranges::fill(file.model->params().values(id), 0.0F);
    folder.keep_model();
    save_model(folder.model(), *file.model, nullptr, about());
  }

  void report(RunResult& result, const TrainProgress&, json& metrics) override {
    keep_the_better();
    ModelFile file = load_model(folder.model());
    Pool pool(1);
    file.model->pack(pool, false);
    const EffectModel best = effect_model(file);
    const EffectReport chosen = evaluate_effect(best, split_.valid, pairs_.rate);
    const EffectRows rows = fit_effect_rows(split_.train);
    result.valid = chosen.model;
    result.baselines = effect_rows(&rows, split_.valid);
    metrics = {{"real_time_factor", chosen.real_time}};
    add_metrics("val", result.valid, metrics);
    if (!test_pairs_.pairs.empty()) {
      result.test = evaluate_effect(best, whole_sounds(test_pairs_), pairs_.rate).model;
      add_metrics("test", *result.test, metrics);
    }
    write_card(result, *file.model, chosen.real_time);
  }

  void write_card(const RunResult& result, const Model<float>& best, double real_time) const {
    const RecurrentOptions& rnn = best.config().rnn;
    const std::string cell(cell_name(rnn.cell, rnn.flags));
    ModelCard card = folder.card(request, result, best, request.data);
    card.words = kEffect.card;
    card.summary = fmt::format("An audio effect, learnt from {:.0f} seconds of sound: {} of {} with {} hidden units.",
                               seconds_of(split_.train), counted(rnn.layers, "layer"), cell, units_text(rnn));
    card.tags = {cell, "audio-to-audio"};
    card.facts.push_back({"sampling rate", fmt::format("{} Hz", pairs_.rate)});
    card.facts.push_back({"share of one core", percent_text(real_time)});
    card.limits = {"It knows the instrument, the levels and the setting of the effect that it has heard.",
                   "It reads sound at its own sampling rate."};
    folder.write_card(card);
  }

  double seconds_of(const std::vector<SoundPart>& parts) const {
    double samples = 0;
    for (const SoundPart& p : parts) samples += static_cast<double>(p.in.size());
    return samples / pairs_.rate;
  }

  Plan plan(Pool& pool) const override {
    const TrainOptions& o = options.train;
    Plan plan;
    for (const SoundPair& p : pairs_.pairs)
      plan.add("data", fmt::format("{} goes in, {} comes out · {:.1f} seconds at {} Hz", p.dry, p.wet,
                                   static_cast<double>(p.in.size()) / pairs_.rate, pairs_.rate));
    for (const Finding& finding : judge_sounds(pairs_, delays_of(pairs_))) plan.add("note", finding.message);
    plan.add("split", request.valid.empty()
                          ? fmt::format("the last {:.1f} seconds choose", seconds_of(split_.valid))
                          : fmt::format("{} chooses, {:.1f} seconds", files_text(request.valid), seconds_of(split_.valid)));
    if (!front_.filter.empty())
      plan.add("filter", fmt::format("{} taps leave {} of the validation: the network learns the rest", front_.filter.size(),
                                     figure_text(figure::kEsrEmphasised, filtered_error(front_.filter))));
    plan.add("loss", "error-to-signal ratio, pre-emphasised, of what the effect adds to the dry signal, or to the filter's");
    plan_work(plan, fmt::format("{} x {}", o.batch, counted(o.bptt, "sample")), train->tokens_per_epoch(),
              training_bytes(*model, o, o.bptt), pool);
    return plan;
  }

  SoundPairs pairs_, valid_pairs_, test_pairs_;
  SoundSplit split_;
  EffectFront front_;
  std::vector<std::vector<float>> filtered_;  // SoundPart::base of the parts
  std::string hash_;
};

}  // namespace

std::unique_ptr<Run> run_effect(const RunRequest& request) { return std::make_unique<EffectRun>(request); }

}  // namespace rnn::core
