// Why: a wrong target would be learnt as faithfully as a right one: every date, sum and mirror image is computed again.
#include "data/pair_problems.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "data/inputs/text_line.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

PairProblemOptions with(PairProblem problem, uint64_t seed = 1) { return {.problem = problem, .seed = seed}; }
PairProblemOptions letters(int length, int min_length = 0, int symbols = 26) {
  return {.problem = PairProblem::reverse, .length = length, .min_length = min_length, .symbols = symbols};
}
PairProblemOptions digits(int most) { return {.problem = PairProblem::addition, .digits = most}; }

// Draws around their share: five deviations of a binomial count.
void expect_share(int64_t count, int64_t n, double share) {
  const double sigma = std::sqrt(static_cast<double>(n) * share * (1 - share));
  EXPECT_NEAR(static_cast<double>(count), static_cast<double>(n) * share, 5 * sigma);
}

// A date as a reader of English takes it: runs of letters and runs of digits.
struct Read {
  std::vector<int> numbers;
  std::vector<std::string> endings;  // of each number: "th" of "5th"
  int month = 0, weekday = -1;       // as words; weekday from Sunday, 0
  std::string rest;                  // words that are neither
};

// The place of `word` among the names, or of its first three letters when it has no more; -1: none.
int place(const std::string& word, const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (word == names[i] || (word.size() == 3 && word == names[i].substr(0, 3))) return static_cast<int>(i);
  }
  return -1;
}

Read read_date(const std::string& text) {
  static const std::vector<std::string> months = {"january", "february", "march",     "april",   "may",      "june",
                                                  "july",    "august",   "september", "october", "november", "december"};
  static const std::vector<std::string> weekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
  Read read;
  const auto is_digit = [&](size_t i) { return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0; };
  const auto is_letter = [&](size_t i) { return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0; };
  for (size_t i = 0; i < text.size();) {
    std::string number, word;
    while (is_digit(i)) number += text[i++];
    while (is_letter(i)) word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i++])));
    if (number.empty() && word.empty()) ++i;
    if (!number.empty()) {
      read.numbers.push_back(std::stoi(number));
      read.endings.push_back(word);
    } else if (place(word, months) >= 0) {
      read.month = 1 + place(word, months);
    } else if (place(word, weekdays) >= 0) {
      read.weekday = place(word, weekdays);
    } else if (!word.empty()) {
      read.rest += word + " ";
    }
  }
  return read;
}

std::string expected_ending(unsigned day) {
  const std::set<unsigned> first = {1, 21, 31}, second = {2, 22}, third = {3, 23};
  return first.count(day) > 0 ? "st" : second.count(day) > 0 ? "nd" : third.count(day) > 0 ? "rd" : "th";
}

TEST(PairProblems, EveryDateIsADay) {
  std::map<int, int64_t> years;
  std::map<unsigned, int64_t> days, weekdays;
  std::set<std::string> rests;
  int64_t lower = 0, named = 0, leap = 0;
  constexpr int N = 40000;
  for (uint64_t i = 0; i < N; ++i) {
    const Pair pair = pair_example(with(PairProblem::dates), i);
    int year = 0;
    unsigned month = 0, day = 0;
    ASSERT_EQ(std::sscanf(pair.target.c_str(), "%4d-%2u-%2u", &year, &month, &day), 3) << pair.target;
    ASSERT_EQ(pair.target.size(), 10u);
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    ASSERT_TRUE(date.ok()) << pair.target;
    ASSERT_TRUE(year >= 1900 && year <= 2099);
    const unsigned weekday = std::chrono::weekday(std::chrono::sys_days(date)).c_encoding();

    const Read read = read_date(pair.source);
    ASSERT_EQ(read.numbers.size(), read.month > 0 ? 2u : 3u) << pair.source;
    const bool year_first = read.numbers[0] >= 1900;
    EXPECT_EQ(read.numbers[year_first ? 0 : read.numbers.size() - 1], year) << pair.source;
    const size_t day_at = read.month > 0 ? (year_first ? 1 : 0) : (year_first ? 2 : 0);
    EXPECT_EQ(read.numbers[day_at], static_cast<int>(day)) << pair.source;
    EXPECT_EQ(read.month > 0 ? read.month : read.numbers[1], static_cast<int>(month)) << pair.source << " " << pair.target;
    if (read.weekday >= 0) {
      ++named;
      EXPECT_EQ(read.weekday, static_cast<int>(weekday)) << pair.source << " " << pair.target;
    }
    for (size_t k = 0; k < read.numbers.size(); ++k) {
      if (read.endings[k].empty()) continue;
      EXPECT_EQ(k, day_at) << pair.source;
      EXPECT_EQ(read.endings[k], expected_ending(day)) << pair.source;
    }
    rests.insert(read.rest);
    const bool letter = std::any_of(pair.source.begin(), pair.source.end(), [](unsigned char c) { return std::isalpha(c); });
    const bool capital =
        std::any_of(pair.source.begin(), pair.source.end(), [](unsigned char c) { return std::isupper(c); });
    lower += letter && !capital;
    leap += month == 2 && day == 29;
    ++years[year], ++days[day], ++weekdays[weekday];
  }
  EXPECT_EQ(rests, (std::set<std::string>{"", "of ", "the of "}));
  EXPECT_EQ(years.size(), 200u);
  EXPECT_EQ(days.size(), 31u);
  EXPECT_EQ(weekdays.size(), 7u);
  for (const auto& [year, count] : years) expect_share(count, N, 1.0 / 200);
  for (const auto& [weekday, count] : weekdays) expect_share(count, N, 1.0 / 7);
  expect_share(leap, N, 49.0 / 73049);
  EXPECT_GT(lower, N / 10);
  EXPECT_GT(named, N / 10);
}

