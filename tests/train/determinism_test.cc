// Why: the same seed gives the same weights, bit for bit, whatever the number of threads and whoever observes.
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 29, kUpdates = 20;

struct Settings {
  bool sentences = false;
  int threads = 1;
  uint64_t seed = 1;
  int64_t eval_every = 1000;
  std::string optimizer = "adamw";
  bool awd = false;  // with the methods of AWD-LSTM
};

std::unique_ptr<Batcher> batches(bool sentences, uint64_t seed, bool awd = false) {
  if (awd && !sentences) {
    const StreamOptions windows{5, 12, false, -1, true, seed};
    return std::make_unique<StreamBatcher>(std::vector<std::vector<int32_t>>{random_tokens(900, kVocabulary, 1)}, windows);
  }
  if (!sentences) return stream_batcher(5, 6, 5 * 6 * 9 + 11, kVocabulary);
  return std::make_unique<SentenceBatcher>(random_sentences(60, kVocabulary, 9), SentenceOptions{7, true, seed});
}

std::unique_ptr<Model<float>> trained(const Variant& v, const Settings& s) {
  ModelConfig config = tiny_config(v, kVocabulary, 37, 2, 0.3);
  if (s.awd) config.drops = {0.2, 0.1, 3}, config.output_dropout = 0.5, drop_recurrent(&config, 0, 0.3);
  auto model = tiny_model(config);
  const auto train = batches(s.sentences, s.seed, s.awd), valid = batches(s.sentences, 99);
  TrainOptions options;
  options.optimizer = s.optimizer;
  options.lr = s.optimizer == "sgd" ? 0.5 : 0.01;
  options.momentum = s.optimizer == "sgd" ? 0.5 : 0;
  options.epochs = 100, options.max_updates = kUpdates, options.patience = 0;
  options.seed = s.seed, options.eval_every = s.eval_every, options.label_smoothing = 0.1;
  if (s.awd) {
    options.activation_regularization = 2, options.temporal_activation_regularization = 1;
    options.bptt = 12, options.bptt_random = !s.sentences;
    options.freeze = "rnn.weight_ih_l0", options.layer_lr_decay = 1.5, options.average = "ema";
  }
  EventStream events;
  Pool pool(s.threads);
  Trainer trainer(*model, *train, valid.get(), options, events, pool, {});
  EXPECT_EQ(trainer.run().progress.update, kUpdates);
  return model;
}

class Determinism : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Cells, Determinism, testing::ValuesIn(kVariants), variant_name);

TEST_P(Determinism, ThreadsDoNotMatter) {
  for (const bool sentences : {false, true}) {
    const auto one = trained(GetParam(), {sentences});
    EXPECT_FALSE(same_bits(one->params(), tiny_model(one->config())->params())) << "nothing was trained";
    for (const int threads : {2, 3, 4}) {
      const auto many = trained(GetParam(), {sentences, threads});
      EXPECT_TRUE(same_bits(one->params(), many->params())) << threads << " threads, sentences " << sentences;
    }
  }
}

TEST_P(Determinism, LookingOnChangesNothing) {
  for (const bool sentences : {false, true}) {
    const auto rarely = trained(GetParam(), {sentences, 1, 1, 1000}), often = trained(GetParam(), {sentences, 1, 1, 1});
    EXPECT_TRUE(same_bits(rarely->params(), often->params()));
  }
}

TEST_P(Determinism, SeedsMatter) {
  for (const bool sentences : {false, true}) {
    EXPECT_FALSE(same_bits(trained(GetParam(), {sentences})->params(), trained(GetParam(), {sentences, 1, 2})->params()));
  }
}

TEST(DeterminismOfSgd, ThreadsDoNotMatter) {
  for (const bool sentences : {false, true}) {
    const auto one = trained(kVariants[2], {sentences, 1, 1, 1000, "sgd"}),
               three = trained(kVariants[2], {sentences, 3, 1, 1000, "sgd"});
    EXPECT_TRUE(same_bits(one->params(), three->params()));
  }
}

TEST(DeterminismOfAwd, ThreadsDoNotMatter) {
  for (const bool sentences : {false, true}) {
    for (const char* optimizer : {"sgd", "adamw"}) {
      const auto one = trained(kVariants[2], {sentences, 1, 1, 7, optimizer, true});
      for (const int threads : {2, 3}) {
        EXPECT_TRUE(same_bits(one->params(), trained(kVariants[2], {sentences, threads, 1, 7, optimizer, true})->params()))
            << threads << " threads, sentences " << sentences;
      }
    }
  }
}

// Masks belong to streams and sentences, so cutting a batch cannot change them.
double largest_difference(const Params<float>& a, const Params<float>& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(static_cast<double>(a.data()[i]) - b.data()[i]));
  return worst;
}

// With gains of 1 so small a normalised network is chaotic, in PyTorch too: later updates multiply rounding errors by ten.
void calm(Model<float>& model) {
  for (const auto& info : model.table().all()) {
    if (info.name.find("layer_norm") != std::string::npos && info.name.ends_with(".weight"))
      std::fill_n(model.params().data() + info.offset, info.size(), 0.3f);
  }
}

class Accumulation : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Cells, Accumulation, testing::ValuesIn(kVariants), variant_name);

TEST_P(Accumulation, OneOf64IsFourOf16) {
  for (const bool sentences : {false, true}) {
    for (const double dropout : {0.0, 0.4}) {
      std::unique_ptr<Model<float>> models[3];
      const int parts[] = {1, 4, 5};  // 64 / 5 is not a whole number
      for (int m = 0; m < 3; ++m) {
        models[m] = tiny_model(tiny_config(GetParam(), kVocabulary, 11, 2, dropout));
        calm(*models[m]);
        std::unique_ptr<Batcher> train = stream_batcher(64, 5, 64 * 5 * 8, kVocabulary);
        if (sentences) {
          train = std::make_unique<SentenceBatcher>(random_sentences(64 * 6, kVocabulary, 8), SentenceOptions{64, true, 1});
        }
        TrainOptions options;
        options.optimizer = "sgd", options.lr = 0.5, options.clip = 1;
        options.epochs = 10, options.max_updates = 6, options.patience = 0, options.accumulate = parts[m];
        EventStream events;
        Pool pool(1);
        Trainer(*models[m], *train, nullptr, options, events, pool, {}).run();
      }
      EXPECT_GT(largest_difference(models[0]->params(), tiny_model(models[0]->config())->params()), 1e-3);
      EXPECT_LE(largest_difference(models[0]->params(), models[1]->params()), 1e-6) << sentences << " " << dropout;
      EXPECT_LE(largest_difference(models[0]->params(), models[2]->params()), 1e-6) << sentences << " " << dropout;
    }
  }
}

}  // namespace
}  // namespace rnn::core::test
