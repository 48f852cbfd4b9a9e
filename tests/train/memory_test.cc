// Why: memory use is promised in numbers, so it is measured: whole processes, by the peak that the system reports.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "runs/plan.h"
#include "support/tiny_run.h"
#include "tasks/training.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RNN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RNN_SANITIZED 1
#endif
#endif

namespace rnn::core::test {
namespace {

constexpr int64_t kMegabyte = int64_t{1} << 20;

// Peak resident bytes of a child that runs f, or -1 when f failed.
int64_t peak_bytes(const std::function<void()>& f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    try {
      f();
      _exit(0);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
  }
  int status = -1;
  struct rusage usage {};
  if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return -1;
  return int64_t{usage.ru_maxrss} * 1024;
}

ModelConfig config_of(int layers, int hidden, int vocabulary) {
  ModelConfig c;
  c.rnn.cell = CellKind::lstm, c.rnn.layers = layers, c.rnn.hidden = c.rnn.input = hidden;
  c.vocabulary = vocabulary;
  return c;
}

class Memory : public FolderTest {
 protected:
  void SetUp() override {
#ifdef RNN_SANITIZED
    GTEST_SKIP() << "a sanitizer has memory of its own";
#endif
    FolderTest::SetUp();
    nothing_ = peak_bytes([] {});
    ASSERT_GT(nothing_, 0);
  }
  void TearDown() override {
    if (!folder_.empty()) FolderTest::TearDown();
  }
  // Two updates, beyond what the bare process takes.
  int64_t training(const ModelConfig& config, const TrainOptions& options) const {
    const int64_t peak = peak_bytes([&] {
      Model<float> model(config);
      initialise(model, InitOptions{}, 1);
      StreamBatcher train({random_tokens(options.batch * (2 * options.bptt + 1), config.vocabulary)},
                          {options.batch, options.bptt, false, -1});
      EventStream events;
      Pool pool(2);
      TrainOptions two = options;
      two.max_updates = 2, two.eval_every = 1000, two.epochs = 2;
      Trainer(model, train, nullptr, two, events, pool, {}).run();
    });
    return peak < 0 ? -1 : peak - nothing_;
  }
  int64_t nothing_ = 0;
};

// As many weights as rows times columns say; no biases, no lookups.
TEST(ProductWeights, ByHand) {
  EXPECT_EQ(product_weights(Model<float>(config_of(2, 20, 50))), 2 * 4 * 20 * (20 + 20) + 50 * 20);
  ModelConfig c = config_of(1, 20, 50);
  c.tied = true;
  EXPECT_EQ(product_weights(Model<float>(c)), 4 * 20 * (20 + 20) + 50 * 20);
  c = config_of(2, 20, 50);
  c.rnn.projection = 7, c.rnn.flags = kPeephole, c.rnn.input = 11;
  EXPECT_EQ(product_weights(Model<float>(c)), 4 * 20 * (11 + 7) + 4 * 20 * (7 + 7) + 2 * 7 * 20 + 50 * 7);
  c = config_of(1, 20, 50);
  c.softmax = {SoftmaxKind::adaptive, {10}, 4};
  EXPECT_EQ(product_weights(Model<float>(c)), 4 * 20 * (20 + 20) + 11 * 20 + 5 * 20 + 40 * 5);
  const double share = std::log(51.0 / 11) / std::log(51.0);
  EXPECT_NEAR(token_weights(Model<float>(c), {}), 4 * 20 * (20 + 20) + 11 * 20 + share * (5 * 20 + 40 * 5), 1e-9);
  c.softmax = {SoftmaxKind::sampled, {}, 4};
  TrainOptions some;
  some.samples = 7;
  EXPECT_NEAR(token_weights(Model<float>(c), some), 4 * 20 * (20 + 20) + 7 * 20, 1e-9);
  c = config_of(1, 20, 50);
  c.rnn.cell = CellKind::gru;
  EXPECT_EQ(product_weights(Model<float>(c)), 3 * 20 * (20 + 20) + 50 * 20);
}

TEST_F(Memory, EstimateIsNearTheTruth) {
  struct {
    ModelConfig config;
    const char* optimizer;
    int batch, bptt;
  } const cases[] = {{config_of(2, 650, 10000), "sgd", 20, 35},
                     {config_of(2, 200, 10000), "adamw", 20, 20},
                     {config_of(1, 300, 65), "adamw", 32, 64}};
  for (const auto& c : cases) {
    TrainOptions options;
    options.optimizer = c.optimizer, options.batch = c.batch, options.bptt = c.bptt;
    const double measured = static_cast<double>(training(c.config, options));
    const double estimate = static_cast<double>(training_bytes(Model<float>(c.config), options));
    ASSERT_GT(measured, 0);
    EXPECT_LE(estimate, 1.5 * measured) << c.config.rnn.hidden << " " << measured / kMegabyte;
    EXPECT_GE(estimate, measured / 1.5) << c.config.rnn.hidden << " " << measured / kMegabyte;
    std::printf("%d x %d, %d tokens, %s: %.0f MB estimated, %.0f MB measured\n", c.config.rnn.layers, c.config.rnn.hidden,
                c.config.vocabulary, c.optimizer, estimate / kMegabyte, measured / kMegabyte);
  }
}

// The whole task: reading text, training, evaluation, checkpoint, best model, trigram, card.
std::string long_text(int words, int lines) {
  Random random(4, Purpose::test);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (int w = 0; w < 20; ++w) {
      const int word = i * 20 + w < words ? i * 20 + w : static_cast<int>(random.below(words));
      text += (w > 0 ? " w" : "w") + std::to_string(word);
    }
    text += "\n";
  }
  return text;
}

TEST_F(Memory, LargeRunWithin600MB) {
  const std::string text = write("text.txt", long_text(9990, 520));
  const int64_t peak = peak_bytes([&] {
    RunRequest r = tiny_request(text, path("run"), "stream");
    r.model.hidden = 650, r.model.layers = 2;
    r.options.optimizer = "sgd", r.options.batch = 20, r.options.bptt = 35, r.options.max_updates = 2, r.options.threads = 2;
    r.options.valid_share = 0.05;
    EventStream events;
    train_run(r, events, {});
  });
  ASSERT_GT(peak, 0);
  std::printf("2 x 650, 10k words, whole run: %lld MB\n", static_cast<long long>(peak / kMegabyte));
  EXPECT_LE(peak, 600 * kMegabyte);

  // Loading the model again: for a moment the file's bytes, the weights and the numbers of one tensor.
  const int64_t writing = peak_bytes([&] {
    ModelFile file = load_model(path("run"));
    Writer writer(file);
    writer.read("w1 w2");
  });
  ASSERT_GT(writing, 0);
  const ModelFile file = load_model(path("run"));
  const int64_t weights = static_cast<int64_t>(file.model->table().count()) * 4;
  int64_t largest = 0;
  for (const auto& info : file.model->table().all()) largest = std::max(largest, static_cast<int64_t>(info.size()) * 4);
  EXPECT_GT(weights, 70 * kMegabyte);
  std::printf("weights %lld MB, loading them %lld MB\n", static_cast<long long>(weights / kMegabyte),
              static_cast<long long>((writing - nothing_) / kMegabyte));
  EXPECT_LE(writing - nothing_, 2 * weights + largest + 16 * kMegabyte);
}

// A vocabulary of 250,000 words by Zipf's law, the whole task: text, tokenizer, training, an exact check, checkpoint, best
// model, baselines, card. The default optimizer, adamw, holds the weights four times.
class LargeVocabulary : public Memory, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Softmax, LargeVocabulary, testing::Values("adaptive", "sampled"),
                         [](const auto& softmax) { return std::string(softmax.param); });