TEST(PairProblems, DatesAreWrittenInManyWays) {
  // Digits become 0, letters a: what is left is the way.
  std::set<std::string> ways;
  for (uint64_t i = 0; i < 5000; ++i) {
    std::string shape;
    for (const char c : pair_example(with(PairProblem::dates), i).source) {
      const auto byte = static_cast<unsigned char>(c);
      const char kind = std::isdigit(byte) ? '0' : std::isalpha(byte) ? 'a' : c;
      if (shape.empty() || shape.back() != kind) shape += kind;
    }
    ways.insert(shape);
  }
  for (const char* way : {"a 0, 0", "a 0a, 0", "0 a 0", "0a a 0", "a 0a a a 0", "a, a 0, 0", "0/0/0", "0.0.0", "0-a-0"})
    EXPECT_EQ(ways.count(way), 1u) << way;
  EXPECT_GE(ways.size(), 15u);
}

TEST(PairProblems, ReverseIsAMirror) {
  std::map<int, int64_t> lengths;
  std::map<char, int64_t> drawn;
  int64_t all = 0;
  constexpr int N = 4000;
  for (uint64_t i = 0; i < N; ++i) {
    const Pair pair = pair_example(letters(8, 4, 5), i);
    EXPECT_EQ(pair.target, std::string(pair.source.rbegin(), pair.source.rend()));
    ASSERT_EQ(pair.source.size() % 2, 1u);
    for (size_t k = 0; k < pair.source.size(); ++k) {
      if (k % 2 == 1) {
        EXPECT_EQ(pair.source[k], ' ');
      } else {
        ++drawn[pair.source[k]], ++all;
      }
    }
    ++lengths[static_cast<int>(pair.source.size() + 1) / 2];
  }
  ASSERT_EQ(lengths.size(), 5u);
  for (const auto& [length, count] : lengths) {
    EXPECT_TRUE(length >= 4 && length <= 8);
    expect_share(count, N, 0.2);
  }
  ASSERT_EQ(drawn.size(), 5u);
  for (const auto& [letter, count] : drawn) {
    EXPECT_TRUE(letter >= 'a' && letter <= 'e');
    expect_share(count, all, 0.2);
  }
  EXPECT_EQ(pair_example(letters(1), 3).source.size(), 1u);
  EXPECT_EQ(pair_example(letters(20), 3).source.size(), 39u);
}

TEST(PairProblems, AdditionAddsUp) {
  for (const int most : {1, 4, 18}) {
    std::map<size_t, int64_t> counts;
    constexpr int N = 3000;
    for (uint64_t i = 0; i < N; ++i) {
      const Pair pair = pair_example(digits(most), i);
      const size_t plus = pair.source.find('+');
      ASSERT_NE(plus, std::string::npos);
      const std::string a = pair.source.substr(0, plus), b = pair.source.substr(plus + 1);
      EXPECT_EQ(pair.target, std::to_string(std::stoull(a) + std::stoull(b))) << pair.source;
      EXPECT_EQ(std::to_string(std::stoull(a)) + "+" + std::to_string(std::stoull(b)), pair.source);
      ++counts[a.size()], ++counts[b.size()];
    }
    EXPECT_EQ(counts.size(), static_cast<size_t>(most));
    for (const auto& [size, count] : counts) {
      EXPECT_LE(size, static_cast<size_t>(most));
      if (most > 1) expect_share(count, 2 * N, 1.0 / most);
    }
  }
}

