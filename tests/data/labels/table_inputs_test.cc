// Why: further columns of a table become words that no text has, numbers by cuts that training alone decides.
#include "data/labels/table_inputs.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/failure.h"
#include "support/folder.h"
#include "text/word_rules.h"

namespace rnn::core::test {
namespace {

using Texts = std::vector<std::string>;

InputColumn learnt(const std::string& name, const Texts& cells) {
  return learn_input_column(name, {cells.begin(), cells.end()});
}

std::vector<double> tens(int n) {
  std::vector<double> out;
  for (int i = 1; i < n; ++i) out.push_back(10.0 * i);
  return out;
}

TEST(TableInputs, NumbersAreCutIntoPartsOfTheSameSize) {
  Texts cells;
  for (int i = 99; i >= 0; --i) cells.push_back(std::to_string(i));
  const InputColumn price = learnt("price", cells);
  EXPECT_EQ(price.cuts, tens(10));
  EXPECT_EQ(word_of_cell(price, "0"), "<price:1/10>");
  EXPECT_EQ(word_of_cell(price, " 9.99 "), "<price:1/10>");
  EXPECT_EQ(word_of_cell(price, "10"), "<price:2/10>");
  EXPECT_EQ(word_of_cell(price, "1e9"), "<price:10/10>");
  EXPECT_EQ(word_of_cell(price, "-5"), "<price:1/10>");
  EXPECT_EQ(word_of_cell(price, " "), "<price:?>");
  for (const char* bad : {"cheap", "nan", "inf", "1,5"})
    EXPECT_THROW(word_of_cell(price, bad), std::invalid_argument) << bad;
}

TEST(TableInputs, ManyEqualNumbersHaveFewerParts) {
  Texts cells(80, "0");
  for (int i = 1; i <= 20; ++i) cells.push_back(std::to_string(i));
  const InputColumn sold = learnt("sold", cells);
  EXPECT_EQ(sold.cuts, (std::vector<double>{1, 11}));
  EXPECT_EQ(word_of_cell(sold, "0"), "<sold:1/3>");
  EXPECT_EQ(word_of_cell(sold, "11"), "<sold:3/3>");
}

TEST(TableInputs, FewNumbersAndWordsAreCategories) {
  EXPECT_TRUE(learnt("stars", {"1", "2", "3", "", "5", "1"}).cuts.empty());
  EXPECT_TRUE(learnt("empty", {"", " "}).cuts.empty());
  Texts cells;
  for (int i = 0; i < 50; ++i) cells.push_back(std::to_string(i));
  cells.emplace_back("unknown");
  const InputColumn mixed = learnt("mixed", cells);
  EXPECT_TRUE(mixed.cuts.empty());
  EXPECT_EQ(word_of_cell(mixed, "7"), "<mixed:7>");
}

// Whatever is in a cell, the word is one token of the rules of words.
TEST(TableInputs, TheWordIsOneToken) {
  const Texts names = {"brand", "unit price", "a<b>:c", std::string(90, 'n'), "größe über alles und noch viel mehr"};
  const Texts cells = {
      "acme", "Zum Löwen & Söhne", "a<b>c:d", std::string(90, 'x'), "日本語日本語日本語日本語日本語日本語日本語", "\t\n.",
      ">"};
  for (const std::string& name : names) {
    for (const std::string& cell : cells) {
      const std::string word = word_of_cell({name, {}}, cell), text = word + " It was fine.";
      WordScanner scanner(text);
      std::string_view token;
      ASSERT_TRUE(scanner.next(token));
      EXPECT_EQ(token, word);
      ASSERT_TRUE(scanner.next(token));
      EXPECT_EQ(token, "It") << word;
    }
  }
}

class TableInputFiles : public FolderTest {
 protected:
  RawSet read(const std::string& bytes, const std::string& inputs) {
    LabelOptions options;
    options.layout = "table", options.inputs = inputs;
    return read_raw_labels({write("t.csv", bytes)}, TargetForm::label, options);
  }
};

TEST_F(TableInputFiles, CellsGoBeforeTheText) {
  RawSet set = read("text,brand,price,label\nIt broke.,acme,1,bad\nIt works.,,12,good\n", "price,brand");
  ASSERT_EQ(set.inputs.size(), 2u);
  EXPECT_EQ(set.examples[1].inputs, (Texts{"12", ""}));
  learn_inputs(set);
  write_inputs(set.inputs, set);
  EXPECT_EQ(set.examples[0].text, "<price:1> <brand:acme> It broke.");
  EXPECT_EQ(set.examples[1].text, "<price:12> <brand:?> It works.");
  EXPECT_TRUE(set.examples[0].inputs.empty());
  write_inputs(set.inputs, set);  // once
  EXPECT_EQ(set.examples[0].text, "<price:1> <brand:acme> It broke.");
}

TEST_F(TableInputFiles, WhatIsNoNumberIsRefusedWithItsLine) {
  RawSet set = read("text,price,label\nIt broke.,1,bad\nIt works.,cheap,good\n", "price");
  const std::vector<InputColumn> numbers = {{"price", tens(3)}};
  const Failure f = failure_of([&] { write_inputs(numbers, set); });
  EXPECT_EQ(f.code, "data/number");
  EXPECT_NE(f.message.find("t.csv:3: 'cheap' of column 'price'"), std::string::npos) << f.message;
}

TEST_F(TableInputFiles, ColumnsThatAreNoInputsAreRefused) {
  const std::string table = "text,brand,label\nIt broke.,acme,bad\nIt works.,x,good\n";
  for (const char* names : {"price", "text", "label", "brand,brand", "brand,"})
    EXPECT_EQ(failure_of([&] { read(table, names); }).code, "usage/column") << names;
  LabelOptions options;
  options.inputs = "brand";
  EXPECT_EQ(failure_of([&] {
              read_raw_labels({write("f.txt", "__label__a x\n__label__b y\n")}, TargetForm::label, options);
            }).code,
            "usage/option");
}

}  // namespace
}  // namespace rnn::core::test
