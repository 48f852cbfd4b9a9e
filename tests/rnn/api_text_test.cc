// Why: the public face from text to text: tokens, evaluation, writing, training, stopping, resuming.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "api_case.h"
#include "rnn/rnn.h"

namespace rnn_api {
namespace {

std::vector<double> softmax(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  for (const float l : logits) p.push_back(std::exp(l - top));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& v : p) v /= sum;
  return p;
}

TEST(ApiText, TextToTokensAndBack) {
  const rnn::Model& model = trained_model();
  ASSERT_TRUE(model.is_language_model());
  EXPECT_EQ(model.outputs(), model.vocabulary());
  EXPECT_EQ(model.inputs(), 0);
  EXPECT_EQ(model.info().tokens, "word");
  EXPECT_EQ(model.info().task, "language-model");
  const std::vector<int32_t> ids = model.encode("the cat sleeps at home.\nthe dog barks.\n");
  ASSERT_EQ(ids.size(), 12u);
  EXPECT_EQ(ids[6], model.newline_token());
  EXPECT_EQ(model.token_text(ids[1]), "cat");
  EXPECT_EQ(model.encode(model.decode(ids)), ids);
  EXPECT_EQ(model.encode("zebra"), std::vector<int32_t>{model.unknown_token()});
  expect_error(Exit::usage, "text/token", [&] { model.token_text(model.vocabulary()); });
  expect_error(Exit::usage, "text/token", [&] { model.decode(std::vector<int32_t>{0, -1}); });
}

// Two ways through the library to one number.
TEST(ApiText, EvaluationIsTheMeanSurpriseOfTheSteps) {
  const rnn::Model& model = trained_model();
  const std::string text = "the cat sleeps .\nthe fish swims at home .\nthe zebra barks .\n";
  write_all("held_out.txt", text);
  const rnn::TextScore score = rnn::evaluate(model, "held_out.txt", 1);
  rnn::Session session(model);
  double nats = 0;
  int32_t last = model.newline_token();
  const std::vector<int32_t> ids = model.encode(text);
  for (const int32_t id : ids) {
    nats -= std::log(softmax(session.push(last))[static_cast<size_t>(id)]);
    last = id;
  }
  const double n = static_cast<double>(ids.size());
  EXPECT_EQ(score.tokens, static_cast<int64_t>(ids.size()));
  EXPECT_EQ(score.unknown, 1);
  EXPECT_EQ(score.bytes, static_cast<int64_t>(text.size()));
  EXPECT_NEAR(score.loss, nats / n, 1e-6 * score.loss) << "float32 softmax";
  EXPECT_DOUBLE_EQ(score.perplexity, std::exp(score.loss));
  const double bytes = static_cast<double>(text.size()), without = nats / std::log(2.0) / bytes;
  EXPECT_NEAR(score.bits_per_byte_without_spelling, without, 1e-6 * without);
  const double spelling = 6 * std::log2(257.0) / bytes;  // "zebra" and an end mark
  EXPECT_NEAR(score.bits_per_byte, without + spelling, 1e-6 * score.bits_per_byte);
  EXPECT_DOUBLE_EQ(score.unknown_share, 1 / n);
  write_all("known.txt", "the cat sleeps .\n");
  const rnn::TextScore known = rnn::evaluate(model, "known.txt", 1);
  EXPECT_EQ(known.bits_per_byte, known.bits_per_byte_without_spelling);
  EXPECT_EQ(known.unknown_share, 0);
  expect_error(Exit::data, "data/missing", [&] { rnn::evaluate(model, "no_such_text.txt"); });
}

TEST(ApiText, WriterWritesWhatTheModelThinks) {
  const rnn::Model& model = trained_model();
  rnn::Writer writer(model);
  EXPECT_EQ(writer.read("the zebra and the cat"), (std::vector<std::string>{"zebra", "and"}));
  rnn::Session session(model);
  session.push(model.newline_token());
  std::vector<double> p;
  for (const int32_t id : model.encode("the zebra and the cat")) p = softmax(session.push(id));
  const std::vector<rnn::Choice> top = writer.top(3);
  ASSERT_EQ(top.size(), 3u);
  EXPECT_EQ(top[0].text, "sleeps") << "it has learnt";
  for (const rnn::Choice& choice : top) {
    EXPECT_NEAR(choice.probability, p[static_cast<size_t>(choice.token)], 1e-9);
    EXPECT_EQ(choice.text, model.token_text(choice.token));
    EXPECT_LE(std::count_if(p.begin(), p.end(), [&](double q) { return q > choice.probability + 1e-9; }), 2);
  }
  EXPECT_EQ(writer.top(1000).size(), static_cast<size_t>(model.vocabulary()));
  EXPECT_EQ(writer.next({.temperature = 0}), " sleeps");
  EXPECT_EQ(writer.last_token(), top[0].token);
}

TEST(ApiText, SearchAndChooseAgreeWithTheModel) {
  const rnn::Model& model = trained_model();
  rnn::Writer writer(model);
  writer.read("the cat");
  const std::string before = writer.save_state();
  const auto found = writer.search({.beam = 4, .n_best = 2, .tokens = 6, .stop = "."});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text, " sleeps.");
  EXPECT_TRUE(found[0].finished);
  EXPECT_GE(found[0].log_prob, found[1].log_prob);
  EXPECT_EQ(writer.save_state(), before) << "nothing is read";
  EXPECT_EQ(writer.search({.tokens = 3, .prefix = "ba"})[0].text.substr(0, 6), " barks");
  expect_error(Exit::usage, "generate/prefix", [&] { writer.search({.prefix = "zebra"}); });
  expect_error(Exit::usage, "generate/options", [&] { writer.search({.beam = 0}); });
  expect_error(Exit::usage, "generate/options", [&] { writer.search({.beam = 2, .n_best = 3}); });

