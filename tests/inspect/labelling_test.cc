// Why: what a page says of a model of labels are the model's own answers, to the bit: to beginnings, and to the input without a part.
#include "inspect/labelling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/labels/encoder.h"
#include "support/failure.h"
#include "support/tiny_run.h"
#include "tasks/sequences/stream/labeller.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core::test {
namespace {

constexpr const char* kText = "not good but very good in the end";
const std::vector<std::string> kLabels = {"east", "north", "south"};

// A model with large weights, so that its answers differ.
ModelFile random_model(const char* task, InputKind kind, bool both_ways) {
  SequenceShape shape;
  shape.target = *target_form(task);
  shape.labels = kLabels, shape.front.kind = kind, shape.front.scheme = "tags";
  ModelFile file;
  file.path = "runs/tiny/model.safetensors";
  ModelConfig c;
  c.task = task, c.rnn.cell = CellKind::gru, c.rnn.hidden = 5, c.rnn.input = 3, c.rnn.bidirectional = both_ways,
  c.output = 3;
  if (kind == InputKind::text) {
    file.tokenizer = build_tokenizer("word", {kText, "a b c"});
    c.vocabulary = file.tokenizer->size();
  } else if (kind == InputKind::words) {
    shape.symbols = {"w:good", "w:not", "w:very"}, c.vocabulary = 3;
  } else {
    shape.width = 2, c.rnn.input = 2;
    shape.front.names = {"left", "right"}, shape.front.offset = {1, -1}, shape.front.factor = {0.5F, 2};
  }
  file.model = std::make_unique<Model<float>>(c);
  Random random(9, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(file.model->table().all().size()); ++id) {
    for (float& w : file.model->params().values(id)) w = static_cast<float>(random.uniform(-1.5, 1.5));
  }
  file.about["sequences"] = shape_to_json(shape);
  return file;
}

double chance_of(const std::vector<Candidate>& answer, const std::string& label) {
  for (const Candidate& c : answer)
    if (kLabels[static_cast<size_t>(c.id)] == label) return c.probability;
  return -1;
}

TEST(Labelling, CourseIsTheAnswerToEachBeginning) {
  for (const bool both_ways : {false, true}) {
    ModelFile file = random_model("classify", InputKind::text, both_ways);
    Pool pool(1);
    RawExample e;
    e.text = kText, e.labels = {"north"};
    const Verdict v = look_at_verdict(file, e, "", pool);
    ASSERT_EQ(v.looks.size(), 8u);
    EXPECT_EQ(v.steps[1], "good");
    Labeller labeller(file, pool);
    const LabelEncoder encoder(labeller.shape(), file.tokenizer.get());
    std::string text;
    int turns = 0, decided = 0;
    for (size_t n = 0; n < v.steps.size(); ++n) {
      text += (n > 0 ? " " : "") + v.steps[n];
      const SequenceExample part = encoder.text(text);
      const std::vector<Candidate> alone = labeller.label({&part, 1}, 3)[0].answers[0];
      for (const ShownLabel& shown : v.course) EXPECT_EQ(shown.p[n], chance_of(alone, shown.label)) << text;
      EXPECT_EQ(v.led[n], kLabels[static_cast<size_t>(alone[0].id)]);
      if (n > 0 && v.led[n] != v.led[n - 1]) ++turns, decided = static_cast<int>(n);
    }
    EXPECT_EQ(v.turns, turns);
    EXPECT_EQ(v.decided, decided);
    EXPECT_EQ(v.answer[0].label, v.led.back());
    EXPECT_EQ(v.course[0].label, v.led.back());
    ASSERT_TRUE(v.said_p);
    EXPECT_EQ(*v.said_p, v.answer[0].label == "north"   ? v.answer[0].p
                         : v.answer[1].label == "north" ? v.answer[1].p
                                                        : v.answer[2].p);
    EXPECT_EQ(v.move.size(), both_ways ? 2u : 1u);
  }
}

TEST(Labelling, EachWordIsLeftOutOnce) {
  ModelFile file = random_model("classify", InputKind::text, true);
  Pool pool(1);
  RawExample e;
  e.text = "good but not very good";
  const Verdict v = look_at_verdict(file, e, "", pool);
  Labeller labeller(file, pool);
  const LabelEncoder encoder(labeller.shape(), file.tokenizer.get());
  const std::vector<std::string> without = {"but not very good", "good not very good", "good but very good",
                                            "good but not good", "good but not very"};
  ASSERT_EQ(v.left_out.size(), without.size());
  for (size_t i = 0; i < without.size(); ++i) {
    const SequenceExample rest = encoder.text(without[i]);
    const std::vector<Candidate> alone = labeller.label({&rest, 1}, 3)[0].answers[0];
    EXPECT_EQ(v.left_out[i].p, chance_of(alone, v.answer[0].label)) << without[i];
    EXPECT_EQ(v.left_out[i].label, kLabels[static_cast<size_t>(alone[0].id)]);
    EXPECT_EQ(v.left_out[i].adds, v.answer[0].p - v.left_out[i].p);
  }
}

// A reader of characters: words where there are several, characters where there is one.
TEST(Labelling, PartsAreWordsWhereThereAreSeveral) {
  ModelFile file = random_model("classify", InputKind::text, false);
  file.tokenizer = build_tokenizer("char", {"no god", "nod"});
  ModelConfig c = file.model->config();
  c.vocabulary = file.tokenizer->size();
  file.model = std::make_unique<Model<float>>(c);
  Pool pool(1);
  RawExample e;
  e.text = "no god";
  const Verdict words = look_at_verdict(file, e, "", pool);
  EXPECT_EQ(words.steps, (std::vector<std::string>{"n", "o", "␣", "g", "o", "d"}));
  ASSERT_EQ(words.left_out.size(), 2u);
  EXPECT_EQ(words.left_out[1].what, "god");
  EXPECT_EQ(words.left_out[1].first, 2);
  EXPECT_EQ(words.left_out[1].steps, 4);
  e.text = "nod";
  EXPECT_EQ(look_at_verdict(file, e, "", pool).left_out.size(), 3u);
}

TEST(Labelling, SensorsAndStretchesAreNotMeasured) {
  ModelFile file = random_model("classify", InputKind::frames, false);
  Pool pool(1);
  RawExample e;
  for (int t = 0; t < 500; ++t)
    e.frames.push_back(std::sin(static_cast<float>(t) / 9)), e.frames.push_back(t % 5 == 0 ? 3.0F : -2.0F);
  const Verdict v = look_at_verdict(file, e, "a.csv", pool);
  EXPECT_EQ(v.looks.size(), static_cast<size_t>(kMostLooks));
  EXPECT_EQ(v.looks.back(), 500);
  EXPECT_EQ(v.stride, 2);
  ASSERT_EQ(v.sensors.size(), 2u);
  EXPECT_EQ(v.sensors[0].name, "left");
  EXPECT_EQ(v.sensors[0].values.size(), 250u);
  EXPECT_EQ(v.move[0].size(), 250u);
  EXPECT_NEAR(v.sensors[1].values[0], 0.5, 1e-6);
  Labeller labeller(file, pool);
  const LabelEncoder encoder(labeller.shape(), nullptr);
  const auto p_of = [&](size_t first, size_t end, size_t sensor, size_t sensors) {
    std::vector<float> frames = e.frames;
    for (size_t t = first; t < end; ++t)
      for (size_t s = sensor; s < sensor + sensors; ++s) frames[2 * t + s] = std::numeric_limits<float>::quiet_NaN();
    const SequenceExample rest = encoder.frames(frames);
    return chance_of(labeller.label({&rest, 1}, 3)[0].answers[0], v.answer[0].label);
  };
  ASSERT_EQ(v.sensors_out.size(), 2u);
  ASSERT_EQ(v.left_out.size(), 10u);
  EXPECT_EQ(v.sensors_out[1].p, p_of(0, 500, 1, 1));
  EXPECT_EQ(v.left_out[9].p, p_of(450, 500, 0, 2));
  EXPECT_EQ(v.left_out[9].first, 450);
}

TEST(Labelling, TagsAndWhatTheyLeanOn) {
  ModelFile file = random_model("tag", InputKind::words, true);
  Pool pool(1);
  RawExample e;
  e.words = {"not", "very", "odd", "good"}, e.labels = {"east", "east", "north", "south"};
  const Tagging t = look_at_tagging(file, e, "", pool);
  Labeller labeller(file, pool);
  const LabelEncoder encoder(labeller.shape(), nullptr);
  const auto answers_of = [&](const std::vector<std::string>& words) {
    const SequenceExample read = encoder.words(words);
    return labeller.label({&read, 1}, 3)[0].answers;
  };
  const auto whole = answers_of(e.words), rest = answers_of({"not", "very", "good"});
  int wrong = 0;
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(t.words[i].p, whole[i][0].probability);
    EXPECT_EQ(t.words[i].tag, kLabels[static_cast<size_t>(whole[i][0].id)]);
    EXPECT_EQ(t.words[i].others[0].p, whole[i][1].probability);
    const auto early = answers_of({e.words.begin(), e.words.begin() + static_cast<std::ptrdiff_t>(i + 1)});
    EXPECT_EQ(t.words[i].early, kLabels[static_cast<size_t>(early[i][0].id)]);
    wrong += t.words[i].tag != e.labels[i];
  }
  EXPECT_EQ(t.wrong, wrong);
  EXPECT_EQ(t.of, 4);
  EXPECT_FALSE(t.words[2].known);
  EXPECT_TRUE(t.words[3].known);
  double lost = 0;
  int changed = 0;
  for (size_t i = 0, k = 0; i < 4; ++i) {
    if (i == 2) continue;
    lost += t.words[i].p - chance_of(rest[k], t.words[i].tag), changed += rest[k][0].id != whole[i][0].id, ++k;
  }
  EXPECT_EQ(t.left_out[2].lost, lost);
  EXPECT_EQ(t.left_out[2].changed, changed);
}

TEST(Labelling, IsRefused) {
  Pool pool(1);
  ModelFile file = random_model("classify", InputKind::text, false);
  RawExample e;
  e.text = " \n";
  EXPECT_EQ(failure_of([&] { look_at_verdict(file, e, "", pool); }).code, "inspect/empty");
  for (int i = 0; i < 401; ++i) e.text += "good ";
  EXPECT_EQ(failure_of([&] { look_at_verdict(file, e, "", pool); }).code, "inspect/too_long");
  ModelFile tags = random_model("tag", InputKind::words, false);
  e.words = {"good", "odd"}, e.labels = {"east"};
  EXPECT_EQ(failure_of([&] { look_at_tagging(tags, e, "", pool); }).code, "usage/label");
  EXPECT_EQ(look_for(file), LabelLook::verdict);
  EXPECT_EQ(look_for(tags), LabelLook::tagging);
  ModelFile lines = random_model("tag", InputKind::words, false);
  lines.about["sequences"].erase("front");
  EXPECT_EQ(failure_of([&] { look_for(lines); }).code, "model/task");
}

}  // namespace
}  // namespace rnn::core::test
