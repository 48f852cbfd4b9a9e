// Why: a run that is resumed believes its checkpoint; one that does not fit is refused before it does anything.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "data/batcher.h"
#include "fuzz/target.h"
#include "io/model_file.h"
#include "options/option_list.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace rnn::core::fuzz {
namespace {

constexpr int kTokens = 24, kUpdates = 2;

// What the next update depends on besides the weights; batches and windows stay small.
TrainOptions small(const TrainOptions& asked) {
  TrainOptions o;
  o.threads = 1, o.batch = 2, o.bptt = 3, o.epochs = 3, o.samples = 4;
  o.optimizer = asked.optimizer, o.momentum = asked.momentum, o.average = asked.average, o.nonmono = asked.nonmono;
  if (asked.schedule == "stall") o.schedule = asked.schedule;
  return o;
}

// A trainer on the model of a checkpoint, and all that it refers to.
struct Bench {
  explicit Bench(const std::string& path) : file(load_model(path)) {}

  void build() {
    Options asked;
    const nlohmann::json& checkpoint = file.checkpoint;
    const auto request = checkpoint.find("request");
    if (request != checkpoint.end() && request->contains("options")) asked = options_from_json(request->at("options"));
    std::vector<int32_t> tokens;
    for (int i = 0; i < kTokens; ++i) tokens.push_back(i % file.model->config().vocabulary);
    const TrainOptions options = small(asked.train);
    batcher = std::make_unique<StreamBatcher>(std::vector<std::vector<int32_t>>{tokens},
                                              StreamOptions{options.batch, options.bptt});
    trainer = std::make_unique<Trainer>(*file.model, *batcher, nullptr, options, events, pool, Trainer::Hooks{});
    restore_checkpoint(file, *trainer);
  }
  void save(const std::string& path) {
    const nlohmann::json request = file.checkpoint.get().value("request", nlohmann::json());
    save_checkpoint(path, *file.model, file.tokenizer.get(), file.about, *trainer, request);
  }
  void continued() {
    Batch batch;
    for (int i = 0; i < kUpdates; ++i) {
      if (!batcher->next(batch)) batcher->start_epoch(0), batcher->next(batch);
      trainer->step(batch);
    }
  }

  ModelFile file;
  Pool pool{1};
  EventStream events;
  std::unique_ptr<StreamBatcher> batcher;
  std::unique_ptr<Trainer> trainer;
};

std::string saved(Bench& bench, const Folder& folder) {
  const std::string path = folder.path("again.ckpt.safetensors");
  bench.save(path);
  return read_file(path);
}

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("last.ckpt.safetensors", input);
  std::unique_ptr<Bench> bench;
  if (!reads([&] { bench = std::make_unique<Bench>(path); })) return;
  if (!bench->file.model->is_language_model() || !bench->file.checkpoint.is_object()) return;
  if (!reads([&] { bench->build(); })) return;
  ++accepted;
  const std::string first = saved(*bench, folder);
  Bench again(folder.path("again.ckpt.safetensors"));
  again.build();
  require(saved(again, folder) == first, "a checkpoint is saved to the same bytes again");
  reads([&] { bench->continued(); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