TEST_P(LargeVocabulary, TrainsWithin2GB) {
  constexpr int kWords = 249998;  // and the unknown word and the end of a line
  const std::string text = write("text.txt", long_text(kWords, kWords / 20 + 40)),
                    valid = write("valid.txt", long_text(400, 20));
  const int64_t peak = peak_bytes([&] {
    RunRequest r = tiny_request(text, path("run"), "stream");
    r.valid = {valid};
    r.model.softmax = GetParam();
    r.model.hidden = 200, r.model.layers = 2;
    r.options.batch = 20, r.options.bptt = 20, r.options.max_updates = 3, r.options.threads = 2;
    r.options.optimizer = "adamw";
    EventStream events;
    train_run(r, events, {});
  });
  ASSERT_GT(peak, 0);
  const ModelConfig config = load_model(path("run")).model->config();
  EXPECT_EQ(config.vocabulary, 250000);
  TrainOptions options;
  options.batch = 20, options.bptt = 20;
  const int64_t estimate = training_bytes(Model<float>(config), options);
  std::printf("2 x 200, 250k words, %s softmax, whole run: %lld MB, estimated %lld MB\n", GetParam(),
              static_cast<long long>(peak / kMegabyte), static_cast<long long>(estimate / kMegabyte));
  EXPECT_LE(peak, int64_t{2000000000});
  EXPECT_LE(static_cast<double>(estimate), 1.5 * static_cast<double>(peak));
  EXPECT_GE(static_cast<double>(estimate), static_cast<double>(peak) / 1.5);
}

// Resident now, not at the peak: what remains while a model runs.
int64_t resident_bytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return int64_t{resident} * sysconf(_SC_PAGESIZE);
}

TEST_F(Memory, ARunningModelIsItsWeightsAndAFewMB) {
  const int64_t peak = peak_bytes([] {
    ModelFile file;
    file.path = "made";
    file.tokenizer = build_tokenizer("byte", {"a"});
    const int64_t before = resident_bytes();
    file.model = tiny_model(config_of(2, 1024, file.tokenizer->size()));
    const int64_t weights = static_cast<int64_t>(file.model->table().count()) * 4;
    Writer writer(file);
    Random random(1, Purpose::sample);
    for (int i = 0; i < 5; ++i) writer.next({}, random);
    const int64_t held = resident_bytes() - before;
    if (held > weights + 6 * kMegabyte || held < weights / 2) {
      throw std::runtime_error("weights of " + std::to_string(weights) + " bytes, " + std::to_string(held) + " held");
    }
  });
  EXPECT_GT(peak, 0);
}

}  // namespace
}  // namespace rnn::core::test
