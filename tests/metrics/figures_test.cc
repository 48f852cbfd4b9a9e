// Why: a figure that a sink, a record or a table does not know is lost without a word.
#include "metrics/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "events/events.h"
#include "networks/model_config.h"

namespace rnn::core {
namespace {

TEST(FigureList, EveryValidatedFigureIsAColumnOfTheMetrics) {
  for (const Figure* f : figure::kValidated) {
    EXPECT_TRUE(std::any_of(std::begin(kMetricKeys), std::end(kMetricKeys), [&](const char* k) { return k == val_key(*f); }))
        << f->key;
    EXPECT_EQ(find_figure(f->key), f);
  }
}

TEST(FigureList, OneKeyMeansOneThing) {
  std::set<std::string_view> names;
  for (const Figure* f : figure::kAll) {
    EXPECT_FALSE(f->key.empty() || f->title.empty() || f->name.empty());
    EXPECT_TRUE(names.insert(f->name).second) << f->name << " is there twice";
    EXPECT_EQ(find_figure(f->key)->higher_is_better, f->higher_is_better) << f->key;
  }
  EXPECT_EQ(find_figure("none"), nullptr);
  for (const ModelForm& form : kModelForms) EXPECT_EQ(loss_figure(form.loss).key, "loss") << form.task;
  EXPECT_EQ(&loss_figure(find_form("regress")->loss), &figure::kSquaredError);
  EXPECT_EQ(&loss_figure(find_form("tag")->loss), &figure::kTargetLoss);
  EXPECT_EQ(&loss_figure(find_form("translate")->loss), &figure::kLoss);
}

TEST(FigureList, ColumnsAreTheFiguresThatAnyRowHas) {
  const ResultRow model = text_row("this model", -0.5, {.factor = 0.25});  // a density's loss may be below zero
  EXPECT_EQ(model.at(figure::kBitsPerByte), -0.125);
  EXPECT_EQ(model.at(figure::kPerplexity), std::exp(-0.5));
  const ResultRow packed = ResultRow("zstd -19").set(figure::kBitsPerByte, 2);
  using Columns = std::vector<const Figure*>;
  EXPECT_EQ(columns_of({&packed}), (Columns{&figure::kBitsPerByte}));
  EXPECT_EQ(columns_of({&packed}, {model}), (Columns{&figure::kBitsPerByte, &figure::kLoss, &figure::kPerplexity}));
  const ResultRow numbers = ResultRow("this model").set(figure::kSquaredError, 2);
  EXPECT_EQ(columns_of({&numbers}), (Columns{&figure::kSquaredError}));
}

TEST(FigureList, UnknownWordsAreSpelledInBitsPerByte) {
  const ByteRate rate = byte_rate(10, 100, 2, 15);  // 2 unknown words of 15 bytes, and 2 end marks
  EXPECT_DOUBLE_EQ(rate.spelling, 17 * std::log2(257.0) / 100);
  EXPECT_DOUBLE_EQ(rate.unknown, 0.2);
  const ResultRow row = text_row("this model", 3, rate), known = text_row("this model", 3, byte_rate(10, 100, 0, 0));
  EXPECT_DOUBLE_EQ(row.at(figure::kBitsWithoutSpelling), 3 / std::log(2.0) / 10);
  EXPECT_DOUBLE_EQ(row.at(figure::kBitsPerByte), row.at(figure::kBitsWithoutSpelling) + rate.spelling);
  EXPECT_EQ(row.at(figure::kUnknownShare), rate.unknown);
  EXPECT_EQ(row.at(figure::kLoss), 3);
  EXPECT_EQ(known.at(figure::kBitsPerByte), row.at(figure::kBitsWithoutSpelling));
  EXPECT_FALSE(known[figure::kBitsWithoutSpelling] || known[figure::kUnknownShare]);
  EXPECT_EQ(columns_of({&row}), columns_of({&known}));  // of tables
  EXPECT_EQ(byte_rate(0, 0, 0, 0).bits(5), 0);
}

}  // namespace
}  // namespace rnn::core
