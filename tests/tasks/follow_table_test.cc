// Why: tables with a label or a number at every row: which columns are what, series by id, stamps, the clock rule, and what is refused.
#include "tasks/sequences/follow_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/labels/encoder.h"
#include "tasks/sequences/clock_rule.h"
#include "tasks/sequences/label_data.h"

namespace rnn::core {
namespace {

RawSet follow(const std::string& table, FollowColumns columns = {}, const std::string& path = "t.csv") {
  std::ofstream(path) << table;
  return read_follow_tables({path}, columns);
}

std::string code_of(const std::string& table, const FollowColumns& columns = {}, std::string* message = nullptr) {
  try {
    follow(table, columns);
  } catch (const Error& e) {
    if (message) *message = e.what();
    return e.code();
  }
  return "";
}

constexpr const char* kEngines =
    "unit,cycle,heat,RUL,note\n7,1,0.5,2,ok\n3,1,1.5,1,ok\n7,2,,1,ok\n3,2,2.5,0.5,ok\n7,3,0.75,,ok\n";

TEST(FollowTable, SeriesByIdInTheOrderOfTheirRows) {
  FollowColumns columns;
  columns.y = "RUL";
  const RawSet set = follow(kEngines, columns);
  EXPECT_EQ(set.id_column, "unit");
  EXPECT_EQ(set.time_column, "");
  EXPECT_TRUE(set.numbers);
  EXPECT_EQ(set.names, (std::vector<std::string>{"cycle", "heat"}));
  EXPECT_EQ(set.notes.back(), "not read: note");
  ASSERT_EQ(set.examples.size(), 2u);
  const RawExample& seven = set.examples[0];
  EXPECT_EQ(seven.text, "7");
  EXPECT_EQ(seven.rows, (std::vector<uint32_t>{2, 4, 6}));
  EXPECT_EQ(seven.frames[1], 0.5f);
  EXPECT_TRUE(std::isnan(seven.frames[3]));
  EXPECT_EQ(seven.values[1], 1.0f);
  EXPECT_TRUE(std::isnan(seven.values[2]));
  EXPECT_TRUE(seven.clock.empty());
  columns.time = "cycle", columns.ignored = {"note"};
  const RawSet ordered = follow(kEngines, columns);
  EXPECT_EQ(ordered.names, std::vector<std::string>{"heat"});
  EXPECT_TRUE(ordered.examples[0].clock.empty()) << "numbers that count say no hour";
}

// Codes are labels, many or broken ones are numbers; what was asked decides.
TEST(FollowTable, LabelsAndNumbers) {
  std::string codes = "y,x\n", many = "y,x\n", words = "y,x\n", broken = "y,x\n";
  for (int i = 0; i < 24; ++i) {
    const std::string x = "," + std::to_string(i) + "\n";
    codes += std::to_string(i % 2) + x, many += std::to_string(i % 12) + x;
    words += (i == 5 ? "" : i % 2 == 0 ? "on" : "off") + x, broken += std::to_string(i % 2) + ".5" + x;
  }
  EXPECT_FALSE(follow(codes).numbers);
  EXPECT_EQ(follow(codes).examples[0].labels[3], "1");
  EXPECT_TRUE(follow(many).numbers);
  EXPECT_TRUE(follow(broken).numbers);
  EXPECT_FALSE(follow(words).numbers);
  EXPECT_EQ(follow(words).examples[0].labels[5], "");
  FollowColumns columns;
  columns.numbers = true;
  EXPECT_TRUE(follow(codes, columns).numbers);
  EXPECT_EQ(code_of(words, columns), "data/number");
}

TEST(FollowTable, RefusesWithThePlace) {
  FollowColumns y;
  y.y = "y";
  std::string message;
  EXPECT_EQ(code_of("", y), "data/empty");
  EXPECT_EQ(code_of("y,x\n", y), "data/empty");
  EXPECT_EQ(code_of("1,2\n3,4\n", y), "data/header");
  EXPECT_EQ(code_of("y,x,x\n0.5,1,2\n", y), "data/header");
  EXPECT_EQ(code_of("a,x\n1,2\n", y, &message), "data/columns");
  EXPECT_NE(message.find("'y'"), std::string::npos) << message;
  EXPECT_EQ(code_of("a,x\n1,2\n"), "data/columns");
  EXPECT_EQ(code_of("y,note\n1,a\n0,b\n", y), "data/columns");
  EXPECT_EQ(code_of("y,x\n0.5,1\n1,2\n2,3\n1,two\n", y, &message), "data/number");
  EXPECT_NE(message.find("t.csv:5"), std::string::npos) << message;
  EXPECT_EQ(code_of("y,x\n0.5,1\nnever,2\n", FollowColumns{.y = "y", .numbers = true}, &message), "data/number");
  EXPECT_NE(message.find("t.csv:3"), std::string::npos) << message;
  EXPECT_EQ(code_of("y,x\n0.5,1\n0.5,2\n", y), "data/constant");
  EXPECT_EQ(code_of("y,x\n1,2,3\n", y), "data/ragged");
  EXPECT_EQ(code_of("time,y,x\n2024-01-02,a,1\n2024-01-01,b,2\n", y, &message), "data/order");
  EXPECT_NE(message.find("t.csv:3"), std::string::npos) << message;
  EXPECT_EQ(code_of("time,y,x\n2024-01-02,a,1\n2024-13-01,b,2\n", y), "data/date");
  EXPECT_EQ(code_of("y,x\n0.5,1\n0.6,2\n", FollowColumns{.id = "unit", .y = "y"}), "data/columns");
}

std::string days(int first, int count, bool weekends) {
  std::string table = "date,x,y\n";
  for (int day = first; day < first + count; ++day)
    for (int hour = 0; hour < 24; ++hour) {
      char row[64];
      const bool free = weekends && (day + 6) % 7 >= 5;  // 2024-01-01 is a Monday
      std::snprintf(row, sizeof row, "2024-01-%02d %02d:00,%d,%s\n", day, hour, hour,
                    hour >= 8 && hour < 18 && !free ? "on" : "off");
      table += row;
    }
  return table;
}

TEST(ClockRule, ChoosesWhatTheTrainingDaysSay) {
  const RawSet train = follow(days(1, 14, true)), test = follow(days(15, 7, true), {}, "test.csv");
  const std::optional<ClockRule> rule = clock_rule(train, test);
  ASSERT_TRUE(rule.has_value());
  EXPECT_EQ(rule->name, "clock rule, hour and weekday");
  EXPECT_EQ(rule->labels[0], test.examples[0].labels);
  const RawSet same = follow(days(1, 14, false)), after = follow(days(15, 7, false), {}, "test.csv");
  EXPECT_EQ(clock_rule(same, after)->name, "clock rule, hour");
  // A week has each weekday once: leaving it out, only working days and weekends say something of it.
  EXPECT_EQ(clock_rule(follow(days(1, 7, true)), test)->name, "clock rule, hour, working days apart");
  EXPECT_FALSE(clock_rule(follow("x,y\n1,a\n2,b\n"), test).has_value());
}

TEST(ClockRule, MeansOfNumbers) {
  std::string table = "date,x,y\n", next = "date,x,y\n";
  for (int hour = 0; hour < 48; ++hour) {
    char row[64];
    std::snprintf(row, sizeof row, "2024-01-%02d %02d:00,1,%d.5\n", 1 + hour / 24, hour % 24, hour);
    table += row;
  }
  next += "2024-01-09 03:00,1,1.5\n2024-01-09 04:00,1,2.5\n";
  const RawSet train = follow(table), test = follow(next, {}, "test.csv");
  const std::optional<ClockRule> rule = clock_rule(train, test);
  EXPECT_EQ(rule->name, "clock rule, hour");
  EXPECT_EQ(rule->values[0], (std::vector<float>{15.5f, 16.5f}));
}

// Ids stay together; a single series is cut in time; windows have every row once.
TEST(FollowData, IsSplitByIdOrByTime) {
  std::string many = "id,x,y\n", one = "x,y\n";
  for (int i = 0; i < 100; ++i) {
    many += std::to_string(i / 5) + "," + std::to_string(i) + "," + std::to_string(i % 7) + ".5\n";
    one += std::to_string(i) + "," + std::to_string(i % 7) + ".5\n";
  }
  std::ofstream("many.csv") << many, std::ofstream("one.csv") << one;
  LabelSource source{TargetForm::numbers, false, {}, FollowColumns{.y = "y"}};
  const LabelData by_id = read_label_data({"many.csv"}, {{}, 0.2, SplitRule::shuffled}, source);
  EXPECT_EQ(by_id.train.examples.size(), 16u);
  EXPECT_EQ(by_id.valid.examples.size(), 4u);
  for (const RawExample& e : by_id.valid.examples) EXPECT_EQ(e.rows.size(), 5u);
  EXPECT_EQ(by_id.split, "4 of 20 series, whole ones");
  LabelData by_time = read_label_data({"one.csv"}, {{}, 0.25, SplitRule::shuffled}, source);
  EXPECT_EQ(by_time.train.examples[0].rows.size(), 75u);
  EXPECT_EQ(by_time.valid.examples[0].frames[0], 75.0f);
  EXPECT_EQ(by_time.split, "the last 25 rows");
  const LearntFront front = learn_front(by_time.train, TargetForm::numbers, {}, {});
  by_time.window = 32;
  by_time.encode(front.shape, nullptr);
  ASSERT_EQ(by_time.train_examples.size(), 3u);
  EXPECT_EQ(by_time.train_examples[2].values.size(), 11u);
  EXPECT_EQ(by_time.valid_examples.size(), 1u);
  double sum = 0;
  for (const SequenceExample& e : by_time.train_examples)
    for (const float y : e.values) sum += y;
  EXPECT_NEAR(sum, 0, 1e-4) << "targets are scaled by training";
}

}  // namespace
}  // namespace rnn::core
