// Why: a language-model run from text to folder, fresh or resumed, in one order of steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cells/reference.h"
#include "io/model_card.h"
#include "nn/init.h"
#include "tasks/plan.h"
#include "tasks/ready_model.h"
#include "tasks/run_folder.h"
#include "train/checkpoint.h"

namespace rnn {
namespace {

using nlohmann::json;

ModelConfig config_of(const ModelOptions& o, int vocabulary) {
  ModelConfig c;
  const auto found = std::find_if(kCells.begin(), kCells.end(), [&](const CellInfo* cell) { return cell->name == o.cell; });
  c.rnn.cell = o.cell == "rnn-relu" ? CellKind::elman : static_cast<CellKind>(found - kCells.begin());
  c.rnn.flags = (o.cell == "rnn-relu" ? kRelu : 0) | (o.peephole ? kPeephole : 0);
  c.rnn.hidden = o.hidden;
  c.rnn.layers = o.layers;
  c.rnn.projection = o.projection;
  c.rnn.input = o.embed > 0 ? o.embed : o.tied ? c.rnn.output() : o.hidden;
  c.rnn.dropout = c.dropout = o.dropout;
  c.vocabulary = vocabulary;
  c.tied = o.tied;
  return c;
}

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
  if (o.init.size() > kind.size()) init.range = std::stod(o.init.substr(kind.size() + 1));
  init.forget_bias = o.forget_bias;
  init.chrono = o.chrono;
  return init;
}

ResultRow row_of(const std::string& name, double loss, double factor) { return {name, loss, std::exp(loss), loss * factor}; }

// One run, fresh or resumed: everything that lives as long as it.
struct Run {
  RunRequest request;
  Options options;
  RunFolder folder;
  RunText text;
  Decision kind, mode;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Model<float>> model;
  TokenDocuments train_tokens, valid_tokens;
  std::unique_ptr<Batcher> train, valid;
  int64_t valid_count = 0;
  double factor = 0;
  json about;

  explicit Run(const RunRequest& r) : request(r), options{r.model, r.options}, folder(r.folder) {}

  bool sentences() const { return mode.value == "sentence"; }

  void read() { text = read_run_text(request.data, request.valid, options.train.valid_share); }

  // Tokenizer and model: built, or taken from a model to start from.
  void build() {
    std::unique_ptr<ModelFile> start;
    if (!request.init_from.empty()) {
      start = std::make_unique<ModelFile>(load_model(request.init_from));
      if (!start->tokenizer) throw Error(Exit::model, "model/task", request.init_from + " is not a language model");
      require_finite(*start->model, start->path);
    }
    kind = start ? Decision{std::string(start->tokenizer->kind()), "as in " + request.init_from}
                 : choose_tokens(options.model.tokens, text.report);
    mode = choose_mode(options.train.mode, text.train);
    if (start) {
      tokenizer = std::move(start->tokenizer);
      model = std::move(start->model);
      adopt(model->config());
    } else {
      std::vector<std::string_view> documents;
      for (const auto& d : text.train) documents.push_back(d.text);
      tokenizer = build_tokenizer(kind.value, documents, {options.model.min_count, options.model.max_vocabulary});
      model = std::make_unique<Model<float>>(config_of(options.model, tokenizer->size()));
      initialise(*model, init_of(options.model), options.train.seed);
    }
  }

  // The options say what the model is, not what a command line did not say.
  void adopt(const ModelConfig& c) {
    ModelOptions& o = options.model;
    o.tokens = std::string(tokenizer->kind());
    o.cell = c.rnn.flags & kRelu ? "rnn-relu" : std::string(cell_info(c.rnn.cell).name);
    o.peephole = (c.rnn.flags & kPeephole) != 0;
    o.layers = c.rnn.layers, o.hidden = c.rnn.hidden, o.embed = c.rnn.input, o.projection = c.rnn.projection;
    o.tied = c.tied, o.dropout = c.dropout;
  }

  void batch() {
    train_tokens = encode_documents(*tokenizer, text.train);
    valid_tokens = encode_documents(*tokenizer, text.valid);
    train = training_batcher(train_tokens, *tokenizer, options.train, sentences());
    valid = evaluation_batcher(valid_tokens, *tokenizer, options.train.batch, options.train.bptt, sentences());
    valid_count = valid->tokens_per_epoch();
    factor = bits_per_byte_factor(valid_count, bytes_of(text.valid));
  }

