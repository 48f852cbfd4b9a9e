// Why: the parts of the public face that a server builds on: shared threads, scores and attention in memory, calls that are cancelled.
#include <atomic>
#include <numeric>
#include <thread>

#include "api_case.h"

namespace rnn_api {
namespace {

TEST(Threads, OneHandleServesManyAtOnceWithTheSameBits) {
  const rnn::Model& model = trained_model();
  const rnn::Threads shared = 3;
  EXPECT_EQ(shared.count(), 3);
  expect_error(Exit::usage, "session/size", [] { rnn::Threads(-1); });
  expect_error(Exit::usage, "session/size", [] { rnn::Threads(1025); });
  const auto text_of = [&](uint64_t seed, const rnn::Threads& threads) {
    rnn::Writer writer(model, seed, threads);
    writer.read("the cat");
    std::string text;
    for (int i = 0; i < 40; ++i) text += writer.next({.temperature = 1});
    return text;
  };
  std::vector<std::string> got(6);
  std::vector<std::thread> users;
  for (size_t i = 0; i < got.size(); ++i) users.emplace_back([&, i] { got[i] = text_of(i, shared); });
  for (std::thread& user : users) user.join();
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], text_of(i, 1)) << i;
  rnn::Session session(model, 2, shared);  // the handle keeps the threads alive
}

TEST(Score, IsTheEvaluationOfTheSameTextInAFile) {
  const rnn::Model& model = trained_model();
  const std::string text = "the cat sleeps at home .\nthe dog barks .\n\nthe zebra flies .\n";
  write_all("scored.txt", text);
  const rnn::ScoredText scored = rnn::score(model, text, 2);
  const rnn::TextScore whole = rnn::evaluate(model, "scored.txt");
  EXPECT_NEAR(scored.loss, whole.loss, 1e-12 * whole.loss);
  EXPECT_NEAR(scored.perplexity, whole.perplexity, 1e-10 * whole.perplexity);
  EXPECT_EQ(static_cast<int64_t>(scored.tokens.size()), whole.tokens);
  EXPECT_EQ(scored.unknown, whole.unknown);
  EXPECT_GT(scored.unknown, 0);
  EXPECT_EQ(scored.tokens, model.encode(text));
  ASSERT_EQ(scored.log_probs.size(), scored.tokens.size());
  const double sum = std::accumulate(scored.log_probs.begin(), scored.log_probs.end(), 0.0);
  EXPECT_NEAR(-sum / static_cast<double>(scored.tokens.size()), scored.loss, 1e-12);
  // Of one token: what a Writer says about it.
  rnn::Writer writer(model);
  writer.read("the cat");
  const std::vector<rnn::Choice> next = writer.top(model.vocabulary());
  for (const rnn::Choice& c : next) {
    if (c.token == scored.tokens[2]) {
      EXPECT_NEAR(std::log(c.probability), scored.log_probs[2], 1e-5);
    }
  }
  expect_error(Exit::data, "data/empty", [&] { rnn::score(model, ""); });
  expect_error(Exit::model, "model/task", [&] { rnn::score(bare_model(), "a"); });
}

rnn::Model pair_model() {
  static const rnn::Model model = [] {
    std::string pairs;
    const char* from[] = {"one", "two", "three", "four"};
    const char* to[] = {"un", "deux", "trois", "quatre"};
    for (int i = 0; i < 120; ++i)
      pairs += std::string(from[i % 4]) + " " + from[i / 4 % 4] + "\t" + to[i % 4] + " " + to[i / 4 % 4] + "\n";
    write_all("pairs.tsv", pairs);
    rnn::TrainRequest request;
    request.data = {"pairs.tsv"};
    request.task = "translate", request.folder = "pairs_run", request.force = true;
    request.set("tokens", "word").set("hidden", "16").set("epochs", "3").set("threads", "1");
    rnn::train(request);
    return rnn::Model::load("pairs_run");
  }();
  return model;
}

TEST(Attention, RowsAddUpToOneAndBelongToTheTokens) {
  const rnn::Model model = pair_model();
  rnn::Translator translator(model);
  const std::string line = "one three two";
  const auto found = translator.translate(std::vector<std::string>{line})[0][0];
  ASSERT_FALSE(found.tokens.empty());
  const rnn::Attention look = translator.attention(line, found);
  EXPECT_EQ(look.source.size(), 4u) << "three words and the end of the line";
  EXPECT_EQ(look.source[1], "three");
  ASSERT_EQ(look.target.size(), found.tokens.size());
  ASSERT_EQ(look.weights.size(), look.source.size() * look.target.size());
  for (size_t t = 0; t < look.target.size(); ++t) {
    const auto row = look.weights.begin() + static_cast<ptrdiff_t>(t * look.source.size());
    EXPECT_NEAR(std::accumulate(row, row + static_cast<ptrdiff_t>(look.source.size()), 0.0), 1, 1e-5);
    EXPECT_EQ(look.target[t], model.token_text(found.tokens[t]));
  }
  rnn::Translation wrong;
  wrong.tokens = {model.vocabulary()};
  expect_error(Exit::usage, "text/token", [&] { translator.attention(line, wrong); });
}

TEST(Cancel, ACallEndsAtItsNextStep) {
  const std::atomic<int> now{1}, never{0};
  const rnn::Model& model = trained_model();
  rnn::Translator translator(pair_model());
  rnn::Writer writer(model);
  writer.read("the");
  expect_error(Exit::internal, "cancelled", [&] { writer.search({.cancel = &now}); });
  expect_error(Exit::internal, "cancelled", [&] { rnn::score(model, "the cat .\n", 1, &now); });
  expect_error(Exit::internal, "cancelled", [&] { rnn::evaluate(model, "story.txt", 1, &now); });
  expect_error(Exit::internal, "cancelled",
               [&] { translator.translate(std::vector<std::string>{"one"}, {.cancel = &now}); });
  // What was cancelled can be called again.
  EXPECT_EQ(writer.search({.tokens = 3, .cancel = &never}).size(), 1u);
  EXPECT_EQ(translator.translate(std::vector<std::string>{"one"}, {.cancel = &never}).size(), 1u);
}

// Another thread cancels a search that would go on for hours.
TEST(Cancel, FromAnotherThread) {
  std::atomic<int> stop{0};
  rnn::Writer writer(trained_model());
  std::thread other([&] { stop.store(1); });
  expect_error(Exit::internal, "cancelled", [&] { writer.search({.beam = 8, .tokens = 1 << 20, .cancel = &stop}); });
  other.join();
}

}  // namespace
}  // namespace rnn_api