  const auto scored = rnn::choose(model, "the cat", {"barks", "sleeps", "sleeps ."});
  ASSERT_EQ(scored.size(), 3u);
  for (const rnn::Choice& c : writer.top(1000)) {
    if (c.text == "sleeps") {
      EXPECT_NEAR(scored[1].log_prob, std::log(c.probability), 1e-5);
    }
  }
  EXPECT_GT(scored[1].log_prob, scored[0].log_prob);
  EXPECT_NEAR(scored[2].log_prob, found[0].log_prob, 1e-5);
  EXPECT_NEAR(scored[2].per_token, scored[2].log_prob / 2, 1e-12);
  EXPECT_NEAR(scored[0].share + scored[1].share + scored[2].share, 1, 1e-12);
  expect_error(Exit::data, "choose/alternatives", [&] { rnn::choose(model, "the cat", {"barks"}); });

  rnn::Writer both(std::vector<rnn::Model>{model, model});
  both.read("the cat");
  EXPECT_NEAR(both.top(1)[0].probability, writer.top(1)[0].probability, 1e-6) << "a model with itself is itself";
  expect_error(Exit::usage, "session/size", [&] { rnn::Writer none(std::vector<rnn::Model>{}); });
  expect_error(Exit::model, "model/task", [&] { rnn::choose(bare_model(), "a", {"b", "c"}); });
}

// Nothing that uses a model changes it (the thread sanitizer looks at this test, too).
TEST(ApiText, OneModelServesManyThreads) {
  const rnn::Model& model = trained_model();
  const auto use = [&](int worker) {
    const std::string path = "thread_" + std::to_string(worker) + ".txt";
    write_all(path, story());
    rnn::Writer writer(model, 5);
    std::string result = std::to_string(rnn::evaluate(model, path, 1).loss);
    for (int i = 0; i < 50; ++i) result += writer.next();
    rnn::Session session(rnn::Model(model), 2);
    for (int i = 0; i < 50; ++i) session.push(model.encode("the cat"));
    return result + session.state().to_bytes();
  };
  const std::string alone = use(0);
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] { results[static_cast<size_t>(worker)] = use(worker); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, alone);
}

TEST(ApiText, WriterIsAFunctionOfItsSeed) {
  const auto write = [](uint64_t seed) {
    rnn::Writer writer(trained_model(), seed);
    std::string text;
    for (int i = 0; i < 60; ++i) text += writer.next({.temperature = 1.5});
    return text + writer.flush();
  };
  EXPECT_EQ(write(3), write(3));
  EXPECT_NE(write(3), write(4));

  rnn::Writer writer(trained_model());
  writer.read("the dog");
  const std::string kept = writer.save_state();
  const auto greedy = [](rnn::Writer& w) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += w.next({.temperature = 0});
    return text;
  };
  const std::string text = greedy(writer);
  writer.load_state(kept);
  EXPECT_EQ(greedy(writer), text);
  rnn::Writer other(trained_model(), 99);
  other.load_state(kept);
  EXPECT_EQ(greedy(other), text);
  expect_error(Exit::model, "state/corrupt", [&] { other.load_state("nonsense"); });
  for (const rnn::GenerateOptions& bad :
       {rnn::GenerateOptions{.temperature = -1}, rnn::GenerateOptions{.temperature = std::nan("")},
        rnn::GenerateOptions{.top_k = -1}, rnn::GenerateOptions{.top_p = 0}, rnn::GenerateOptions{.top_p = 1.5}}) {
    expect_error(Exit::usage, "generate/options", [&] { other.next(bad); });
  }
  expect_error(Exit::usage, "generate/options", [&] { other.top(0); });
}