  void describe() {
    about = {{"task", "language-model"},
             {"mode", mode.value},
             {"command", request.command},
             {"options", options_to_json(options)},
             {"data", {{"train", text.paths}, {"valid", text.valid_path}, {"hash", text.hash}}}};
  }

  json request_json() const {
    return {{"data", request.data},
            {"valid", request.valid},
            {"test", request.test},
            {"command", request.command},
            {"init_from", request.init_from},
            {"options", options_to_json(options)},
            {"hash", text.hash},
            {"mode", mode.value}};
  }

  RunResult go(EventStream& events, const RunHooks& hooks, const ModelFile* resumed) {
    Pool pool(options.train.threads);
    if (hooks.plan) hooks.plan(make_plan(pool));
    return finish(train_model(events, hooks, resumed, pool), events);
  }

  void write_best(const Trainer& trainer) {
    const TrainProgress& p = trainer.progress();
    about["metrics"] = {{"val_loss", p.best_loss},
                        {"val_perplexity", std::exp(p.best_loss)},
                        {"val_bits_per_byte", p.best_loss * factor},
                        {"step", p.best_update}};
    if (trainer.last_look()) folder.keep_model();
    save_model(folder.model(), *model, tokenizer.get(), about);
  }

  TrainResult train_model(EventStream& events, const RunHooks& hooks, const ModelFile* resumed, Pool& pool) {
    Trainer* running = nullptr;
    Trainer::Hooks trainer_hooks;
    trainer_hooks.signal = hooks.signal;
    trainer_hooks.bits_per_byte_factor = factor;
    trainer_hooks.best = [&] { write_best(*running); };
    trainer_hooks.checkpoint = [&] {
      save_checkpoint(folder.checkpoint(), *model, tokenizer.get(), about, *running, request_json());
    };
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
      return trainer.run();
    } catch (const Error& e) {
      events.emit(
          {"warning", {{"step", trainer.progress().update}, {"code", e.code()}, {"message", e.what()}, {"help", e.help()}}});
      throw;
    }
  }

  // A few words of the model as it is now, for the log.
  std::string sample(const Trainer& trainer) const {
    Session session(*model);
    Sampler sampler(tokenizer->size());
    Detokenizer words(*tokenizer);
    Random random(options.train.seed, Purpose::sample, static_cast<uint32_t>(trainer.progress().update));
    const int32_t banned[] = {tokenizer->unknown_id()};
    SampleOptions how{0.8, 0, 0.95, banned};
    std::string line;
    int32_t id = tokenizer->newline_id();
    for (int i = 0; i < 80 && line.size() < 70; ++i) {
      const View<const float> logits = session.push(id);
      id = sampler.draw({logits.data, static_cast<size_t>(logits.cols)}, how, random);
      if (id == tokenizer->newline_id()) break;
      line += words.push(id);
    }
    return line;
  }

  RunResult finish(const TrainResult& trained, EventStream& events) {
    RunResult result;
    const TrainProgress& p = trained.progress;
    result.folder = folder.path();
    result.reason = trained.reason;
    result.parameters = static_cast<int64_t>(model->table().count());
    result.updates = p.update;
    result.best_epoch = p.best_epoch;
    result.seconds = p.seconds;
    result.tokens_per_second = p.seconds > 0 ? static_cast<double>(p.tokens) / p.seconds : 0;
    if (trained.reason == StopReason::signal) {
      if (!std::filesystem::exists(folder.model())) save_model(folder.model(), *model, tokenizer.get(), about);
      return result;
    }
    result.valid = row_of("this model", p.best_loss, factor);
    result.baselines.push_back(row_of("trigram", trigram_loss(train_tokens, valid_tokens, *tokenizer, sentences()), factor));
    std::string valid_text;
    for (const auto& d : text.valid) valid_text += d.text;
    result.baselines.push_back({"zstd -19", -1, -1, zstd_bits_per_byte(valid_text)});
    model.reset();  // the best one takes its place
    ModelFile best = load_model(folder.model());
    if (!request.test.empty()) result.test = evaluate_text(best, request.test, {false, false, options.train.threads}).model;
    const std::string prompt = "The";
    folder.write_card(request, text, *best.model, *tokenizer, result, prompt, card_sample(best, prompt));
    json metrics = {{"val_loss", result.valid.loss},
                    {"val_perplexity", result.valid.perplexity},
                    {"val_bits_per_byte", result.valid.bits_per_byte}};
    for (const auto& row : result.baselines) {
      const std::string name = row.name == "trigram" ? "trigram" : "zstd";
      if (row.loss >= 0) metrics[name + "_loss"] = row.loss;
      metrics[name + "_bits_per_byte"] = row.bits_per_byte;
    }
    if (result.test.loss >= 0) metrics["test_loss"] = result.test.loss, metrics["test_perplexity"] = result.test.perplexity;
    events.emit({"result",
                 {{"model", folder.model()},
                  {"metrics", metrics},
                  {"exit", 0},
                  {"best_epoch", p.best_epoch},
                  {"elapsed_s", p.seconds},
                  {"step", p.update},
                  {"reason", stop_reason_name(trained.reason)},
                  {"parameters", result.parameters},
                  {"tokens_per_s", result.tokens_per_second}}});
    return result;
  }

