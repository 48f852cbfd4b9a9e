// Why: what stands in a cell becomes the labels that were meant, and a scale has the order that was meant, or is refused.
#include "data/labels/answers.h"

#include <gtest/gtest.h>

#include "data/labels/encoder.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

RawExample labelled(std::vector<std::string> labels) {
  RawExample e;
  e.text = "t", e.labels = std::move(labels);
  return e;
}

RawSet cells(const std::vector<std::string>& column) {
  RawSet set;
  set.files = {"tickets.csv"}, set.label_column = "labels", set.several = true;
  for (const std::string& cell : column) set.examples.push_back(labelled({cell}));
  return set;
}

std::vector<std::vector<std::string>> separated(const std::vector<std::string>& column, const std::string& between = "") {
  RawSet set = cells(column);
  separate_labels(set, between);
  std::vector<std::vector<std::string>> out;
  for (const RawExample& e : set.examples) out.push_back(e.labels);
  return out;
}

using Lists = std::vector<std::vector<std::string>>;

TEST(SeparateLabels, TheSignIsTheOneThatMostCellsHave) {
  EXPECT_EQ(separated({"b; a", "c", "", "a;b;a"}), (Lists{{"a", "b"}, {"c"}, {}, {"a", "b"}}));
  EXPECT_EQ(separated({"b|a", "x, y|z"}), (Lists{{"a", "b"}, {"x, y", "z"}}));
  EXPECT_EQ(separated({"a,b", "b,c;d", "c"}), (Lists{{"a", "b"}, {"b", "c;d"}, {"c"}}));
  EXPECT_EQ(separated({"a", "b", "; ;"}), (Lists{{"a"}, {"b"}, {"; ;"}})) << "no cell has two labels";
  RawSet set = cells({"a|b", "c"});
  separate_labels(set, "");
  EXPECT_EQ(set.between, "|");
  EXPECT_EQ(set.notes, std::vector<std::string>{"labels between '|'"});
}

TEST(SeparateLabels, ASignThatIsKnownIsKept) { EXPECT_EQ(separated({"a,b", "c,d"}, ";"), (Lists{{"a,b"}, {"c,d"}})); }

// fastText: labels that stand alone.
TEST(SeparateLabels, LabelsThatAreNoCellsStayWhole) {
  RawSet set = cells({});
  set.label_column.clear();
  set.examples.push_back(labelled({"b;c", "a", "a"}));
  separate_labels(set, "");
  EXPECT_EQ(set.examples[0].labels, (std::vector<std::string>{"a", "b;c"}));
  EXPECT_EQ(set.between, "");
}

RawSet stars(const std::vector<std::string>& labels) {
  RawSet set = cells(labels);
  set.several = false;
  return set;
}

TEST(LabelsOnScale, NumbersHaveTheirOwnOrder) {
  EXPECT_EQ(labels_on_scale(stars({"10", "9", "-1", "2.5", "9"}), ""), (std::vector<std::string>{"-1", "2.5", "9", "10"}));
  EXPECT_EQ(failure_of([] { labels_on_scale(stars({"1", "1.0", "2"}), ""); }).code, "usage/order");
  const Failure words = failure_of([] { labels_on_scale(stars({"1", "low"}), ""); });
  EXPECT_EQ(words.code, "usage/order");
  EXPECT_NE(words.message.find("'low'"), std::string::npos);
  EXPECT_NE(words.help.find("--order"), std::string::npos);
}

TEST(LabelsOnScale, WordsHaveTheOrderThatIsGiven) {
  const RawSet set = stars({"low", "high", "medium", "low"});
  EXPECT_EQ(labels_on_scale(set, "low, medium,high"), (std::vector<std::string>{"low", "medium", "high"}));
  EXPECT_EQ(labels_on_scale(set, "low,medium,high,severe").size(), 4) << "one that training lacks";
  const Failure lacks = failure_of([&] { labels_on_scale(set, "low,high"); });
  EXPECT_EQ(lacks.code, "usage/order");
  EXPECT_NE(lacks.message.find("'medium'"), std::string::npos);
  EXPECT_EQ(failure_of([&] { labels_on_scale(set, "low"); }).code, "usage/order");
  EXPECT_EQ(failure_of([&] { labels_on_scale(set, "low,low,medium,high"); }).code, "usage/order");
}

// What a network is given: a 1 for every label that is right, wherever the sequence stands in its batch.
TEST(SeveralTargets, AreOnesInTheOrderOfTheBatch) {
  SequenceShape shape;
  shape.width = 1, shape.labels = {"a", "b", "c"}, shape.answers = Answers::several;
  SequenceExample first, second;
  first.frames = {1}, first.labels = {0, 2};
  second.frames = {1, 2}, second.labels = {-1};  // it has only one that the model does not know
  const SequenceExample* both[] = {&first, &second};
  const uint32_t ids[] = {0, 1};
  Batch batch;
  fill_sequence_batch(shape, both, ids, batch);
  EXPECT_EQ(batch.to.width, 3);
  EXPECT_EQ(batch.to.values, (std::vector<float>{0, 0, 0, 1, 0, 1})) << "the longer one comes first";
  EXPECT_TRUE(batch.to.ids.empty() && batch.to.weights.empty());
  fill_sequence_batch(shape, std::span(both).first(1), std::span(ids).first(1), batch);
  EXPECT_EQ(batch.to.values, (std::vector<float>{1, 0, 1})) << "a batch that is filled again";
}

TEST(BalancedWeights, BelongToTheirLabelsInAnyOrder) {
  const RawSet set = stars({"low", "low", "low", "high"});
  EXPECT_EQ(balanced_weights(set, {"low", "high"}), (std::vector<float>{4.0f / 6, 4.0f / 2}));
}

}  // namespace
}  // namespace rnn::core
