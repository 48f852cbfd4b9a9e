// Why: tagged sentences with a label each are read from three files line by line; what does not fit is refused with its place.
#include "data/labels/whole_labels.h"

#include <gtest/gtest.h>

#include "data/labels/encoder.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core::test {
namespace {

LabelOptions layout(const std::string& name) {
  LabelOptions options;
  options.layout = name;
  return options;
}

class WholeLabels : public FolderTest {
 protected:
  // The paths of three files.
  std::vector<std::string> three(const std::string& labels, const std::string& words = "play jazz\n\nin Rome\nstop\n",
                                 const std::string& tags = "O B-genre\n\nO B-city\nO\n") {
    return {write("seq.in", words), write("seq.out", tags), write("label", labels)};
  }
};

TEST_F(WholeLabels, AreThoseOfTheSameLines) {
  const RawSet set = read_labelled_sentences(three("Play\n\n Weather \r\nPlay\n"), {});
  ASSERT_EQ(set.examples.size(), 3u) << "a blank line is no sentence";
  EXPECT_EQ(set.examples[0].whole, "Play");
  EXPECT_EQ(set.examples[1].whole, "Weather");
  EXPECT_EQ(set.examples[2].whole, "Play");
  EXPECT_EQ(set.examples[1].labels, (std::vector<std::string>{"O", "B-city"}));
  EXPECT_EQ(set.place(set.examples[1]), path("seq.in") + ":3");
  const RawSet tags = read_raw_labels({path("seq.in"), path("seq.out")}, TargetForm::labels, layout("aligned"));
  EXPECT_NE(set.hash, tags.hash) << "the labels belong to the data";
  EXPECT_EQ(read_labelled_sentences({path("")}, {}).examples[1].whole, "Weather") << "the folder of these files";
}

TEST_F(WholeLabels, AreEncodedBesideTheTags) {
  const RawSet set = read_labelled_sentences(three("Play\n\nWeather\nPlay\n"), {});
  const LearntFront front = learn_front(set, TargetForm::labels, {}, {});
  EXPECT_EQ(front.shape.whole_labels, (std::vector<std::string>{"Play", "Weather"}));
  EXPECT_EQ(front.shape.labels, (std::vector<std::string>{"B-city", "B-genre", "O"}));
  const LabelEncoder encoder(front.shape, nullptr);
  EXPECT_EQ(encoder.example(set, set.examples[1]).whole, 1);
  EXPECT_EQ(encoder.whole("Order"), -1);
  EXPECT_EQ(encoder.whole(""), -1);
}

TEST_F(WholeLabels, OtherLengthsAreRefusedWithTheirPlace) {
  const auto few = failure_of([&] { read_labelled_sentences(three("Play\n\nWeather\n"), {}); });
  EXPECT_EQ(few.code, "data/lengths");
  EXPECT_NE(few.message.find(path("label") + ":3: "), std::string::npos) << few.message;
  const auto many = failure_of([&] { read_labelled_sentences(three("Play\n\nWeather\nPlay\nPlay\n"), {}); });
  EXPECT_EQ(many.code, "data/lengths");
  EXPECT_NE(many.message.find(path("label") + ":5: "), std::string::npos) << many.message;
  const auto empty = failure_of([&] { read_labelled_sentences(three("Play\n\n \nPlay\n"), {}); });
  EXPECT_EQ(empty.code, "data/empty_label");
  EXPECT_NE(empty.message.find(path("label") + ":3: "), std::string::npos) << empty.message;
}

TEST_F(WholeLabels, OtherDataIsRefused) {
  const auto code = [&](const std::vector<std::string>& paths, const LabelOptions& options = {}) {
    return failure_of([&] { read_labelled_sentences(paths, options); }).code;
  };
  const std::vector<std::string> paths = three("Play\n\nWeather\nPlay\n");
  EXPECT_EQ(code({paths[0], paths[1]}), "usage/argument");
  EXPECT_EQ(code({write("a.conll", "play O\njazz B-genre\n\nin O\nRome B-city\n\n")}), "task/data");
  EXPECT_EQ(code(paths, layout("conll")), "usage/option");
  std::filesystem::remove(paths[2]);
  EXPECT_EQ(code({path("")}), "task/data");
  EXPECT_EQ(code({paths[0], paths[1], paths[2]}), "data/missing");
}

TEST_F(WholeLabels, ThatCannotBeLearntAreRefused) {
  const auto code = [&](const std::string& labels) {
    return failure_of([&] { require_whole_labels(read_labelled_sentences(three(labels), {})); }).code;
  };
  EXPECT_EQ(code("Play\n\nPlay\nPlay\n"), "data/labels");
  EXPECT_EQ(code("Play\n\nWeather\nPlay\n"), "none");
  std::string words, tags, labels;
  for (int i = 0; i < 30; ++i) words += "play jazz\n", tags += "O B-genre\n", labels += "label" + std::to_string(i) + "\n";
  const RawSet own = read_labelled_sentences(three(labels, words, tags), {});
  EXPECT_EQ(failure_of([&] { require_whole_labels(own); }).code, "data/labels") << "every sentence has a label of its own";
}

}  // namespace
}  // namespace rnn::core::test
