// Why: what a run on text is made of: documents, tokenizer, batches, baselines, a card.
#include <cmath>

#include "base/error.h"
#include "io/ready_model.h"
#include "networks/session.h"
#include "tasks/ngram_rows.h"
#include "tasks/plans.h"
#include "tasks/runs.h"

namespace rnn::core {
namespace {

using nlohmann::json;

ResultRow row_of(const std::string& name, double loss, double factor) { return {name, loss, std::exp(loss), loss * factor}; }

class TextRun final : public Run {
 public:
  using Run::Run;

 private:
  bool sentences() const { return mode_.value == "sentence"; }
  const std::string& hash() const override { return text_.hash; }
  std::string mode_name() const override { return mode_.value; }

  void read() override { text_ = read_run_text(request.data, valid_file(), options.train.valid_share); }

  // Tokenizer and model: built, or taken from a model to start from.
  void build() override {
    std::unique_ptr<ModelFile> start;
    if (!request.init_from.empty()) {
      start = std::make_unique<ModelFile>(load_model(request.init_from));
      if (!start->tokenizer) throw Error(Exit::model, "model/task", request.init_from + " is not a language model");
      require_finite(*start->model, start->path);
    }
    mode_ = choose_mode(options.train.mode, text_.train);
    if (start) {
      if (!options.model.tokenizer.empty()) {
        throw Error(Exit::usage, "usage/option", "--tokenizer and --init-from each bring a tokenizer",
                    "leave --tokenizer out: a model reads with the one it was trained with");
      }
      kind_ = {std::string(start->tokenizer->kind()), "as in " + request.init_from};
      tokenizer = std::move(start->tokenizer);
      model = start_from(std::move(start->model), request, tokenizer.get(), &options.model);
    } else {
      kind_ = choose_tokenizer(options.model, text_, tokenizer);
      options.model.tokens = options.model.tokenizer.empty() ? options.model.tokens : kind_.value;
      ModelConfig config = model_config(options.model);
      config.vocabulary = tokenizer->size();
      config.drops.unknown = tokenizer->unknown_id();
      model = std::make_unique<Model<float>>(config);
      initialise_by(options, *model);
    }
  }

  void restore(ModelFile& file, const std::string& mode) override {
    kind_ = {std::string(file.tokenizer->kind()), "as before"};
    mode_ = {mode, "as before"};
    tokenizer = std::move(file.tokenizer);
  }

  void batch() override {
    train_tokens_ = encode_documents(*tokenizer, text_.train);
    valid_tokens_ = encode_documents(*tokenizer, text_.valid);
    train = training_batcher(train_tokens_, *tokenizer, options.train, sentences());
    valid = evaluation_batcher(valid_tokens_, *tokenizer, options.train.batch, options.train.bptt, sentences());
    bits_factor = bits_per_byte_factor(valid->tokens_per_epoch(), bytes_of(text_.valid));
  }

  json about_data() const override {
    return {{"task", "language-model"},
            {"mode", mode_.value},
            {"data", {{"train", text_.paths}, {"valid", text_.valid_path}, {"hash", text_.hash}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {text_.paths, request.valid, request.test});
    if (!resumed) folder.write_data(text_, count_of(train_tokens_), count_of(valid_tokens_));
  }

  json metrics(const TrainProgress& p) const override {
    return {{"val_loss", p.best_loss},
            {"val_perplexity", std::exp(p.best_loss)},
            {"val_bits_per_byte", p.best_loss * bits_factor},
            {"step", p.best_update}};
  }

  // A few words of the model as it is now, for the log.
  std::string sample(const Trainer& trainer) const override {
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

  void report(RunResult& result, const TrainProgress& best, json& metrics) override {
    result.valid = row_of("this model", best.best_loss, bits_factor);
    std::string note;  // rnn eval tells why a row is missing
    result.baselines = ngram_rows(train_tokens_, valid_tokens_, *tokenizer, sentences(), bits_factor, &note);
    std::string valid_text;
    for (const auto& d : text_.valid) valid_text += d.text;
    result.baselines.push_back({"zstd -19", -1, -1, zstd_bits_per_byte(valid_text)});
    model.reset();  // the best one takes its place
    ModelFile file = load_model(folder.model());
    if (!test_file().empty()) result.test = evaluate_text(file, test_file(), {false, false, options.train.threads}).model;
    const std::string prompt = "The";
    folder.write_card(request, text_, *file.model, *tokenizer, result, prompt, card_sample(file, prompt));
    metrics = {{"val_loss", result.valid.loss},
               {"val_perplexity", result.valid.perplexity},
               {"val_bits_per_byte", result.valid.bits_per_byte}};
    for (const auto& row : result.baselines) {
      const bool trigram = row.name == "trigram", zstd = row.loss < 0;
      const std::string name = trigram ? "trigram" : zstd ? "zstd" : "ngram";
      if (name == "ngram") metrics["ngram_order"] = ngram_order(tokenizer->kind());
      if (row.loss >= 0) metrics[name + "_loss"] = row.loss;
      metrics[name + "_bits_per_byte"] = row.bits_per_byte;
    }
    if (result.test.loss >= 0) metrics["test_loss"] = result.test.loss, metrics["test_perplexity"] = result.test.perplexity;
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

  Plan plan(Pool& pool) const override {
    PlanFacts facts;
    facts.text = &text_;
    facts.kind = kind_;
    facts.mode = mode_;
    facts.folder = folder.path();
    facts.options = &options;
    facts.train_tokens = train->tokens_per_epoch();
    facts.updates = train->batches_in(options.train.epochs);
    facts.valid_tokens = valid->tokens_per_epoch();
    facts.vocabulary = tokenizer->size();
    return describe_plan(facts, *model, pool);
  }

  RunText text_;
  Decision kind_, mode_;
  TokenDocuments train_tokens_, valid_tokens_;
};

}  // namespace

std::unique_ptr<Run> make_text_run(const RunRequest& request) { return std::make_unique<TextRun>(request); }

}  // namespace rnn::core
