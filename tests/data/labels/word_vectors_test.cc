// Why: files of word vectors are read in every form that is about; what is broken is refused with its line; the words of a file become
// known in an order that --max-vocabulary can cut.
#include "data/labels/word_vectors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/labels/encoder.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core::test {
namespace {

using Texts = std::vector<std::string>;

class WordVectorFiles : public FolderTest {
 protected:
  WordVectors read(const std::string& bytes) { return read_word_vectors(write("v.vec", bytes)); }
  Failure refused(const std::string& bytes) {
    return failure_of([&] { read(bytes); });
  }
};

TEST_F(WordVectorFiles, AreReadWithAndWithoutAFirstLine) {
  for (const char* text : {"2 3\nBerlin 1 -0.5 2e-1\n, 0 1 2\n", "Berlin 1 -0.5 2e-1\n, 0 1 2\n",
                           "2 3\r\nBerlin 1 -0.5 2e-1 \r\n, 0 1 2", "Berlin\t1\t-0.5\t0.2\n\n,\t0\t1\t2\n"}) {
    const WordVectors v = read(text);
    EXPECT_EQ(v.width, 3);
    EXPECT_EQ(v.words, (Texts{"Berlin", ","}));
    EXPECT_EQ(v.numbers, (std::vector<float>{1, -0.5f, 0.2f, 0, 1, 2}));
  }
  EXPECT_TRUE(read("a 1\n").hash.starts_with("fnv1a64:"));
}

TEST_F(WordVectorFiles, AWordMayHaveSpacesAndANumberMayBeTiny) {
  const WordVectors v = read("a 1 2\n. . . 3 4\nat name@domain.com 5 1e-60\n");
  EXPECT_EQ(v.words, (Texts{"a", ". . .", "at name@domain.com"}));
  EXPECT_EQ(v.numbers, (std::vector<float>{1, 2, 3, 4, 5, 0}));
}

TEST_F(WordVectorFiles, WhatIsBrokenIsRefusedWithItsLine) {
  const struct {
    const char *text, *code, *line, *says;
  } kBroken[] = {
      {"", "data/empty", "", ""},
      {"\n\n", "data/empty", "", "no word vectors"},
      {"3 2\na 1 2\nb 3 4\n", "data/header", ":1:", "says 3 words, but there are 2"},
      {"3 0\na 1 2\n", "data/header", ":1:", "0 numbers"},
      {"a 1 2\nb 3\n", "data/ragged", ":2:", "1 number after the word, but 2 in line 1"},
      {"a 1 2\nb 3 4 5\n", "data/ragged", ":2:", "3 numbers after the word, but 2 in line 1"},
      {"2 2\na 1 2\nb 3 4 5\n", "data/ragged", ":3:", "2 in line 1"},
      {"a\nb 1\n", "data/ragged", ":1:", "without numbers"},
      {" 1 2\n", "data/ragged", ":1:", "no word"},
      {"a 1 2\nb x 4\n", "data/number", ":2:", "number 1 of 2 is 'x'"},
      {"a 1 2\nb 3 1e99\n", "data/number", ":2:", "too large"},
      {"a 1 2\nb  4\n", "data/number", ":2:", "''"},
      {"a 1 2\nb nan 4\n", "data/nan", ":2:", "number 1 of 2 is nan"},
      {"a 1 2\nb 3 -inf\n", "data/nan", ":2:", "-inf"},
      {"a 1 2\n\xff 3 4\n", "data/utf8", ":2:", "0xFF"},
  };
  for (const auto& [text, code, line, says] : kBroken) {
    const Failure f = refused(text);
    EXPECT_EQ(f.code, code) << text << ": " << f.message;
    EXPECT_EQ(f.exit, Exit::data) << text;
    EXPECT_NE(f.message.find(line), std::string::npos) << f.message;
    EXPECT_NE(f.message.find(says), std::string::npos) << f.message;
    EXPECT_NE(f.message.find("v.vec"), std::string::npos) << f.message;
  }
  EXPECT_EQ(failure_of([&] { read_word_vectors(path("none.vec")); }).code, "data/missing");
}

TEST_F(WordVectorFiles, OfSeveralSpellingsTheOwnOneWinsElseTheFirst) {
  const WordVectors v = read("US 1\nBerlin 2\nus 3\nBERLIN 4\nUs 5\n");
  const VectorWords lower(v, false), kept(v, true);
  EXPECT_EQ(lower.words(), (Texts{"us", "berlin"}));
  EXPECT_EQ(lower.row("us"), 2u) << "its own spelling";
  EXPECT_EQ(lower.row("berlin"), 1u) << "the first";
  EXPECT_EQ(kept.words(), v.words);
  EXPECT_FALSE(kept.has("berlin"));
}

TEST_F(WordVectorFiles, WordsOfTrainingComeFirst) {
  const WordVectors v = read("a 1\nb 2\nc 3\nd 4\n");
  const VectorWords words(v, false);
  const WordCounts training = {{"a", 5}, {"c", 1}, {"x", 4}};
  EXPECT_EQ(words.others(training, [](const std::string& word) { return word == "a"; }), (Texts{"c", "b", "d"}));
  EXPECT_NE(words.summary(training).find("4 words of 1 numbers from " + path("v.vec") + "; 60.0% of the words"),
            std::string::npos)
      << words.summary(training);
  EXPECT_EQ(failure_of([&] { words.summary({{"x", 4}}); }).code, "data/vectors");
}

RawSet tagged_set() {
  RawSet set;
  set.kind = InputKind::words;
  for (const char* city : {"Rome", "Rome", "Oslo"}) {
    RawExample& e = set.examples.emplace_back();
    e.words = {"in", city}, e.labels = {"O", "B-city"};
  }
  return set;
}

TEST_F(WordVectorFiles, TaggedWordsKnowThemToo) {
  const WordVectors v = read("oslo 1 2\nrome 3 4\nBern 5 6\nparis 7 8\n");
  ModelOptions model;
  model.min_count = 2;
  LabelOptions labels;
  labels.features = "word";
  LearntFront learnt = learn_front(tagged_set(), TargetForm::labels, labels, model, &v);
  EXPECT_EQ(learnt.shape.symbols, (Texts{"w:bern", "w:in", "w:oslo", "w:paris", "w:rome"}));
  EXPECT_EQ(learnt.vector_rows, (std::vector<std::pair<int32_t, size_t>>{{2, 0}, {4, 1}, {0, 2}, {3, 3}}));
  model.max_vocabulary = 3;
  learnt = learn_front(tagged_set(), TargetForm::labels, labels, model, &v);
  EXPECT_EQ(learnt.shape.symbols, (Texts{"w:in", "w:oslo", "w:rome"})) << "first those of training";
  model.max_vocabulary = 1;
  learnt = learn_front(tagged_set(), TargetForm::labels, labels, model, &v);
  EXPECT_EQ(learnt.shape.symbols, (Texts{"w:in", "w:rome"})) << "those of training stay";
}

TEST_F(WordVectorFiles, WordsOfTextsAreFurtherPiecesOfTheTokenizer) {
  const WordVectors v = read("great 1\nGood 2\nnew_york 3\nawful 4\n");
  RawSet set;
  set.kind = InputKind::text;
  for (const char* text : {"a good film", "a good day", "great film"}) {
    RawExample& e = set.examples.emplace_back();
    e.text = text, e.labels = {"x"};
  }
  ModelOptions model;
  model.min_count = 2;
  const LearntFront without = learn_front(set, TargetForm::label, {}, model);
  const LearntFront learnt = learn_front(set, TargetForm::label, {}, model, &v);
  const int before = without.tokenizer->size();
  ASSERT_EQ(learnt.tokenizer->size(), before + 2) << "great and awful; new_york is three pieces";
  EXPECT_EQ(learnt.tokenizer->encode("great awful"), (std::vector<int32_t>{before, before + 1}));
  EXPECT_EQ(learnt.tokenizer->encode("a film"), without.tokenizer->encode("a film"));
  EXPECT_EQ(learnt.vector_rows, (std::vector<std::pair<int32_t, size_t>>{
                                    {before, 0}, {without.tokenizer->encode("good")[0], 1}, {before + 1, 3}}));
  model.max_vocabulary = before + 1;
  EXPECT_EQ(learn_front(set, TargetForm::label, {}, model, &v).tokenizer->encode("great awful"),
            (std::vector<int32_t>{before, 0}));
  model.tokens = "char";
  EXPECT_EQ(failure_of([&] { learn_front(set, TargetForm::label, {}, model, &v); }).code, "usage/option");
}

TEST_F(WordVectorFiles, LettersKeepTheirCaseAndLongWordsTheirEnds) {
  ModelOptions model;
  model.min_count = 2;
  LabelOptions labels;
  labels.features = "letters";
  const LearntFront learnt = learn_front(tagged_set(), TargetForm::labels, labels, model);
  EXPECT_EQ(learnt.shape.columns, 1);
  EXPECT_EQ(learnt.shape.ids_of_step(), 1 + kLettersOfWord);
  EXPECT_EQ(learnt.shape.front.letters, (Texts{"", "R", "e", "i", "m", "n", "o"})) << "seen twice, by code point";
  const LabelEncoder encoder(learnt.shape, nullptr);
  const std::vector<int32_t> ids = encoder.words(Texts{"Rom", "rome", "RRRRRRRRRRRxoooooooooo"}).ids;
  ASSERT_EQ(ids.size(), 3u * (1 + kLettersOfWord));
  const auto letters = [&](size_t word, size_t n) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(word * (1 + kLettersOfWord) + 1);
    return std::vector<int32_t>(begin, begin + static_cast<std::ptrdiff_t>(n));
  };
  EXPECT_EQ(letters(0, 5), (std::vector<int32_t>{1, 6, 4, -1, -1}));
  EXPECT_EQ(letters(1, 5), (std::vector<int32_t>{0, 6, 4, 2, -1})) << "r was never seen";
  std::vector<int32_t> ends(10, 1);
  ends.insert(ends.end(), 10, 6);
  EXPECT_EQ(letters(2, kLettersOfWord), ends) << "of 22 letters the first ten and the last ten";
  labels.features = "all";
  EXPECT_EQ(learn_front(tagged_set(), TargetForm::labels, labels, model).shape.columns, 8);
}

}  // namespace
}  // namespace rnn::core::test
