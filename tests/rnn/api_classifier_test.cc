// Why: the public classifier: the bits of the program, whole and piece by piece, whatever is pooled; saved, cloned, refused.
#include <algorithm>
#include <limits>

#include "label_case.h"

namespace rnn_api {
namespace {

void expect_same_answer(const rnn::Classified& a, const rnn::Classified& b, const std::string& what) {
  EXPECT_EQ(a.label, b.label) << what;
  EXPECT_EQ(a.probability, b.probability) << what;
  EXPECT_EQ(a.distribution, b.distribution) << what;
  EXPECT_EQ(a.labels, b.labels) << what;
}

const Settings kForward = {{"directions", "one"}, {"cell", "gru"}};

Settings forward(const std::string& pool, Settings more = {}) {
  more.insert(more.end(), kForward.begin(), kForward.end());
  more.emplace_back("pool", pool);
  return more;
}

TEST(ApiClassifier, TextsAsTheProgramAnswersThem) {
  const rnn::Model model = trained_on("texts", "classify", write_reviews(), {});
  rnn::Classifier classifier(model);
  EXPECT_EQ(classifier.labels(), (std::vector<std::string>{"bad", "good"}));
  EXPECT_TRUE(classifier.reads_text());
  EXPECT_TRUE(classifier.columns().empty());
  EXPECT_FALSE(classifier.streaming());
  std::vector<std::string> texts;
  std::string lines;
  for (int i = 0; i < 12; ++i) texts.push_back(review(i) + (i == 5 ? " ÉCLAIR ?!" : "")), lines += texts.back() + "\n";
  texts.emplace_back(), lines += "\n";
  write_all("lines.txt", lines);
  const std::vector<rnn::Classified> found = classifier.classify(texts);
  ASSERT_EQ(found.size(), texts.size());
  const std::vector<nlohmann::json> said = program_says("classify texts lines.txt --top 2");
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].distribution[0] + found[i].distribution[1], 1, 1e-12);
    EXPECT_EQ(found[i].probability, std::max(found[i].distribution[0], found[i].distribution[1]));
    expect_same_answer(found[i], classifier.classify(texts[i]), texts[i]);
    if (said.empty()) continue;
    EXPECT_EQ(said[i]["label"], found[i].label);
    EXPECT_EQ(said[i]["top"]["bad"].get<double>(), found[i].distribution[0]) << texts[i];
    EXPECT_EQ(said[i]["top"]["good"].get<double>(), found[i].distribution[1]) << texts[i];
  }
  expect_error(Exit::usage, "stream/both", [&] { classifier.push("it"); });
  expect_error(Exit::usage, "stream/both", [&] { classifier.save(); });
  expect_error(Exit::usage, "stream/both", [&] { classifier.load("x"); });
  expect_error(Exit::data, "data/sequence", [&] { classifier.classify(Floats{1, 2}); });
  rnn::Classifier copy = classifier.clone();
  expect_same_answer(copy.classify(texts[0]), found[0], "a clone");
}

// Pieces end within words and clusters of marks, at spaces, and are empty.
TEST(ApiClassifier, TextPieceByPieceIsEveryBeginning) {
  const std::string data = write_reviews();
  const std::vector<Settings> models = {forward("last"),
                                        forward("mean"),
                                        forward("attention"),
                                        forward("max", {{"cell", "lstm"}, {"layers", "2"}}),
                                        forward("max", {{"tokens", "char"}}),
                                        forward("mean", {{"tokens", "bpe"}, {"max-vocabulary", "290"}})};
  const std::vector<std::string> pieces = {"",     "I",    "t",          "'s", " a ph", "one,", " ",
                                           " 'lo", "vely", "' - reallY", "",   ".",     " 1.",  "5"};
  for (size_t m = 0; m < models.size(); ++m) {
    const std::string folder = "forward_" + std::to_string(m);
    rnn::Classifier classifier(trained_on(folder, "classify", data, models[m])), other = classifier.clone();
    EXPECT_TRUE(classifier.streaming());
    for (int round = 0; round < 2; ++round, classifier.reset()) {
      std::string text;
      for (const std::string& piece : pieces) {
        text += piece;
        const rnn::Classified found = classifier.push(piece);
        expect_same_answer(found, other.classify(text), folder + ": '" + text + "'");
        other.load(classifier.save());
        EXPECT_EQ(other.save(), classifier.save());
        expect_same_answer(other.push(""), found, "loaded");
        expect_same_answer(classifier.clone().push(" film"), other.push(" film"), "a clone and what was loaded go on");
      }
    }
  }
}

TEST(ApiClassifier, EachStepOfTheProgram) {
  rnn::Classifier classifier(trained_on("steps", "classify", write_reviews(), forward("max")));
  const std::vector<nlohmann::json> said = program_says("classify steps -p 'it is a lovely phone' --each-step");
  std::vector<double> own;
  for (const char* word : {"it", " is", " a", " lovely", " phone"}) own.push_back(classifier.push(word).probability);
  if (said.empty()) GTEST_SKIP() << "RNN does not name the program";
  ASSERT_EQ(said.size(), own.size());
  for (size_t i = 0; i < own.size(); ++i) EXPECT_EQ(said[i]["probability"].get<double>(), own[i]) << said[i]["read"];
}

