// Why: rnn data make: the field's long-memory problems as JSON lines and small translation tasks as a table, in any number.
#include <fmt/format.h>

#include "base/error.h"
#include "command.h"
#include "data/pair_problems.h"
#include "data/problems.h"
#include "data_parts.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

constexpr const char* kSummary =
    "sequences that need a long memory, and small translations, on standard output\n"
    "\n"
    "JSON lines, a sequence each; rnn train FILE.jsonl learns to answer:\n"
    "  adding   add the two marked numbers of a long list    (Hochreiter and Schmidhuber 1997; Le, Jaitly, Hinton 2015)\n"
    "  copy     repeat ten symbols after many blanks         (Hochreiter and Schmidhuber 1997; Arjovsky and others 2016)\n"
    "  recall   name the first symbol after many others      (Bengio, Simard, Frasconi 1994)\n"
    "  parity   is the number of ones odd?                   (Hochreiter and Schmidhuber 1997)\n"
    "\n"
    "A table, each line a source, a tab and its target; rnn train FILE.tsv learns to translate:\n"
    "  dates     Friday, March 5, 2021 -> 2021-03-05; 05/03/2021 is day, month, year\n"
    "  reverse   a b c -> c b a\n"
    "  addition  1234+77 -> 1311; for --tokens char";

struct ProblemSize {
  int64_t length = 0, min_length = 0, count = 1000, symbols = 0, digits = 0, seed = 1;
};

void refuse_options(const Command& command, const std::string& problem, std::initializer_list<const char*> options) {
  for (const char* option : options) {
    if (!command.given(option)) continue;
    throw Error(Exit::usage, "usage/option", fmt::format("{} has no {}", problem, option), "leave the option out");
  }
}

void make_sequences(Problem problem, const std::string& name, const Command& command, const ProblemSize& size) {
  refuse_options(command, name, {"--digits"});
  if (problem != Problem::copy && problem != Problem::recall) refuse_options(command, name, {"--symbols"});
  ProblemOptions options{.problem = problem, .seed = static_cast<uint64_t>(size.seed)};
  if (command.given("--length")) options.length = static_cast<int>(size.length);
  if (command.given("--symbols")) options.symbols = static_cast<int>(size.symbols);
  options.min_length = static_cast<int>(size.min_length);
  const SequenceShape shape = problem_shape(options);
  for (int64_t i = 0; i < size.count; ++i) {
    print(sequence_line(shape, problem_example(options, static_cast<uint64_t>(i))));
  }
}

void make_pairs(PairProblem problem, const std::string& name, const Command& command, const ProblemSize& size) {
  if (problem != PairProblem::reverse) refuse_options(command, name, {"--length", "--min-length", "--symbols"});
  if (problem != PairProblem::addition) refuse_options(command, name, {"--digits"});
  PairProblemOptions options{.problem = problem, .seed = static_cast<uint64_t>(size.seed)};
  if (command.given("--length")) options.length = static_cast<int>(size.length);
  if (command.given("--symbols")) options.symbols = static_cast<int>(size.symbols);
  if (command.given("--digits")) options.digits = static_cast<int>(size.digits);
  options.min_length = static_cast<int>(size.min_length);
  check_pair_problem(options);
  for (int64_t i = 0; i < size.count; ++i) print(pair_line(pair_example(options, static_cast<uint64_t>(i))));
}

}  // namespace

int run_data_make(const Arguments& arguments) {
  std::string name;
  ProblemSize size;
  Command command("data make", "PROBLEM [options]", kSummary);
  command.word("PROBLEM", &name, "adding, copy, recall, parity; dates, reverse, addition");
  command.whole("--length", &size.length, {1, 1e6}, "T", "steps to remember over (100); reverse: number of letters (20)");
  command.whole("--min-length", &size.min_length, {0, 1e6}, "T",
                "random lengths from T to --length; 0: all equal to --length (0)");
  command.whole("-n,--sequences", &size.count, {1, 1e12}, "N", "number of sequences or pairs (1000)");
  command.whole("--symbols", &size.symbols, {2, 10000}, "K",
                "copy, recall: number of symbols (8); reverse: of letters (26)");
  command.whole("--digits", &size.digits, {1, 18}, "D", "addition: largest number of digits (4)");
  command.whole("-s,--seed", &size.seed, {0, 9e15}, "N", "seed of all random numbers (1)");
  command.example("rnn data make adding --length 600 -n 10000 > adding.jsonl");
  command.example("rnn data make dates -n 20000 > dates.tsv");
  if (!command.parse(arguments)) return 0;
  command.need(name, "a PROBLEM");
  Problem problem = Problem::adding;
  PairProblem pair_problem = PairProblem::dates;
  if (problem_of(name, &problem)) {
    make_sequences(problem, name, command, size);
  } else if (pair_problem_of(name, &pair_problem)) {
    make_pairs(pair_problem, name, command, size);
  } else {
    std::vector<std::string_view> names;
    for (const Problem p : kProblems) names.push_back(problem_name(p));
    for (const PairProblem p : kPairProblems) names.push_back(pair_problem_name(p));
    const std::string near = nearest_name(name, names);
    throw Error(
        Exit::usage, "usage/argument", fmt::format("there is no problem '{}'", name),
        near.empty() ? fmt::format("the problems are {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", near));
  }
  return 0;
}

}  // namespace rnn::core::app