  std::string card_sample(ModelFile& best, const std::string& prompt) const {
    Writer writer(best);
    writer.read(prompt);
    Random random(options.train.seed, Purpose::sample);
    const int32_t banned[] = {tokenizer->unknown_id()};
    std::string written = prompt;
    for (int i = 0; i < 200 && written.size() < 200; ++i) {
      written += writer.next({0.8, 0, 0.95, banned}, random);
      if (writer.last_token() == tokenizer->newline_id() && i > 0) break;
    }
    return written;
  }

  Plan make_plan(Pool& pool) const {
    PlanFacts facts;
    facts.text = &text;
    facts.kind = kind;
    facts.mode = mode;
    facts.folder = folder.path();
    facts.options = &options;
    facts.train_tokens = train->tokens_per_epoch();
    facts.updates = train->batches_per_epoch() * options.train.epochs;
    facts.valid_tokens = valid_count;
    facts.vocabulary = tokenizer->size();
    return describe_plan(facts, *model, pool);
  }
};

}  // namespace

RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks) {
  check_options({request.model, request.options});
  Run run(request);
  run.read();
  run.build();
  run.batch();
  run.folder.create(request.force);
  run.describe();
  run.folder.write_config(run.options, run.text, request.test);
  run.folder.write_data(run.text, count_of(run.train_tokens), count_of(run.valid_tokens));
  run.folder.add_sinks(events, false);
  return run.go(events, hooks, nullptr);
}

// What the checkpoint is made of cannot change under it.
static void check_change(std::string_view name) {
  constexpr std::string_view kFixed[] = {"optimizer", "mode", "batch", "bptt", "seed"};
  const OptionInfo* option = find_option(name);
  if (!option) return;  // set_option says so better
  if (option->section == "train" && std::find(std::begin(kFixed), std::end(kFixed), option->name) == std::end(kFixed))
    return;
  throw Error(Exit::usage, "usage/resume",
              "a resumed run cannot change --" + std::string(option->name) + ": it goes on as it began",
              "start a new run from these weights with --init-from");
}

RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks) {
  const RunFolder where(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(where.checkpoint(), ignored)) {
    throw Error(Exit::model, "run/no_checkpoint", folder + " holds no last.ckpt.safetensors, so there is nothing to resume",
                "is it the folder of a run? rnn train -o FOLDER writes one");
  }
  ModelFile file = load_model(where.checkpoint());
  RunRequest request;
  std::string hash, mode;
  try {
    const json& saved = file.checkpoint.at("request");
    request.data = saved.at("data");
    request.valid = saved.at("valid");
    request.test = saved.at("test");
    request.command = saved.at("command");
    hash = saved.at("hash");
    mode = saved.at("mode");
    Options options = options_from_json(saved.at("options"));
    for (const auto& [name, value] : changes) check_change(name), set_option(options, name, value);
    check_options(options);
    request.model = options.model;
    request.options = options.train;
  } catch (const json::exception& e) {
    throw Error(Exit::model, "model/corrupt", where.checkpoint() + " is not the checkpoint of a run (" + e.what() + ")");
  }
  request.folder = folder;
  Run run(request);
  run.read();
  if (run.text.hash != hash) {
    throw Error(Exit::data, "data/changed", "the training or validation text is not what this run began with",
                "put the old text back, or start from these weights: rnn train NEW.txt --init-from " + shell_word(folder));
  }
  run.kind = {std::string(file.tokenizer->kind()), "as before"};
  run.mode = {mode, "as before"};
  run.tokenizer = std::move(file.tokenizer);
  run.model = std::move(file.model);
  require_finite(*run.model, where.checkpoint());
  run.batch();
  run.describe();
  if (file.about.contains("metrics")) run.about["metrics"] = file.about["metrics"];
  run.folder.write_config(run.options, run.text, request.test);
  run.folder.add_sinks(events, true);
  return run.go(events, hooks, &file);
}

}  // namespace rnn