// Reviews with two labels, one, or none; each has a probability of its own.
TEST(ApiClassifier, SeveralLabelsAreThoseOfTheProgram) {
  std::string table = "text,labels\n";
  for (int i = 0; i < 150; ++i)
    table += "\"" + review(i) + "\"," + (i % 2 == 1 ? "good" : "") + (i % 6 < 3 ? "" : ";long") + "\n";
  write_all("several.csv", table);
  Settings settings = forward("max", {{"answers", "several"}, {"epochs", "4"}});
  rnn::Classifier classifier(trained_on("several", "classify", "several.csv", settings));
  EXPECT_EQ(classifier.labels(), (std::vector<std::string>{"good", "long"}));
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += review(i) + "\n";
  write_all("several.txt", lines);
  const std::vector<nlohmann::json> said = program_says("classify several several.txt");
  size_t none = 0, some = 0;
  for (int i = 0; i < 12; ++i) {
    const rnn::Classified found = classifier.classify(review(i));
    classifier.reset();
    expect_same_answer(classifier.push(review(i)), found, "pushed");
    EXPECT_EQ(found.probability, *std::max_element(found.distribution.begin(), found.distribution.end()));
    (found.labels.empty() ? none : some) += 1;
    if (!found.labels.empty()) {
      EXPECT_EQ(found.labels[0], found.label);
    }
    if (!said.empty()) {
      EXPECT_EQ(said[static_cast<size_t>(i)]["labels"], nlohmann::json(found.labels)) << review(i);
    }
  }
  EXPECT_TRUE(none > 0 && some > 0) << none << " of 12 have no label";
}

TEST(ApiClassifier, LabelsOnAScaleStandInItsOrder) {
  const Settings settings = forward("mean", {{"answers", "ordered"}, {"order", "good,bad"}});
  rnn::Classifier classifier(trained_on("scale", "classify", write_reviews(), settings));
  EXPECT_EQ(classifier.labels(), (std::vector<std::string>{"good", "bad"}));
  const rnn::Classified found = classifier.classify(review(1));
  EXPECT_NEAR(found.distribution[0] + found.distribution[1], 1, 1e-12);
  EXPECT_EQ(found.labels, std::vector<std::string>{found.label});
  EXPECT_EQ(found.label, found.distribution[0] > found.distribution[1] ? "good" : "bad");
  expect_same_answer(classifier.push(review(1)), found, "pushed");
}

TEST(ApiClassifier, FramesOneByOneAreEveryBeginning) {
  const std::string data = write_waves();
  for (const char* pool : {"last", "mean", "max", "attention"}) {
    const std::string folder = std::string("waves_") + pool;
    const rnn::Model model = trained_on(folder, "classify", data, forward(pool));
    rnn::Classifier classifier(model), other(model);
    EXPECT_FALSE(classifier.reads_text());
    EXPECT_EQ(model.inputs(), 2);
    std::string file = "@problemName waves\n@timeStamps false\n@classLabel true up down\n@data\n";
    for (int i = 0; i < 8; ++i) file += wave_text(wave(i)) + ":up\n";
    write_all("some.ts", file);
    const std::vector<nlohmann::json> said = program_says("classify " + folder + " some.ts");
    for (int i = 0; i < 8; ++i) {
      const Floats frames = wave(i);
      classifier.reset();
      rnn::Classified last;
      for (size_t n = 2; n <= frames.size(); n += 2) {
        last = classifier.push(std::span(frames).subspan(n - 2, 2));
        expect_same_answer(last, other.classify(std::span(frames).first(n)), folder);
      }
      if (!said.empty()) {
        EXPECT_EQ(said[static_cast<size_t>(i)]["probability"].get<double>(), last.probability);
      }
      rnn::Classifier loaded(model);
      loaded.push(Floats{3, 4});
      loaded.load(classifier.save());
      const Floats missing = {std::nanf(""), std::nanf(""), 1, std::nanf("")};
      expect_same_answer(loaded.push(missing), classifier.push(missing), "what is missing is as the frame before");
    }
  }
}

TEST(ApiClassifier, RefusesInOneSentence) {
  const rnn::Model waves = trained_on("refuse_waves", "classify", write_waves(), forward("last"));
  const rnn::Model texts = trained_on("refuse_texts", "classify", write_reviews(), forward("last"));
  rnn::Classifier classifier(waves);
  expect_error(Exit::data, "data/sequence", [&] { classifier.classify("a text"); });
  expect_error(Exit::data, "data/sequence", [&] { classifier.classify(Floats()); });
  expect_error(Exit::data, "data/sequence", [&] { classifier.push(Floats{1}); });
  expect_error(Exit::data, "data/nan", [&] { classifier.push(Floats{1, std::numeric_limits<float>::infinity()}); });
  const rnn::Classified before = classifier.push(Floats{1, 2});
  const std::string state = classifier.save();
  EXPECT_EQ(classifier.save(), state);
  rnn::Classifier again(waves);
  for (const size_t size : {size_t{0}, size_t{9}, size_t{40}, state.size() - 1})
    expect_error(Exit::model, size == state.size() - 1 ? "state/size" : "state/corrupt",
                 [&] { again.load(state.substr(0, size)); });
  std::string huge = state;
  for (size_t i = 32; i < 40; ++i) huge[i] = '\xff';  // the size of the text
  expect_error(Exit::model, "state/corrupt", [&] { again.load(huge); });
  expect_error(Exit::model, "state/model", [&] { rnn::Classifier(texts).load(state); });
  again.load(state);
  expect_same_answer(again.push(Floats{2, 1}), classifier.push(Floats{2, 1}), "after refusals");
  EXPECT_NE(before.probability, 0);
  expect_error(Exit::model, "model/task", [&] { rnn::Classifier{trained_model()}; });
  expect_error(Exit::model, "model/task", [&] { rnn::Labeller{texts}; });
  expect_error(Exit::model, "model/task", [&] { rnn::Tagger{texts}; });
  rnn::Classifier moved = std::move(again);
  EXPECT_EQ(moved.labels().size(), 2u);
}

}  // namespace
}  // namespace rnn_api
