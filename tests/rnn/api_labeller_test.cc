// Why: the public face from sequences to labels: trained, loaded, answered, and what is refused.
#include <cmath>
#include <limits>
#include <numeric>

#include "api_case.h"
#include "rnn/rnn.h"

namespace rnn_api {
namespace {

using Words = std::vector<std::string>;

// {"input": ["a", "b", ...], "target": which of the two comes last}, and the like with a number per step.
std::string letters(const std::string& kind, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    std::string input, tags, last;
    for (int t = 0; t < 2 + i % 4; ++t) {
      const bool b = (i >> t) % 2 == 1;
      last = b ? "b" : "a";
      input += (t > 0 ? ", " : "") + (kind == "regress" ? std::string(b ? "[1, 0]" : "[0, 1]") : "\"" + last + "\"");
      tags += (t > 0 ? ", " : "") + std::string(b ? "\"up\"" : "\"down\"");
    }
    const std::string target = kind == "tag"       ? "[" + tags + "]"
                               : kind == "regress" ? (last == "b" ? "1" : "-1")
                                                   : "\"" + last + "\"";
    lines += "{\"input\": [" + input + "], \"target\": " + target + "}\n";
  }
  return lines;
}

rnn::TrainSummary train_letters(const std::string& task) {
  write_all(task + ".jsonl", letters(task, 300));
  rnn::TrainRequest request;
  request.task = task;
  request.data = {task + ".jsonl"};
  request.folder = task + "_run";
  request.force = true;
  request.set("cell", "gru").set("hidden", "12").set("lr", "0.02").set("epochs", "5").set("threads", "1");
  return rnn::train(request);
}

TEST(ApiLabeller, Classifies) {
  const rnn::TrainSummary run = train_letters("classify");
  EXPECT_EQ(run.val_accuracy, 1.0);
  const rnn::Model model = rnn::Model::load(run.folder);
  EXPECT_TRUE(model.labels_sequences());
  EXPECT_EQ(model.info().task, "classify");
  rnn::Labeller labeller(model);
  EXPECT_EQ(labeller.labels(), (Words{"a", "b"}));
  EXPECT_EQ(labeller.symbols(), (Words{"a", "b"}));
  const Words input = {"b", "b", "a"};
  const rnn::Labelled found = labeller.label(input);
  EXPECT_EQ(found.labels, Words{"a"});
  ASSERT_EQ(found.probabilities.size(), 1u);
  ASSERT_EQ(found.distribution.size(), 2u);
  EXPECT_EQ(found.probabilities[0], found.distribution[0]);
  EXPECT_NEAR(found.distribution[0] + found.distribution[1], 1, 1e-6) << "two roundings to float";
  EXPECT_TRUE(found.values.empty());
  EXPECT_EQ(found.unknown, 0);
  const Words other = {"x", "a", "y", "b"};
  EXPECT_EQ(labeller.label(other).unknown, 2);
  EXPECT_EQ(labeller.label(other).labels, Words{"b"});

  expect_error(Exit::data, "data/sequence", [&] { labeller.label(Words()); });
  expect_error(Exit::data, "data/sequence", [&] { labeller.label(Floats{1}); });
  expect_error(Exit::usage, "session/size", [&] { rnn::Labeller(model, -1); });
  rnn::Labeller moved = std::move(labeller);
  EXPECT_EQ(moved.label(input).labels, Words{"a"});
}

TEST(ApiLabeller, Tags) {
  const rnn::TrainSummary run = train_letters("tag");
  rnn::Labeller labeller(rnn::Model::load(run.folder));
  const Words input = {"a", "b", "b"};
  const rnn::Labelled found = labeller.label(input);
  EXPECT_EQ(found.labels, (Words{"down", "up", "up"}));
  EXPECT_EQ(found.probabilities.size(), 3u);
  EXPECT_EQ(found.distribution.size(), 6u);
}

TEST(ApiLabeller, AnswersWithNumbers) {
  const rnn::TrainSummary run = train_letters("regress");
  EXPECT_FALSE(run.val_accuracy);
  const rnn::Model model = rnn::Model::load(run.folder);
  EXPECT_EQ(model.inputs(), 2);
  rnn::Labeller labeller(model);
  EXPECT_TRUE(labeller.labels().empty() && labeller.symbols().empty());
  const rnn::Labelled found = labeller.label(Floats{0, 1, 1, 0});
  ASSERT_EQ(found.values.size(), 1u);
  EXPECT_NEAR(found.values[0], 1, 0.5) << "after five epochs";
  EXPECT_TRUE(found.labels.empty() && found.probabilities.empty() && found.distribution.empty());
  expect_error(Exit::data, "data/sequence", [&] { labeller.label(Floats()); });
  expect_error(Exit::data, "data/sequence", [&] { labeller.label(Floats{1, 2, 3}); });
  expect_error(Exit::data, "data/sequence", [&] { labeller.label(Words{"a"}); });
  expect_error(Exit::data, "data/nan", [&] { labeller.label(Floats{0, std::numeric_limits<float>::infinity()}); });
}

TEST(ApiLabeller, RefusesOtherModelsAndTasks) {
  expect_error(Exit::model, "model/task", [&] { rnn::Labeller labeller(trained_model()); });
  EXPECT_FALSE(trained_model().labels_sequences());
  Lstm().save("lstm.safetensors");
  expect_error(Exit::model, "model/task", [&] { rnn::Labeller labeller(rnn::Model::load("lstm.safetensors")); });
  for (const char* task : {"recurrent", "detect"}) {
    rnn::TrainRequest request;
    request.task = task, request.data = {"none.jsonl"}, request.folder = "none_run";
    expect_error(Exit::usage, "usage/option", [&] { rnn::train(request); });
  }
}

}  // namespace
}  // namespace rnn_api
