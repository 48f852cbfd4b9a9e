// Why: every cell learns what can be learnt, and the figures that show it are right.
#include <cmath>
#include <nlohmann/json.hpp>

#include "kernels/host.h"
#include "metrics/figures.h"
#include "networks/session.h"
#include "runs/run_data.h"
#include "support/tiny_run.h"
#include "tasks/training.h"
#include "text/ngram.h"

namespace rnn::core::test {
namespace {

class Learning : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Cells, Learning, testing::ValuesIn(kVariants), variant_name);

TrainOptions quick(int64_t updates) {
  TrainOptions o;
  o.lr = 0.01, o.epochs = 1000000, o.max_updates = updates, o.patience = 0, o.eval_every = 1000000;
  return o;
}

// A cycle in which one token is followed by different ones: the token three steps ago decides.
TEST_P(Learning, ACycleByHeart) {
  const std::vector<int32_t> cycle = {1, 1, 2, 1, 1, 1, 2, 2, 1, 3};
  std::vector<int32_t> text;
  for (int i = 0; i < 800; ++i) text.push_back(cycle[i % cycle.size()]);
  const int layers = has_recurrent_matrix(GetParam().cell) ? 1 : 2;  // else units first meet in the layer above
  const auto model = tiny_model(tiny_config(GetParam(), 4, 24, layers));
  StreamBatcher train({text}, {4, 20, false, -1});
  EventStream events;
  Pool pool(1);
  model->pack(pool, true);
  EXPECT_GT(evaluate(*model, train, pool).loss(), 0.7);
  Trainer(*model, train, nullptr, quick(300), events, pool, {}).run();
  StreamBatcher valid({text}, {1, 50, true, -1});
  const Evaluation result = evaluate(*model, valid, pool);
  EXPECT_EQ(result.tokens, 799);
  EXPECT_LT(result.loss(), 0.05);  // the first steps cannot know where in the cycle they are
  // Once it has seen the cycle, no step is in doubt.
  Session session(*model, 1, &pool);
  for (int i = 0; i < 100; ++i) {
    const View<const float> logits = session.push(text[i]);
    const int best = static_cast<int>(std::max_element(host(logits).data, host(logits).data + 4) - host(logits).data);
    EXPECT_TRUE(i < 20 || best == text[i + 1]) << i;
  }
}

// a^n b^n: after the first b everything is known, but only to one who has counted (Elman 1990; Gers and Schmidhuber 2001).
TEST(LearningToCount, AsManyBsAsAs) {
  std::vector<std::vector<int32_t>> sentences;
  for (int copy = 0; copy < 8; ++copy) {
    for (int n = 1; n <= 6; ++n) {
      std::vector<int32_t> s(n, 1);
      s.insert(s.end(), n, 2);
      s.push_back(0);
      sentences.push_back(s);
    }
  }
  for (const int v : {2, 4}) {  // LSTM, GRU
    const auto model = tiny_model(tiny_config(kVariants[v], 3, 16));
    SentenceBatcher train(sentences, {8, true, 1});
    EventStream events;
    Pool pool(1);
    Trainer(*model, train, nullptr, quick(600), events, pool, {}).run();
    // The best possible: where the number of a's is not known yet, the chance is that of the lengths.
    double possible = 0, tokens = 0;
    for (int n = 1; n <= 6; ++n) {
      for (int i = 1; i <= n; ++i) possible -= i > 1 ? std::log((7.0 - i) / (8.0 - i)) : 0;  // another a
      possible -= std::log(1.0 / (7.0 - n));                                                 // the first b
      tokens += 2 * n + 1;
    }
    const double loss = evaluate(*model, train, pool).loss();
    EXPECT_GE(loss, possible / tokens - 1e-9);
    EXPECT_LT(loss, possible / tokens + 0.03) << kVariants[v].name;
  }
}

// -log softmax in double, token after token, through a session.
TEST(Evaluation, EqualsOneTokenAtATime) {
  constexpr int kVocabulary = 17;
  const auto model = tiny_model(tiny_config(kVariants[2], kVocabulary, 10, 2, 0.5));
  Pool pool(2);
  model->pack(pool, false);
  Session session(*model, 1, &pool);
  double nats = 0;
  int64_t tokens = 0;
  const auto hear = [&](const std::vector<int32_t>& document, int32_t begin) {
    session.reset();
    int32_t last = begin;
    for (const int32_t id : document) {
      const View<const float> logits = session.push(last);
      double sum = 0;
      for (int i = 0; i < kVocabulary; ++i) sum += std::exp(static_cast<double>(host(logits).data[i]));
      nats += std::log(sum) - host(logits).data[id];
      ++tokens;
      last = id;
    }
  };
  const std::vector<std::vector<int32_t>> documents = {random_tokens(61, kVocabulary, 1), random_tokens(1, kVocabulary, 2),
                                                       random_tokens(40, kVocabulary, 3)};
  for (const auto& d : documents) hear(d, 0);
  for (const int window : {1, 7, 256}) {
    StreamBatcher batcher(documents, {1, window, true, 0});
    const Evaluation result = evaluate(*model, batcher, pool);
    EXPECT_EQ(result.tokens, tokens);
    EXPECT_NEAR(result.nats, nats, 1e-5 * nats) << window;
  }
  nats = 0, tokens = 0;
  const auto sentences = random_sentences(50, kVocabulary, 12);
  for (const auto& s : sentences) hear(s, 0);
  SentenceBatcher batcher(sentences, {8, false, 1});
  const Evaluation result = evaluate(*model, batcher, pool);
  EXPECT_EQ(result.tokens, tokens);
  EXPECT_NEAR(result.nats, nats, 1e-5 * nats);
}

class RunFigures : public FolderTest {};

TEST_F(RunFigures, OfTheRunAreThoseOfItsParts) {
  for (const std::string mode : {"stream", "sentence"}) {
    RunRequest r = tiny_request(write("story.txt", tiny_story(200)), path(mode), mode);
    r.test = {write("test.txt", tiny_story(30, 5))};
    r.options.epochs = 4;
    std::vector<Event> log;
    EventStream events;
    events.add(std::make_unique<Recorder>(&log));
    Plan plan;
    const RunResult result = train_run(r, events, {nullptr, [&](const Plan& p) { plan = p; }});
    EXPECT_GE(plan.lines.size(), 5u);
    ASSERT_EQ(result.baselines.size(), 3u);
    EXPECT_EQ(result.baselines[0].name, "trigram");

    // The trigram by hand: every stream is read after an end of line, which itself is not counted.
    const ModelFile file = load_model(path(mode));
    const Tokenizer& words = *file.tokenizer;
    const TextSplit split = split_documents(read_text(r.data[0]), r.options.valid_share);
    const auto streams = [&](const std::string& text) {
      std::vector<std::vector<int32_t>> out(1);
      for (const int32_t id : words.encode(text)) {
        out.back().push_back(id);
        if (mode == "sentence" && id == words.newline_id()) out.emplace_back();
      }
      if (out.back().empty()) out.pop_back();
      return out;
    };
    const auto train = streams(split.train[0].text);
    auto valid = streams(split.valid[0].text);
    for (auto& s : valid) s.insert(s.begin(), words.newline_id());
    const NgramModel trigram({train.begin(), train.end()}, words.size(), 3, {words.newline_id(), {}});
    double nats = 0, tokens = 0;
    for (const auto& s : valid) {
      for (size_t i = 1; i < s.size(); ++i) nats -= trigram.log_prob({s.data(), i}, s[i]), ++tokens;
    }
    EXPECT_NEAR(result.baselines[0].at(figure::kLoss), nats / tokens, 1e-9);
    EXPECT_EQ(result.baselines[1].name, "Kneser-Ney 5-gram");
    EXPECT_EQ(log.back().fields.at("metrics").at("ngram_loss").get<double>(), result.baselines[1].at(figure::kLoss));
    EXPECT_EQ(log.back().fields.at("metrics").at("ngram_order").get<int>(), 5);
    EXPECT_NEAR(result.baselines[0].at(figure::kPerplexity), std::exp(nats / tokens), 1e-6);
    const double bits = nats / std::log(2.0) / static_cast<double>(split.valid[0].text.size());
    EXPECT_NEAR(result.baselines[0].at(figure::kBitsPerByte), bits, 1e-9);

    // The best model's file gives the loss that the run reports.
    ModelFile best = load_model(path(mode));
    const EvalReport again = evaluate_text(best, write("valid.txt", split.valid[0].text), {});
    EXPECT_NEAR(again.model.at(figure::kLoss), result.valid.at(figure::kLoss),
                mode == "sentence" ? 1e-9 : 0.05);  // streams start from zero
    ModelFile other = load_model(path(mode));
    EXPECT_EQ(evaluate_text(other, r.test[0], {}).model.at(figure::kLoss), result.test->at(figure::kLoss));
    EXPECT_LT(result.valid.at(figure::kLoss), std::log(words.size()));
    EXPECT_EQ(log.back().type, "result");
    EXPECT_EQ(log.back().fields.at("metrics").at("val_loss").get<double>(), result.valid.at(figure::kLoss));
    EXPECT_EQ(file.about.at("metrics").at("val_loss").get<double>(), result.valid.at(figure::kLoss));
    for (const char* name : {"config.toml", "model.safetensors", "last.ckpt.safetensors", "metrics.jsonl", "metrics.csv",
                             "train.log", "README.md", "data.json"}) {
      EXPECT_GT(std::filesystem::file_size(path(mode) + "/" + name), 10u) << name;
    }
    EventStream silent;
    EXPECT_EQ(failure_of([&] { train_run(r, silent, {}); }).code, "run/exists");
  }
}

}  // namespace
}  // namespace rnn::core::test
