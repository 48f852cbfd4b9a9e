// Why: the three problems, one function each; every pair depends only on its index.
#include "data/pair_problems.h"

#include <fmt/format.h>

#include <iterator>

#include "base/error.h"
#include "base/rng.h"
#include "data/inputs/text_line.h"
#include "data/problems.h"

namespace rnn::core {
namespace {

constexpr std::string_view kNames[] = {"dates", "reverse", "addition"};
constexpr int kMostLetters = 26, kMostDigits = 18;  // the sum of two numbers of 18 digits fits into 64 bits

constexpr int kFirstYear = 1900, kYears = 200;
constexpr int kLeapDays = 49;  // 1904 to 2096: 1900 and 2100 have none
constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view kWeekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

// {nth} is 5th, {mon} Mar, {m} the number of the month, {wday} Fri; :02 means two digits.
constexpr std::string_view kWays[] = {"{month} {d}, {y}",
                                      "{month} {nth}, {y}",
                                      "{month} {nth} {y}",
                                      "{mon} {d}, {y}",
                                      "{d} {month} {y}",
                                      "{d} {mon} {y}",
                                      "{nth} {month} {y}",
                                      "{nth} of {month}, {y}",
                                      "the {nth} of {month} {y}",
                                      "the {nth} of {month}, {y}",
                                      "{weekday}, {month} {d}, {y}",
                                      "{weekday}, {d} {month} {y}",
                                      "{weekday} the {nth} of {month}, {y}",
                                      "{wday} {d} {mon} {y}",
                                      "{wday}, {d:02} {mon} {y}",
                                      "{weekday} {d:02}/{m:02}/{y}",
                                      "{d:02}/{m:02}/{y}",
                                      "{d}/{m}/{y}",
                                      "{d:02}.{m:02}.{y}",
                                      "{d}.{m}.{y}",
                                      "{d:02}-{mon}-{y}",
                                      "{y}, {month} {d}",
                                      "{y} {mon} {d}",
                                      "{y}/{m:02}/{d:02}"};

struct Date {
  int year, month, day, weekday;  // month and day from 1; weekday from Monday, 0
};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

// `days` after the first of January 1900, a Monday.
Date date_after(int days) {
  Date date{kFirstYear, 1, 1, days % 7};
  for (int length; (length = is_leap(date.year) ? 366 : 365) <= days; days -= length) ++date.year;
  for (int length; (length = days_in(date.year, date.month)) <= days; days -= length) ++date.month;
  date.day += days;
  return date;
}

const char* ending_of(int day) {
  if (day >= 11 && day <= 13) return "th";
  return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
}

Pair dates_example(Random& random) {
  const Date date = date_after(static_cast<int>(random.below(kYears * 365 + kLeapDays)));
  const std::string_view way = kWays[random.below(std::size(kWays))], month = kMonths[date.month - 1],
                         weekday = kWeekdays[date.weekday];
  Pair pair;
  pair.source =
      fmt::format(fmt::runtime(way), fmt::arg("y", date.year), fmt::arg("m", date.month), fmt::arg("d", date.day),
                  fmt::arg("nth", fmt::format("{}{}", date.day, ending_of(date.day))), fmt::arg("month", month),
                  fmt::arg("mon", month.substr(0, 3)), fmt::arg("weekday", weekday), fmt::arg("wday", weekday.substr(0, 3)));
  if (random.below(4) == 0) {  // some people write everything in lower case
    for (char& c : pair.source) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  pair.target = fmt::format("{}-{:02}-{:02}", date.year, date.month, date.day);
  return pair;
}

Pair reverse_example(Random& random, const PairProblemOptions& options) {
  const int lengths = options.min_length > 0 ? options.length - options.min_length + 1 : 1;
  const int length = options.length - static_cast<int>(random.below(static_cast<uint32_t>(lengths)));
  Pair pair;
  for (int i = 0; i < length; ++i) {
    if (i > 0) pair.source += ' ';
    pair.source += static_cast<char>('a' + static_cast<int>(random.below(static_cast<uint32_t>(options.symbols))));
  }
  pair.target.assign(pair.source.rbegin(), pair.source.rend());
  return pair;
}

uint64_t number_of(Random& random, int digits) {
  const uint32_t count = 1 + random.below(static_cast<uint32_t>(digits));
  uint64_t number = count == 1 ? random.below(10) : 1 + random.below(9);
  for (uint32_t i = 1; i < count; ++i) number = 10 * number + random.below(10);
  return number;
}

Pair addition_example(Random& random, int digits) {
  const uint64_t a = number_of(random, digits), b = number_of(random, digits);
  return {fmt::format("{}+{}", a, b), fmt::format("{}", a + b)};
}

void check_range(std::string_view name, const char* option, const char* what, int value, int low, int high) {
  if (value >= low && value <= high) return;
  throw Error(Exit::usage, "usage/option", fmt::format("{} with {} {} is not a valid problem", name, value, what),
              fmt::format("give {} from {} to {}", option, low, high));
}

}  // namespace

std::string_view pair_problem_name(PairProblem problem) { return kNames[static_cast<size_t>(problem)]; }

bool pair_problem_of(std::string_view name, PairProblem* out) {
  for (const PairProblem problem : kPairProblems) {
    if (pair_problem_name(problem) == name) return *out = problem, true;
  }
  return false;
}

void check_pair_problem(const PairProblemOptions& options) {
  const std::string_view name = pair_problem_name(options.problem);
  if (options.problem == PairProblem::addition) check_range(name, "--digits", "digits", options.digits, 1, kMostDigits);
  if (options.problem != PairProblem::reverse) return;
  check_range(name, "--length", "letters", options.length, 1, kMaxWords);
  check_range(name, "--symbols", "symbols", options.symbols, 2, kMostLetters);
  if (options.min_length < 0 || options.min_length > options.length) {
    throw Error(Exit::usage, "usage/option",
                fmt::format("reverse cannot have lengths from {} to {}", options.min_length, options.length),
                "give a --min-length from 1 to --length, or 0 for a single length");
  }
}

Pair pair_example(const PairProblemOptions& options, uint64_t index) {
  Random random = problem_random(options.seed, index);
  switch (options.problem) {
    case PairProblem::dates:
      return dates_example(random);
    case PairProblem::reverse:
      return reverse_example(random, options);
    case PairProblem::addition:
      return addition_example(random, options.digits);
  }
  return {};
}

std::string pair_line(const Pair& pair) { return pair.source + "\t" + pair.target + "\n"; }

}  // namespace rnn::core