TEST(ApiText, UnknownWordsAreWrittenOnlyWhenAsked) {
  const auto unknown = [](bool allowed) {
    rnn::Writer writer(trained_model());
    int count = 0;
    for (int i = 0; i < 300; ++i) {
      writer.next({.temperature = 1e6, .unknown_words = allowed});  // all tokens about equally likely
      count += writer.last_token() == trained_model().unknown_token();
    }
    return count;
  };
  EXPECT_EQ(unknown(false), 0);
  EXPECT_GT(unknown(true), 5) << "one of some 15 tokens";
}

TEST(ApiText, TrainingTellsAndStopsAndGoesOn) {
  std::vector<std::string> types;
  std::vector<double> losses;
  rnn::TrainRequest request = small_request("whole_run");
  request.on_event = [&](const rnn::TrainEvent& event) {
    types.push_back(event.type);
    EXPECT_EQ(event.json.find("{\"type\":\"" + event.type + "\""), 0u) << event.json;
    if (event.type == "eval") losses.push_back(event.val_loss);
    EXPECT_EQ(event.step == -1, event.type == "start");
    EXPECT_EQ(std::isnan(event.val_loss), event.type != "eval") << event.json;
    return true;
  };
  const rnn::TrainSummary whole = rnn::train(request);
  ASSERT_FALSE(types.empty());
  EXPECT_EQ(types.front(), "start");
  EXPECT_EQ(types.back(), "result");
  ASSERT_EQ(losses.size(), 3u);
  EXPECT_LT(losses.back(), losses.front());
  EXPECT_EQ(whole.reason, "epochs");
  EXPECT_EQ(whole.folder, "whole_run");
  EXPECT_EQ(whole.val_loss, *std::min_element(losses.begin(), losses.end()));
  EXPECT_EQ(whole.parameters, rnn::Model::load("whole_run").parameters());
  EXPECT_LT(whole.test_loss, 0);

  rnn::TrainRequest interrupted = small_request("stopped_run");
  interrupted.on_event = [](const rnn::TrainEvent& event) { return event.type != "eval"; };
  const rnn::TrainSummary stopped = rnn::train(interrupted);
  EXPECT_EQ(stopped.reason, "signal");
  EXPECT_LT(stopped.updates, whole.updates);
  std::atomic<int> stop{1};
  const rnn::TrainSummary once_more = rnn::resume("stopped_run", {}, {}, &stop);
  EXPECT_EQ(once_more.reason, "signal");
  EXPECT_EQ(once_more.updates, stopped.updates + 1) << "a flag that is set lets one update pass";
  const rnn::TrainSummary resumed = rnn::resume("stopped_run");
  EXPECT_EQ(resumed.reason, "epochs");
  EXPECT_EQ(resumed.updates, whole.updates);
  EXPECT_EQ(resumed.val_loss, whole.val_loss) << "the same bits as without a stop";
}

TEST(ApiText, TrainingRefuses) {
  rnn::TrainRequest request;
  expect_error(Exit::usage, "usage/option", [&] { request.set("hiden", "8"); });
  expect_error(Exit::usage, "usage/option", [&] { request.set("hidden", "0"); });
  EXPECT_TRUE(request.options.empty()) << "what was refused is not kept";
  request.folder = "never";
  expect_error(Exit::usage, "usage/missing", [&] { rnn::train(request); });
  request.data = {"no_such_text.txt"};
  expect_error(Exit::data, "data/missing", [&] { rnn::train(request); });
  EXPECT_FALSE(std::filesystem::exists("never"));
  expect_error(Exit::model, "run/no_checkpoint", [] { rnn::resume("never"); });
  trained_model();
  rnn::TrainRequest again = small_request("shared_run");
  again.force = false;
  expect_error(Exit::usage, "run/exists", [&] { rnn::train(again); });
  rnn::TrainRequest thrown = small_request("thrown_run");
  thrown.on_event = [](const rnn::TrainEvent&) -> bool { throw std::runtime_error("mine"); };
  EXPECT_THROW(rnn::train(thrown), std::runtime_error);
}

TEST(ApiText, EveryOptionTakesItsOwnDefault) {
  const std::vector<rnn::TrainOption> options = rnn::train_options();
  EXPECT_GT(options.size(), 30u);
  for (const rnn::TrainOption& option : options) {
    rnn::TrainRequest request;
    EXPECT_NO_THROW(request.set(option.name, option.value)) << option.name << " = " << option.value;
    EXPECT_FALSE(option.help.empty()) << option.name;
  }
}

}  // namespace
}  // namespace rnn_api
