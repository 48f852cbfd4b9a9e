// Why: what decoders see of a network must be the network: the same bits as its session, in any order of hypotheses.
#include "io/text_scorer.h"
#include "kernels/host.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "data/batcher.h"
#include "decode/drawn_text.h"
#include "io/ready_model.h"
#include "networks/session.h"
#include "runs/evaluate_together.h"
#include "support/draw_together.h"
#include "support/tiny_run.h"
#include "tasks/language_model/stream/choose.h"

namespace rnn::core::test {
namespace {

using Ids = std::vector<int32_t>;

ModelFile made_model(const std::string& kind, int variant, const std::string& mode, uint64_t seed = 1,
                     const std::string& text = tiny_story(20)) {
  ModelFile file;
  file.path = "made" + std::to_string(seed);
  file.tokenizer = build_tokenizer(kind, {text});
  file.model = tiny_model(tiny_config(kVariants[variant], file.tokenizer->size(), 9, 2), seed);
  const View<float> out = file.model->params().view(file.model->table().find("output.weight"));
  for (int i = 0; i < out.rows * out.cols; ++i) host(out).data[i] *= 8;
  file.about.get() = {{"mode", mode}};
  return file;
}

// log p of the next token behind a history, by a session of its own.
std::vector<double> by_hand(const ModelFile& file, const Ids& history) {
  Session session(*file.model);
  const bool sentences = file.about.at("mode") == "sentence";
  std::vector<double> log_p;
  for (const int32_t id : history) {
    if (sentences && id == file.tokenizer->newline_id()) session.reset();
    const View<const float> out = session.push(id);
    log_p.assign(host(out).data, host(out).data + out.cols);
  }
  double sum = 0;
  for (const double x : log_p) sum += std::exp(x);
  for (double& x : log_p) x -= std::log(sum);
  return log_p;
}

void expect_row(View<const float> got, int row, const std::vector<double>& want) {
  ASSERT_EQ(static_cast<size_t>(got.cols), want.size());
  for (int i = 0; i < got.cols; ++i) EXPECT_NEAR(host(got)(row, i), want[static_cast<size_t>(i)], 2e-6) << row << " " << i;
}

TEST(ModelScorer, HypothesesSplitAndEndAsTheirSessionsWould) {
  for (const std::string mode : {"stream", "sentence"}) {
    for (const int variant : {0, 2, 3, 4}) {
      ModelFile file = made_model("word", variant, mode);
      Pool pool(2);
      TextScorer scorer(file, {}, pool);
      const int32_t line = file.tokenizer->newline_id();
      std::vector<Ids> histories = {{line, 3}};
      scorer.start(1);
      expect_row(scorer.read(histories[0]), 0, by_hand(file, histories[0]));
      scorer.select({0, 0, 0});
      histories.resize(3, histories[0]);
      const std::vector<std::pair<Ids, std::vector<int>>> moves = {
          {{4, line, 5}, {2, 0, 1, 1}}, {{6, 7, line, 2}, {3, 0}}, {{5, line}, {1, 1, 0}}, {{1, 2, 3}, {2}}};
      for (const auto& [ids, rows] : moves) {
        const View<const float> got = scorer.step(ids);
        for (size_t r = 0; r < ids.size(); ++r) {
          histories[r].push_back(ids[r]);
          expect_row(got, static_cast<int>(r), by_hand(file, histories[r]));
        }
        scorer.select(rows);
        std::vector<Ids> next;
        for (const int row : rows) next.push_back(histories[static_cast<size_t>(row)]);
        histories = next;
      }
    }
  }
}

// At once and step by step: the same bits.
TEST(ModelScorer, ReadsWhatItWouldStep) {
  for (const std::string mode : {"stream", "sentence"}) {
    ModelFile file = made_model("char", 2, mode);
    Pool pool(1);
    ready_language_model(file, pool, "");
    const int32_t line = file.tokenizer->newline_id();
    ModelScorer once(*file.model, pool, mode == "sentence" ? line : -1),
        steps(*file.model, pool, mode == "sentence" ? line : -1);
    Ids ids = random_tokens(1200, file.tokenizer->size());
    once.start(1), steps.start(1);
    const View<const float> a = once.read(ids), b = steps.Scorer::read(ids);
    EXPECT_EQ(std::memcmp(host(a).data, host(b).data, static_cast<size_t>(a.cols) * sizeof(float)), 0) << mode;
    EXPECT_TRUE(once.state() == steps.state()) << mode;
  }
}

// Hypotheses of several searches are rows of one step: the same bits as alone, where the prompt is read at once.
TEST(TextScorer, SearchesAndDrawsSideBySideAreThoseAlone) {
  for (const std::string mode : {"stream", "sentence"}) {
    ModelFile a = made_model("word", 2, mode, 1), b = made_model("word", 4, mode, 2);
    Pool pool(2);
    const int32_t line = a.tokenizer->newline_id();
    const Ids end = {line}, prompt = {line, 3, 4};
    std::vector<BeamOptions> searches(5);
    std::vector<DrawOptions> draws(5);
    for (size_t i = 0; i < searches.size(); ++i) {
      const int n = static_cast<int>(i);
      searches[i].beam = 1 + n, searches[i].n_best = 1 + n / 2, searches[i].max_tokens = 9 - n, searches[i].ends = end;
      searches[i].alpha = 0.5;
      draws[i].max_tokens = 3 + n, draws[i].ends = end, draws[i].stream = static_cast<uint32_t>(i);
    }
    for (const WithModels& with : {WithModels{}, WithModels{{&b}, {}}}) {
      TextScorer scorer(a, with, pool);
      const auto found = beam_search(scorer, prompt, searches);
      const std::vector<Hypothesis> drawn = draw_together(scorer, prompt, draws);
      for (size_t i = 0; i < searches.size(); ++i) {
        const std::vector<Hypothesis> alone = beam_search(scorer, prompt, searches[i]);
        ASSERT_EQ(found[i].size(), alone.size());
        for (size_t k = 0; k < alone.size(); ++k) {
          EXPECT_EQ(found[i][k].ids, alone[k].ids);
          EXPECT_EQ(found[i][k].log_prob, alone[k].log_prob);
          EXPECT_EQ(found[i][k].score, alone[k].score);
        }
        const Hypothesis text = draw_together(scorer, prompt, {&draws[i], 1})[0];
        EXPECT_EQ(drawn[i].ids, text.ids);
        EXPECT_EQ(drawn[i].log_prob, text.log_prob);
      }
    }
  }
}

TEST(NgramScorer, IsTheModelOfItsHistory) {
  const Ids text = random_tokens(400, 8);
  const NgramModel model({text}, 8, 3);
  NgramScorer scorer(model);
  scorer.start(2);
  scorer.step(Ids{1, 2});
  scorer.select({1, 1, 0});
  scorer.step(Ids{3, 4, 5});
  const View<const float> got = scorer.step(Ids{6, 6, 7});
  const std::vector<Ids> contexts = {{3, 6}, {4, 6}, {5, 7}};
  for (int r = 0; r < 3; ++r) {
    for (int id = 0; id < 8; ++id) EXPECT_EQ(host(got)(r, id), static_cast<float>(model.log_prob(contexts[r], id)));
  }
}

TEST(TextScorer, OfSeveralModelsHasOneMemory) {
  ModelFile a = made_model("word", 2, "stream", 1), b = made_model("word", 4, "stream", 2);
  Pool pool(1);
  TextScorer scorer(a, {{&b}, {3, 1}}, pool);
  scorer.start(1);
  scorer.read(Ids{1, 2, 3});
  const State<float> here = scorer.memory();
  const View<const float> first = scorer.step(Ids{4});
  std::vector<float> want(host(first).data, host(first).data + first.cols);
  const std::vector<double> pa = by_hand(a, {1, 2, 3, 4}), pb = by_hand(b, {1, 2, 3, 4});
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(want[i], std::log(0.75 * std::exp(pa[i]) + 0.25 * std::exp(pb[i])), 2e-6);
  scorer.step(Ids{5});
  scorer.set_memory(here);
  const View<const float> again = scorer.step(Ids{4});
  EXPECT_EQ(std::memcmp(host(again).data, want.data(), want.size() * sizeof(float)), 0);
  EXPECT_EQ(failure_of([&] { scorer.set_memory(State<float>(1, here.width() - 1)); }).code, "state/size");
}

TEST(TextScorer, NamesTheFirstDifferenceOfTokenizers) {
  const std::string text = tiny_story(20);
  ModelFile a = made_model("word", 2, "stream", 1, text), chars = made_model("char", 2, "stream", 2, text),
            less = made_model("word", 2, "stream", 3, "The cat sees a dog.\n"),
            other =
                made_model("word", 2, "stream", 4, text + "dog dog dog dog dog dog dog dog dog dog dog dog dog dog dog dog");
  Pool pool(1);
  const auto failure = [&](ModelFile& b) { return failure_of([&] { TextScorer(a, {{&b}, {}}, pool); }); };
  EXPECT_EQ(failure(chars).code, "ensemble/tokens");
  EXPECT_EQ(failure(chars).exit, Exit::model);
  EXPECT_NE(failure(chars).message.find("kind word, the second char"), std::string::npos) << failure(chars).message;
  EXPECT_NE(failure(less).message.find("made1 and made3"), std::string::npos) << failure(less).message;
  EXPECT_NE(failure(other).message.find("token 1 is "), std::string::npos) << failure(other).message;
  EXPECT_EQ(failure_of([&] { TextScorer(a, {{&a}, {1, 2, 3}}, pool); }).code, "ensemble/weights");
}

// The loss of an ensemble by its scorer, token by token.
TEST(EvaluateTogether, IsTheLossOfTheScorer) {
  ModelFile a = made_model("word", 2, "stream", 1), b = made_model("word", 4, "stream", 2),
            c = made_model("word", 0, "stream", 3);
  Pool pool(2);
  const Ids text = random_tokens(150, a.tokenizer->size());
  for (const std::vector<double>& weights : {std::vector<double>{}, {1, 2, 5}}) {
    const WithModels with{{&b, &c}, weights};
    StreamBatcher batcher({text}, StreamOptions{1, 16, true, a.tokenizer->newline_id()});
    const TogetherEvaluation got = evaluate_together(a, with, batcher, pool);
    TextScorer scorer(a, with, pool);
    const auto log_probs = continuation_log_probs(scorer, Ids{a.tokenizer->newline_id()}, {text});
    double nats = 0;
    for (const double x : log_probs[0]) nats -= x;
    EXPECT_EQ(got.together.tokens, 150);
    EXPECT_NEAR(got.together.loss(), nats / 150, 1e-6);
    double mean = 0;
    const std::vector<double> shares = ensemble_weights(3, weights);
    for (size_t m = 0; m < 3; ++m) mean += shares[m] * got.alone[m].loss();
    EXPECT_LT(got.together.loss(), mean);
    EXPECT_NEAR(got.alone[0].loss(), evaluate(*a.model, batcher, pool).loss(), 1e-9);
  }
  ModelFile lines = made_model("word", 2, "sentence", 4);
  StreamBatcher batcher({text}, StreamOptions{1, 16, true, a.tokenizer->newline_id()});
  EXPECT_EQ(failure_of([&] { evaluate_together(a, {{&lines}, {}}, batcher, pool); }).code, "ensemble/mode");
}

TEST(Chooser, AddsUpTheStepsOfTheModel) {
  for (const std::string kind : {"word", "char", "byte"}) {
    for (const std::string mode : {"stream", "sentence"}) {
      ModelFile file = made_model(kind, 2, mode), copy = made_model(kind, 2, mode);
      Pool pool(1);
      ready_language_model(copy, pool, "");
      Chooser chooser(file, {}, pool);
      const ChoiceQuestion behind{"The old man", {"likes a dog", "cat", "sees"}};
      const ChoiceQuestion within{"The ___ sees a cat.", {"dog", "big bird", "child"}};
      for (const ChoiceQuestion& question : {behind, within}) {
        const ChoiceResult result = chooser.score(question);
        double shares = 0;
        for (size_t i = 0; i < question.alternatives.size(); ++i) {
          const bool blank = question.context == within.context;
          const std::string before = blank ? "The " : "The old man";
          const std::string text =
              blank ? "The " + question.alternatives[i] + " sees a cat." : before + " " + question.alternatives[i];
          Ids history = {copy.tokenizer->newline_id()};
          const Ids start = copy.tokenizer->encode(before), ids = copy.tokenizer->encode(text);
          double sum = 0;
          for (size_t t = 0; t < ids.size(); ++t) {
            if (t >= start.size()) sum += by_hand(copy, history)[static_cast<size_t>(ids[t])];
            history.push_back(ids[t]);
          }
          const ChoiceScore& score = result.scores[i];
          EXPECT_NEAR(score.log_prob, sum, 1e-5 * static_cast<double>(ids.size())) << kind << " " << text;
          EXPECT_EQ(score.tokens, static_cast<int64_t>(ids.size() - start.size()));
          EXPECT_NEAR(score.by(ChoiceRule::per_byte) * static_cast<double>(score.bytes), score.log_prob, 1e-9);
          shares += score.share;
        }
        EXPECT_NEAR(shares, 1, 1e-12);
        const auto order = result.ranking(ChoiceRule::sum);
        EXPECT_GE(result.scores[order[0]].log_prob, result.scores[order[1]].log_prob);
        EXPECT_GE(result.scores[order[1]].log_prob, result.scores[order[2]].log_prob);
      }
    }
  }
}

TEST(Chooser, ReadsJsonAndTabs) {
  const auto questions = read_questions(
      "{\"context\": \"The cat\", \"choices\": [\"sleeps\", \"is\"], \"answer\": \"is\"}\n\n"
      "The dog\tbarks\t*runs\tflies\r\n"
      "{\"context\": \"\", \"choices\": [\"a\", \"b\", \"c\"], \"answer\": 2}\n"
      "A\tb\tc",
      "q.txt");
  ASSERT_EQ(questions.size(), 4u);
  EXPECT_EQ(questions[0].answer, 1);
  EXPECT_EQ(questions[1].context, "The dog");
  EXPECT_EQ(questions[1].alternatives, (std::vector<std::string>{"barks", "runs", "flies"}));
  EXPECT_EQ(questions[1].answer, 1);
  EXPECT_EQ(questions[1].line, 3);
  EXPECT_EQ(questions[2].answer, 2);
  EXPECT_EQ(questions[3].answer, -1);
  const auto failure = [](const std::string& text) { return failure_of([&] { read_questions(text, "q.txt"); }); };
  EXPECT_EQ(failure("").code, "choose/empty");
  EXPECT_EQ(failure("a\tb\n").code, "choose/alternatives");
  EXPECT_EQ(failure("a\tb\tb\n").code, "choose/alternatives");
  EXPECT_EQ(failure("a\tb\t\n").code, "choose/alternatives");
  for (const std::string bad : {"{\"context\": 3, \"choices\": [\"a\", \"b\"]}", "{\"context\": \"x\"}", "{", "a\t*b\t*c",
                                "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"answer\": 2}",
                                "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"answer\": \"c\"}",
                                "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"aswer\": 1}", "a\tb\t\xff"}) {
    EXPECT_EQ(failure("A\tb\tc\n" + bad).code, "choose/line") << bad;
    EXPECT_EQ(failure("A\tb\tc\n" + bad).message.substr(0, 8), "q.txt:2:") << bad;
    EXPECT_EQ(failure(bad).exit, Exit::data);
  }
}

}  // namespace
}  // namespace rnn::core::test
