// Why: an answer has the same bits whatever is answered with it, and the answers are those that an evaluation counts.
#include "tasks/sequences/stream/labeller.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "metrics/figures.h"
#include "support/tiny_run.h"
#include "tasks/sequences/sequence_data.h"
#include "tasks/sequences/stream/label_stream.h"

namespace rnn::core::test {
namespace {

struct SequenceModel {
  const char* task;
  bool ids;
  bool bidirectional;
  CellKind cell = CellKind::gru;
};
void PrintTo(const SequenceModel& m, std::ostream* out) { *out << m.task << (m.ids ? " ids" : " frames"); }

constexpr int kSymbols = 5, kWidth = 3, kOutputs = 4;

SequenceShape shape_for(const SequenceModel& m) {
  SequenceShape shape;
  shape.target = *target_form(m.task);
  shape.width = m.ids ? 0 : kWidth;
  if (m.ids) shape.symbols = {"a", "b", "c", "d", "e"};
  if (shape.target == TargetForm::values) {
    shape.values = kOutputs;
  } else {
    shape.labels = {"east", "north", "south", "west"};
  }
  return shape;
}

// Large weights, so that answers differ; the row of symbol e in the embedding is zero.
ModelFile model_for(const SequenceModel& m, int hidden = 6) {
  ModelConfig c;
  c.task = m.task;
  c.rnn.cell = m.cell;
  c.rnn.hidden = hidden, c.rnn.layers = 2, c.rnn.input = kWidth;
  c.rnn.bidirectional = m.bidirectional;
  c.vocabulary = m.ids ? kSymbols : 0;
  c.output = kOutputs;
  ModelFile file;
  file.path = "model.safetensors";
  file.model = std::make_unique<Model<float>>(c);
  Params<float>& params = file.model->params();
  Random random(5, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(file.model->table().all().size()); ++id) {
    for (float& w : params.values(id)) w = static_cast<float>(random.uniform(-1, 1));
  }
  if (m.ids) {
    const std::span<float> embedding = params.values(file.model->embedding());
    std::fill(embedding.end() - kWidth, embedding.end(), 0.0f);
  }
  file.about["sequences"] = shape_to_json(shape_for(m));
  return file;
}

// Lengths 1 to `longest`; `unknown`: some ids are -1.
std::vector<SequenceExample> examples_for(const SequenceModel& m, int count, int longest, bool unknown) {
  Random random(6, Purpose::test);
  const auto below = [&](int n) { return static_cast<int32_t>(random.below(static_cast<uint32_t>(n))); };
  const std::string task = m.task;
  std::vector<SequenceExample> examples(static_cast<size_t>(count));
  for (SequenceExample& e : examples) {
    const int steps = 1 + below(longest);
    for (int t = 0; t < steps; ++t) {
      if (m.ids) e.ids.push_back(below(kSymbols + (unknown ? 1 : 0)) - (unknown ? 1 : 0));
      for (int i = 0; i < kWidth && !m.ids; ++i) e.frames.push_back(static_cast<float>(random.normal()));
      if (task == "tag") e.labels.push_back(t % 7 == 3 ? -1 : below(kOutputs));
    }
    if (task == "classify") e.labels.push_back(below(kOutputs));
    for (int i = 0; i < kOutputs && task == "regress"; ++i) e.values.push_back(static_cast<float>(random.normal()));
  }
  return examples;
}

void expect_same_bits(const Labels& a, const Labels& b) {
  EXPECT_EQ(a.finite, b.finite);
  ASSERT_EQ(a.values.size(), b.values.size());
  if (!a.values.empty()) {
    EXPECT_EQ(std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)), 0);
  }
  ASSERT_EQ(a.whole.size(), b.whole.size());
  for (size_t k = 0; k < a.whole.size(); ++k) {
    EXPECT_EQ(a.whole[k].id, b.whole[k].id);
    EXPECT_EQ(std::memcmp(&a.whole[k].probability, &b.whole[k].probability, sizeof(double)), 0);
  }
  ASSERT_EQ(a.answers.size(), b.answers.size());
  for (size_t i = 0; i < a.answers.size(); ++i) {
    ASSERT_EQ(a.answers[i].size(), b.answers[i].size());
    for (size_t k = 0; k < a.answers[i].size(); ++k) {
      const Candidate &x = a.answers[i][k], &y = b.answers[i][k];
      EXPECT_EQ(x.id, y.id);
      EXPECT_EQ(std::memcmp(&x.probability, &y.probability, sizeof x.probability), 0);
    }
  }
}

