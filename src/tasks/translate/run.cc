// Why: the parts of a run on pairs of sentences: one tokenizer, an encoder and a decoder, batches of both sides, BLEU.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/bleu.h"
#include "metrics/figures.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "tasks/translate/evaluate_pairs.h"
#include "tasks/translate/task.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr int64_t kSmallSet = 10000;  // below: the defaults for few
constexpr size_t kJudged = 500;       // validation pairs that --best-by bleu translates at every validation

// The encoder that the options ask for, next to a decoder.
EncoderOptions encoder_options(const ModelOptions& o, const RecurrentOptions& decoder) {
  EncoderOptions e;
  e.rnn.layers = o.encoder_layers > 0 ? o.encoder_layers : o.layers;
  e.rnn.bidirectional = !o.one_way;
  if (e.rnn.bidirectional && (o.hidden % 2 != 0 || o.projection % 2 != 0)) {
    throw Error(Exit::usage, "model/size",
                "a bidirectional encoder has half the units for each direction, but there are " +
                    std::to_string(o.hidden % 2 != 0 ? o.hidden : o.projection),
                "choose an even number, or --one-way");
  }
  const int ways = e.rnn.directions();
  e.rnn.input = decoder.input, e.rnn.hidden = o.hidden / ways, e.rnn.projection = o.projection / ways;
  e.rnn.residual = o.residual && e.rnn.layers > 1;
  e.own_embedding = o.own_embedding;
  e.attention = static_cast<AttentionKind>(index_of(kAttentionNames, o.attention));
  e.attention_size = o.attention_size > 0 ? o.attention_size : o.hidden;
  e.input_feeding = o.input_feeding, e.reversed_source = o.reverse_source;
  const bool fits = e.rnn.layers == decoder.layers && decoder.last_hidden == 0;
  const std::string bridge = o.bridge != "auto" ? o.bridge : fits ? "copy" : "dense";
  e.bridge = static_cast<BridgeKind>(index_of(kBridgeNames, bridge));
  e.match(decoder);
  return e;
}

class TranslateRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return data_.hash; }

  // Defaults, for options not given, that suit pairs of sentences better than those for running text.
  void choose_defaults() {
    if (!given("label-smoothing")) options.train.label_smoothing = 0.1;
    const bool subwords = kind_.value == "unigram" || kind_.value == "bpe";
    // Few sentences are soon known by heart: smaller batches make more updates of them, noisier ones, and more units are dropped.
    const bool few = subwords && std::ssize(data_.train.pairs) < kSmallSet;
    if (!given("batch")) options.train.batch = few ? 16 : 64;
    if (!subwords) return;
    if (!given("dropout")) options.model.dropout = few ? 0.4 : 0.2;
    if (!given("epochs")) options.train.epochs = 20;
  }

  void read() override { data_ = read_pair_data(request.data, {request.valid, options.train.valid_share, request.split}); }

  void build() override {
    if (!request.init_from.empty()) {
      ModelFile start = load_model(request.init_from);
      if (!start.tokenizer || !start.model->translates())
        throw Error(Exit::model, "model/task", request.init_from + " is not a translator", "rnn info shows what it is");
      require_finite(*start.model, start.path);
      kind_ = {std::string(start.tokenizer->kind()), "as in " + request.init_from};
      tokenizer = std::move(start.tokenizer);
      model = start_from(std::move(start.model), request, tokenizer.get(), &options.model);
      return;
    }
    kind_ = choose_pair_tokenizer(options.model, data_.train.pairs, tokenizer);
    choose_defaults();
    if (options.model.tokenizer.empty()) options.model.tokens = kind_.value;
    ModelConfig config = model_config(options.model);
    config.task = request.task;
    config.vocabulary = tokenizer->size();
    config.drops.unknown = tokenizer->unknown_id();
    config.encoder = encoder_options(options.model, config.rnn);
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  void restore(ModelFile& file, const std::string&) override {
    kind_ = {std::string(file.tokenizer->kind()), "as before"};
    tokenizer = std::move(file.tokenizer);
  }

  void batch() override {
    PairBatchOptions how{options.train.batch, options.train.batch_tokens, true, options.train.seed,
                         model->config().encoder.reversed_source};
    train = pair_batcher(encode_pairs(*tokenizer, data_.train.pairs), how);
    how.shuffle = false;
    valid = pair_batcher(encode_pairs(*tokenizer, data_.valid.pairs), how);
    judged_.assign(data_.valid.pairs.begin(),
                   data_.valid.pairs.begin() + static_cast<ptrdiff_t>(std::min(kJudged, data_.valid.pairs.size())));
  }

  json about_data() const override {
    return {
        {"task", request.task},
        {"pairs", {{"source", data_.train.source_name}, {"target", data_.train.target_name}}},
        {"data",
         {{"train", request.data}, {"valid", request.valid}, {"hash", data_.hash}, {"split", split_name(request.split)}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    const auto side = [](const PairSet& set, int64_t tokens, const std::vector<std::string>& files) {
      return json{{"pairs", set.pairs.size()}, {"target_tokens", tokens}, {"empty", set.empty}, {"files", files}};
    };
    json data = {{"task", request.task},
                 {"source", data_.train.source_name},
                 {"target", data_.train.target_name},
                 {"hash", data_.hash},
                 {"train", side(data_.train, train->tokens_per_epoch(), request.data)},
                 {"valid", side(data_.valid, valid->tokens_per_epoch(), request.valid)}};
    if (request.valid.empty()) data["valid"]["split"] = split_name(request.split);
    folder.write_data(data);
  }

  std::string advice() const override {
    const std::string few = counted(data_.train.pairs.size(), "pair");
    return few + (data_.train.pairs.size() == 1 ? " is" : " are") +
           " not enough for this model: more pairs help most, then --epochs 40 --patience 6, another --dropout";
  }

  json metrics(const TrainProgress& p) const override {
    json found = {{"step", p.best_update}, {"val_loss", p.best_loss}, {"val_perplexity", std::exp(p.best_loss)}};
    return found;
  }

  double judge() override {
    Pool pool(options.train.threads);
    Translator translator(*model, *tokenizer, pool);
    TranslateOptions greedy;
    greedy.beam = 1;
    std::vector<std::string> lines;
    for (const Pair& pair : judged_) lines.push_back(pair.source);
    return translation_row("", best_translations(translator, lines, greedy), judged_).at(figure::kBleu);
  }

  // The model's translation of one validation sentence, a different one at every validation.
  std::string sample(const Trainer& trainer) const override {
    Pool pool(1);
    Translator translator(*model, *tokenizer, pool);
    TranslateOptions greedy;
    greedy.beam = 1;
    const auto at = static_cast<size_t>(trainer.progress().epoch) % data_.valid.pairs.size();
    const std::string& source = data_.valid.pairs[at].source;
    return source + " -> " + translator.translate({source}, greedy)[0][0].text;
  }

  void report(RunResult& result, const TrainProgress& best, json& metrics) override {
    model.reset();  // the best one takes its place
    ModelFile file = load_model(folder.model());
    PairEvalOptions how;
    how.threads = options.train.threads;
    std::vector<std::string> texts;
    {
      Pool pool(how.threads);
      Translator translator(file, {}, pool);
      std::vector<ResultRow> rows = translate_rows(translator, data_.valid.pairs, how, &texts);
      result.valid = rows[0];
      result.baselines.assign(rows.begin() + 1, rows.end());
    }
    result.valid.set(figure::kLoss, best.best_loss).set(figure::kPerplexity, std::exp(best.best_loss));
    const std::vector<ResultRow> free = free_translations(data_.train.pairs, data_.valid.pairs);
    result.baselines.insert(result.baselines.end(), free.begin(), free.end());
    add_metrics("val", result.valid, metrics);
    for (const ResultRow& row : result.baselines)
      add_metrics(row.name.substr(0, row.name.find(' ')), row, metrics, {&figure::kBleu});
    if (!request.test.empty()) {
      how.baselines = how.greedy = false;
      result.test = evaluate_pairs(file, request.test, how).model;
      add_metrics("test", *result.test, metrics, {&figure::kLoss, &figure::kBleu, &figure::kChrf});
    }
    write_card(result, *file.model, card_sample(texts));
  }

  void write_card(const RunResult& result, const Model<float>& best, const std::string& sample) const {
    const ModelConfig& config = best.config();
    const std::string cell(cell_name(config.rnn.cell, config.rnn.flags)),
        attention(attention_name(config.encoder.attention)), kind(kind_.value), source = data_.train.source_name,
                                                                                target = data_.train.target_name;
    ModelCard card = folder.card(request, result, best, request.data);
    card.words = kTranslate.card;
    // Model hubs know exact matches as accuracy.
    const auto rename = [](ResultRow& row) { row.set(figure::kAccuracy, row[figure::kExact]).set(figure::kExact, {}); };
    rename(*card.result);
    std::for_each(card.baselines.begin(), card.baselines.end(), rename);
    card.summary = fmt::format("A recurrent translator from {} to {}: {} of {} units, {} attention, reading {} tokens.",
                               source, target, cell, units_text(config.rnn), attention, kind);
    card.tags = {cell, kind + "-level", "translation", "sequence-to-sequence"};
    if (source.size() == 2 && target.size() == 2) card.languages = {source, target};
    const std::string ways = config.encoder.rnn.bidirectional ? "bidirectional" : "forward";
    card.facts.push_back({"encoder", counted(config.encoder.rnn.layers, "layer") + ", " + ways});
    card.facts.push_back({"attention", attention + (config.encoder.input_feeding ? ", input feeding" : "")});
    card.facts.push_back({"vocabulary", std::to_string(config.vocabulary)});
    card.evaluate = request.data.size() == 2 ? fmt::format("test.{} test.{}", source, target) : "TEST.tsv";
    card.sample = sample;
    card.limits = {"It knows only the words and the kind of sentences of its training pairs.",
                   "A fluent translation may still be wrong: nothing checks that it means the same as the source."};
    folder.write_card(card);
  }

  std::string card_sample(const std::vector<std::string>& texts) const {
    std::string sample;
    for (size_t i = 0; i < std::min<size_t>(3, texts.size()); ++i)
      sample += data_.valid.pairs[i].source + "\n  " + texts[i] + "\n";
    return sample;
  }

  Plan plan(Pool& pool) const override {
    const TrainOptions& o = options.train;
    const PairSet& pairs = data_.train;
    const int64_t tokens = train->tokens_per_epoch();
    Plan plan;
    plan.add(
        "data",
        fmt::format("{} · {}{} · {} for validation ({})", fmt::join(request.data, ", "), counted(pairs.pairs.size(), "pair"),
                    pairs.empty > 0 ? fmt::format(" ({} with an empty side skipped)", grouped(pairs.empty)) : "",
                    grouped(static_cast<int64_t>(data_.valid.pairs.size())),
                    request.valid.empty() ? data_.split : fmt::format("{}", fmt::join(request.valid, ", "))));
    plan.add("tokens", fmt::format("{} · {} different · {} for training, {} for validation ({})", kind_.value,
                                   grouped(tokenizer->size()), counted(tokens, "target token"),
                                   grouped(valid->tokens_per_epoch()), kind_.reason));
    plan.add("order", fmt::format("{} to {}: each sentence starts from a zero state", pairs.source_name, pairs.target_name));
    const std::string batch = o.batch_tokens > 0 ? counted(o.batch_tokens, "target token") : counted(o.batch, "pair");
    const int longest = static_cast<int>(tokens / std::max<int64_t>(1, static_cast<int64_t>(pairs.pairs.size()))) + 1;
    plan_work(plan, batch, tokens, training_bytes(*model, o, 2 * longest), pool);
    return plan;
  }

  PairData data_;
  Decision kind_;
  std::vector<Pair> judged_;
};

}  // namespace

std::unique_ptr<Run> run_translate(const RunRequest& request) { return std::make_unique<TranslateRun>(request); }

}  // namespace rnn::core