TEST(PairProblems, APairIsAFunctionOfSeedAndIndex) {
  for (const PairProblem problem : kPairProblems) {
    std::set<std::string> seen;
    const uint64_t indices[] = {0, 1, 77, uint64_t{1} << 32, (uint64_t{1} << 32) + 1};
    for (const uint64_t seed : {1, 2}) {
      for (const uint64_t index : indices) {
        const std::string line = pair_line(pair_example(with(problem, seed), index));
        EXPECT_EQ(line, pair_line(pair_example(with(problem, seed), index)));
        seen.insert(line);
      }
    }
    EXPECT_GE(seen.size(), 9u) << pair_problem_name(problem);
  }
  // Two seeds share no more pairs than chance brings: there are 73,049 days and 24 ways.
  std::set<std::string> first;
  int64_t again = 0;
  for (uint64_t i = 0; i < 1000; ++i) first.insert(pair_line(pair_example(with(PairProblem::dates, 1), i)));
  for (uint64_t i = 0; i < 1000; ++i) again += first.count(pair_line(pair_example(with(PairProblem::dates, 2), i))) > 0;
  EXPECT_LE(again, 8);
}

// The pairs of a recipe must not change under a user's feet: the first ones of seed 1, as first published.
TEST(PairProblems, PublishedPairsStay) {
  const auto line = [](const PairProblemOptions& options, uint64_t index) {
    return pair_line(pair_example(options, index));
  };
  EXPECT_EQ(line(with(PairProblem::dates), 0), "Jan 6, 2086\t2086-01-06\n");
  EXPECT_EQ(line(with(PairProblem::dates), 1), "2011/11/13\t2011-11-13\n");
  EXPECT_EQ(line(with(PairProblem::dates), 5), "Wednesday 12/08/1992\t1992-08-12\n");
  EXPECT_EQ(line(with(PairProblem::addition), 0), "2656+140\t2796\n");
  EXPECT_EQ(line(with(PairProblem::addition), 2), "753+50\t803\n");
  EXPECT_EQ(line(letters(5), 0), "d r n q o\to q n r d\n");
  EXPECT_EQ(line(letters(6, 3, 3), 1), "c b b b\tb b b c\n");
}

class PairProblemFiles : public test::FolderTest {};

TEST_F(PairProblemFiles, LinesAreReadBack) {
  const std::string path = this->path("made.tsv");
  for (const PairProblem problem : kPairProblems) {
    std::ofstream file(path, std::ios::binary);
    for (uint64_t i = 0; i < 50; ++i) file << pair_line(pair_example(with(problem), i));
    file.close();
    EXPECT_TRUE(looks_like_pairs(path));
    const PairSet set = read_pairs({path});
    ASSERT_EQ(set.pairs.size(), 50u);
    for (uint64_t i = 0; i < 50; ++i) {
      EXPECT_EQ(set.pairs[i].source, pair_example(with(problem), i).source);
      EXPECT_EQ(set.pairs[i].target, pair_example(with(problem), i).target);
    }
  }
  const PairProblemOptions longest = letters(kMaxWords);
  std::ofstream(path, std::ios::binary) << pair_line(pair_example(longest, 0));
  EXPECT_EQ(read_pairs({path}).pairs.size(), 1u);
}

TEST(PairProblems, NamesAndImpossibleSizes) {
  PairProblem problem = PairProblem::dates;
  EXPECT_TRUE(pair_problem_of("addition", &problem));
  EXPECT_EQ(problem, PairProblem::addition);
  EXPECT_EQ(pair_problem_name(PairProblem::reverse), "reverse");
  EXPECT_FALSE(pair_problem_of("adding", &problem));
  const auto refused = [](const PairProblemOptions& options, const std::string& message, const std::string& help) {
    const Failure f = failure_of([&] { check_pair_problem(options); });
    EXPECT_EQ(f.code, "usage/option") << message;
    EXPECT_EQ(f.exit, Exit::usage);
    EXPECT_EQ(f.message, message);
    EXPECT_EQ(f.help, help);
  };
  refused(letters(0), "reverse with 0 letters is not a valid problem", "give --length from 1 to 10000");
  refused(letters(10001), "reverse with 10001 letters is not a valid problem", "give --length from 1 to 10000");
  refused(letters(5, 0, 1), "reverse with 1 symbols is not a valid problem", "give --symbols from 2 to 26");
  refused(letters(5, 0, 27), "reverse with 27 symbols is not a valid problem", "give --symbols from 2 to 26");
  refused(letters(5, 6), "reverse cannot have lengths from 6 to 5",
          "give a --min-length from 1 to --length, or 0 for a single length");
  refused(letters(5, -1), "reverse cannot have lengths from -1 to 5",
          "give a --min-length from 1 to --length, or 0 for a single length");
  refused(digits(0), "addition with 0 digits is not a valid problem", "give --digits from 1 to 18");
  refused(digits(19), "addition with 19 digits is not a valid problem", "give --digits from 1 to 18");
  for (const PairProblem p : kPairProblems) EXPECT_EQ(failure_of([&] { check_pair_problem(with(p)); }).code, "none");
}

}  // namespace
}  // namespace rnn::core