// A tagger that also labels sequences: the mean of its steps' last scores, its tags those of the others.
TEST(Labeller, AWholeIsAnsweredFromTheMeanOfItsSteps) {
  for (const bool crf : {false, true}) {
    const SequenceModel m{"tag", false, true};
    ModelFile file = model_for(m);
    ModelConfig config = file.model->config();
    config.whole_labels = 3, config.crf = crf;
    auto model = std::make_unique<Model<float>>(config);
    Random random(5, Purpose::test);
    for (size_t i = 0; i < model->params().size(); ++i)
      model->params().data()[i] = static_cast<float>(random.uniform(-1, 1));
    file.model = std::move(model);
    SequenceShape shape = shape_for(m);
    shape.whole_labels = {"order", "question", "statement"};
    file.about["sequences"] = shape_to_json(shape);
    file.about["sequences"]["whole_labels"] = shape.whole_labels;
    const std::vector<SequenceExample> examples = examples_for(m, 40, 12, false);
    Pool pool(1), three(3);
    Labeller labeller(file, pool), other(file, three);
    const std::vector<Labels> found = labeller.label(examples, kOutputs), threads = other.label(examples, kOutputs);
    const size_t all = kOutputs + 3;
    for (size_t i = 0; i < examples.size(); ++i) {
      LabelStream stream(*file.model);
      stream.read(examples[i].frames), stream.finish();
      Engine engine(*file.model, &pool);
      core::Stream* one[] = {&stream};
      while (step_streams(engine, one)) continue;
      const std::vector<float> rows = stream.rows();
      const auto steps = static_cast<size_t>(shape.steps(examples[i]));
      ASSERT_EQ(rows.size(), steps * all);
      double mean[3] = {}, sum = 0;
      for (size_t t = 0; t < steps; ++t)
        for (size_t k = 0; k < 3; ++k)
          mean[k] += static_cast<double>(rows[t * all + kOutputs + k]) / static_cast<double>(steps);
      for (const double x : mean) sum += std::exp(x);
      ASSERT_EQ(found[i].whole.size(), 3u);
      for (const Candidate& c : found[i].whole) EXPECT_NEAR(c.probability, std::exp(mean[c.id]) / sum, 1e-6);
      EXPECT_GE(found[i].whole[0].probability, found[i].whole[1].probability);
      ASSERT_EQ(found[i].answers.size(), steps);
      for (const auto& answer : found[i].answers) EXPECT_EQ(answer.size(), static_cast<size_t>(kOutputs));
      expect_same_bits(found[i], threads[i]);
      expect_same_bits(found[i], labeller.label({&examples[i], 1}, kOutputs)[0]);
    }
  }
}

class LabellerTest : public testing::TestWithParam<SequenceModel> {};

TEST_P(LabellerTest, AnswersHaveTheSameBitsTogetherAndAlone) {
  ModelFile file = model_for(GetParam());
  const std::vector<SequenceExample> examples = examples_for(GetParam(), 150, 40, true);
  Pool one(1), three(3);
  Labeller labeller(file, one), other(file, three);
  const std::vector<Labels> together = labeller.label(examples, kOutputs), threads = other.label(examples, kOutputs);
  ASSERT_EQ(together.size(), examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    SCOPED_TRACE(i);
    expect_same_bits(together[i], labeller.label({&examples[i], 1}, kOutputs)[0]);
    expect_same_bits(together[i], threads[i]);
  }
}

