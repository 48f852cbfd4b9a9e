// Why: small translation problems, generated on the spot: learnt in minutes, and every answer is clearly right or wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/pairs.h"

namespace rnn::core {

// dates     a day from 1900 to 2099, written in one of many ways, to its ISO form: "Friday, March 5, 2021" -> "2021-03-05".
//           If the month is a number, the day comes before it (05/03/2021), unless the year comes first (2021/03/05).
// reverse   the letters from the last to the first: "a b c" -> "c b a". Without attention it needs memory, with
//           attention it has to find the right place
// addition  two numbers to their sum: "1234+77" -> "1311", character by character (Zaremba and Sutskever 2014)
enum class PairProblem { dates, reverse, addition };
constexpr PairProblem kPairProblems[] = {PairProblem::dates, PairProblem::reverse, PairProblem::addition};
std::string_view pair_problem_name(PairProblem problem);
bool pair_problem_of(std::string_view name, PairProblem* out);

struct PairProblemOptions {
  PairProblem problem = PairProblem::dates;
  int length = 20;     // reverse: letters
  int min_length = 0;  // reverse: > 0: lengths are uniform in [min_length, length]
  int symbols = 26;    // reverse: number of different letters
  int digits = 4;      // addition: each number has 1 to `digits` digits, all counts equally often
  uint64_t seed = 1;
};
// Throws Error{usage, "usage/option"} for invalid sizes.
void check_pair_problem(const PairProblemOptions& options);
// Pair `index`: depends only on (options, index). The same pair may occur again under another index.
Pair pair_example(const PairProblemOptions& options, uint64_t index);
// "source", a tab, "target" and a newline, as read_pairs reads it.
std::string pair_line(const Pair& pair);

}  // namespace rnn::core
