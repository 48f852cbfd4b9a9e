// Why: small translations made on the spot: learnt in minutes, and whether an answer is right can be told without a doubt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/pairs.h"

namespace rnn::core {

// dates     a day from 1900 to 2099 in one of many ways, to its ISO form: "Friday, March 5, 2021" -> "2021-03-05".
//           Where the month is a number the day stands before it (05/03/2021), unless the year stands first (2021/03/05).
// reverse   the letters from the last to the first: "a b c" -> "c b a". Without attention it asks for memory, with it for
//           where to look
// addition  two numbers to their sum: "1234+77" -> "1311", character by character (Zaremba and Sutskever 2014)
enum class PairProblem { dates, reverse, addition };
constexpr PairProblem kPairProblems[] = {PairProblem::dates, PairProblem::reverse, PairProblem::addition};
std::string_view pair_problem_name(PairProblem problem);
bool pair_problem_of(std::string_view name, PairProblem* out);

struct PairProblemOptions {
  PairProblem problem = PairProblem::dates;
  int length = 20;     // reverse: letters
  int min_length = 0;  // reverse: > 0: lengths are uniform in [min_length, length]
  int symbols = 26;    // reverse: different letters
  int digits = 4;      // addition: each number has 1 to so many digits, every count as often as another
  uint64_t seed = 1;
};
// Throws Error{usage, "usage/option"} for sizes that make no problem.
void check_pair_problem(const PairProblemOptions& options);
// Pair `index`: a function of (options, index) alone. The same pair may come again under another index.
Pair pair_example(const PairProblemOptions& options, uint64_t index);
// "source", a tab, "target" and a newline, as read_pairs reads it.
std::string pair_line(const Pair& pair);

}  // namespace rnn::core