TEST_P(LabellerTest, ALongSequenceAmongShortOnesChangesNothing) {
  ModelFile file = model_for(GetParam(), 2);
  std::vector<SequenceExample> examples = examples_for(GetParam(), 3, 5, false);
  for (int i = 0; i < 16; ++i) {
    SequenceExample& e = examples[1];
    e.ids.insert(e.ids.end(), e.ids.begin(), e.ids.end());
    e.frames.insert(e.frames.end(), e.frames.begin(), e.frames.end());
  }
  Pool pool(1);
  Labeller labeller(file, pool);
  ASSERT_GE(labeller.shape().steps(examples[1]), 1 << 16);
  const std::vector<Labels> together = labeller.label(examples);
  for (size_t i = 0; i < examples.size(); ++i) expect_same_bits(together[i], labeller.label({&examples[i], 1})[0]);
}

TEST_P(LabellerTest, ProbabilitiesAreADistributionLikeliestFirst) {
  ModelFile file = model_for(GetParam());
  const std::vector<SequenceExample> examples = examples_for(GetParam(), 20, 9, false);
  Pool pool(1);
  Labeller labeller(file, pool);
  const std::vector<Labels> all = labeller.label(examples, 100), two = labeller.label(examples, 2);
  for (size_t i = 0; i < examples.size(); ++i) {
    if (!labeller.answers_with_labels()) {
      EXPECT_EQ(all[i].values.size(), static_cast<size_t>(kOutputs));
      EXPECT_TRUE(all[i].answers.empty());
      continue;
    }
    const int steps = labeller.answers_every_step() ? labeller.shape().steps(examples[i]) : 1;
    ASSERT_EQ(all[i].answers.size(), static_cast<size_t>(steps));
    for (size_t t = 0; t < all[i].answers.size(); ++t) {
      const auto& answer = all[i].answers[t];
      ASSERT_EQ(answer.size(), static_cast<size_t>(kOutputs));
      double sum = 0;
      for (size_t k = 0; k < answer.size(); ++k) {
        sum += answer[k].probability;
        if (k > 0) {
          EXPECT_GE(answer[k - 1].probability, answer[k].probability);
        }
      }
      EXPECT_NEAR(sum, 1, 1e-12) << "sums in double";
      ASSERT_EQ(two[i].answers[t].size(), 2u);
      EXPECT_EQ(two[i].answers[t][1].id, answer[1].id);
    }
  }
}

class LabellerScores : public FolderTest, public testing::WithParamInterface<SequenceModel> {};

TEST_P(LabellerScores, AreThoseOfTheEvaluation) {
  const SequenceShape shape = shape_for(GetParam());
  const std::vector<SequenceExample> examples = examples_for(GetParam(), 90, 12, false);
  std::string lines;
  for (const SequenceExample& e : examples) lines += sequence_line(shape, e);
  ModelFile file = model_for(GetParam());
  const SequenceReport report = evaluate_sequences(file, write("x.jsonl", lines), 1);
  Pool pool(1);
  Labeller labeller(file, pool);
  const std::vector<Labels> found = labeller.label(examples);
  double right = 0, counted = 0, squares = 0;
  for (size_t i = 0; i < examples.size(); ++i) {
    for (size_t t = 0; t < examples[i].labels.size(); ++t) {
      if (examples[i].labels[t] < 0) continue;
      right += found[i].answers[t][0].id == examples[i].labels[t] ? 1 : 0;
      counted += 1;
    }
    for (size_t k = 0; k < examples[i].values.size(); ++k) {
      const double d = static_cast<double>(found[i].values[k]) - examples[i].values[k];
      squares += d * d, counted += 1;
    }
  }
  if (labeller.answers_with_labels()) {
    EXPECT_DOUBLE_EQ(right / counted, report.model.at(figure::kAccuracy));
  } else {
    EXPECT_NEAR(squares / counted, report.model.at(figure::kSquaredError), 1e-5 * squares / counted) << "float32 loss";
  }
}

