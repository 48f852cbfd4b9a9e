// Why: rnn data make: the field's long-memory problems as JSON lines, as many and as long as one likes.
#include <fmt/format.h>

#include "base/error.h"
#include "command.h"
#include "data/problems.h"
#include "data_parts.h"
#include "screen.h"

namespace rnn::app {
namespace {

constexpr const char* kSummary =
    "sequences that need a long memory, as JSON lines on standard output\n"
    "\n"
    "  adding   add the two marked numbers of a long list    (Hochreiter and Schmidhuber 1997; Le, Jaitly, Hinton 2015)\n"
    "  copy     repeat ten symbols after many blanks         (Hochreiter and Schmidhuber 1997; Arjovsky and others 2016)\n"
    "  recall   name the first symbol after many others      (Bengio, Simard, Frasconi 1994)\n"
    "  parity   is the number of ones odd?                   (Hochreiter and Schmidhuber 1997)";

Problem problem_from(const std::string& name) {
  Problem problem = Problem::adding;
  if (problem_of(name, &problem)) return problem;
  std::vector<std::string_view> names;
  for (const Problem p : kProblems) names.push_back(problem_name(p));
  const std::string near = nearest_name(name, names);
  throw Error(Exit::usage, "usage/argument", fmt::format("there is no problem '{}'", name),
              near.empty() ? "the problems are adding, copy, recall and parity" : fmt::format("did you mean {}?", near));
}

}  // namespace

int run_data_make(const Arguments& arguments) {
  std::string name;
  int64_t length = 100, min_length = 0, count = 1000, symbols = 8, seed = 1;
  Command command("data make", "PROBLEM [options]", kSummary);
  command.word("PROBLEM", &name, "adding, copy, recall or parity");
  command.whole("--length", &length, {1, 1e6}, "T", "steps to remember over (100)");
  command.whole("--min-length", &min_length, {0, 1e6}, "T", "lengths from here to --length; 0: all the same (0)");
  command.whole("-n,--sequences", &count, {1, 1e12}, "N", "how many sequences (1000)");
  command.whole("--symbols", &symbols, {2, 10000}, "K", "copy, recall: different symbols (8)");
  command.whole("-s,--seed", &seed, {0, 9e15}, "N", "of all random numbers; another seed gives other sequences (1)");
  command.example("rnn data make adding --length 600 -n 10000 > adding.jsonl");
  command.example("rnn data make recall --length 50 --symbols 4 | head -n 2");
  if (!command.parse(arguments)) return 0;
  command.need(name, "a PROBLEM");
  ProblemOptions options;
  options.problem = problem_from(name);
  options.length = static_cast<int>(length), options.min_length = static_cast<int>(min_length);
  options.symbols = static_cast<int>(symbols), options.seed = static_cast<uint64_t>(seed);
  if (command.given("--symbols") && options.problem != Problem::copy && options.problem != Problem::recall) {
    throw Error(Exit::usage, "usage/option", fmt::format("{} has no --symbols", name), "leave the option out");
  }
  const SequenceShape shape = problem_shape(options);
  for (int64_t i = 0; i < count; ++i) print(sequence_line(shape, problem_example(options, static_cast<uint64_t>(i))));
  return 0;
}

}  // namespace rnn::app