constexpr SequenceModel kModels[] = {{"classify", true, false},
                                     {"classify", false, true},
                                     {"classify", true, true},
                                     {"tag", true, true},
                                     {"tag", false, false, CellKind::lstm},
                                     {"regress", false, false},
                                     {"regress", true, true, CellKind::lstm},
                                     {"classify", true, false, CellKind::elman}};
INSTANTIATE_TEST_SUITE_P(Models, LabellerTest, testing::ValuesIn(kModels));
INSTANTIATE_TEST_SUITE_P(Models, LabellerScores, testing::ValuesIn(kModels));

TEST(LabellerModels, OnlyModelsOfSequencesThatSayWhatTheyRead) {
  Pool pool(1);
  const auto refused = [&](ModelFile& file) { return failure_of([&] { Labeller(file, pool); }); };
  ModelFile text;
  text.path = "text.safetensors";
  text.model = tiny_model(tiny_config(kVariants[0], 9, 4));
  EXPECT_EQ(refused(text).code, "model/task");
  EXPECT_NE(refused(text).help.find("rnn generate"), std::string::npos);

  ModelConfig bare;
  bare.task = "recurrent";
  bare.rnn.input = 3, bare.rnn.hidden = 4;
  ModelFile plain;
  plain.model = tiny_model(bare);
  EXPECT_EQ(refused(plain).code, "model/task");

  ModelFile silent = model_for({"tag", true, false});
  silent.about = JsonValue::object();
  EXPECT_EQ(refused(silent).code, "model/corrupt");
  EXPECT_EQ(refused(silent).message, failure_of([&] { shape_of_model(silent); }).message);
  ModelFile other = model_for({"tag", true, false});
  other.about["sequences"]["labels"].push_back("up");
  EXPECT_EQ(refused(other).code, "model/corrupt");

  ModelFile broken = model_for({"tag", true, false});
  broken.model->params().values(0)[0] = NAN;
  EXPECT_EQ(refused(broken).code, "model/nan");
}

// The row of e is zero, so e is read as an unknown symbol is.
TEST(LabellerModels, ReadUnknownSymbolsAsZeros) {
  for (const SequenceModel& m : kModels) {
    if (!m.ids) continue;
    ModelFile file = model_for(m);
    std::vector<SequenceExample> known = examples_for(m, 30, 9, true);
    const std::vector<SequenceExample> unknown = known;
    for (SequenceExample& e : known) {
      for (int32_t& id : e.ids) id = id < 0 ? kSymbols - 1 : id;
    }
    Pool pool(1);
    Labeller labeller(file, pool);
    const std::vector<Labels> a = labeller.label(known), b = labeller.label(unknown);
    for (size_t i = 0; i < known.size(); ++i) expect_same_bits(a[i], b[i]);
  }
}

TEST(LabellerModels, OutputsThatOverflowAreReported) {
  ModelConfig c;
  c.task = "regress";
  c.rnn.flags = kRelu;
  c.rnn.cell = CellKind::elman;
  c.rnn.input = 1, c.rnn.hidden = 2, c.output = 1;
  ModelFile file;
  file.model = std::make_unique<Model<float>>(c);
  for (ParamId id = 0; id < static_cast<ParamId>(file.model->table().all().size()); ++id) {
    for (float& w : file.model->params().values(id)) w = 4;
  }
  SequenceShape shape;
  shape.target = TargetForm::values, shape.width = 1, shape.values = 1;
  file.about["sequences"] = shape_to_json(shape);
  Pool pool(1);
  Labeller labeller(file, pool);
  std::vector<SequenceExample> examples(2);
  examples[0].frames = {1, 2}, examples[1].frames = {3e38f, 3e38f};
  const std::vector<Labels> found = labeller.label(examples);
  EXPECT_TRUE(found[0].finite);
  EXPECT_FALSE(found[1].finite);
}

}  // namespace
}  // namespace rnn::core::test
