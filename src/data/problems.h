// Why: the classic long-memory problems, generated on the spot; they separate a plain RNN from GRU and LSTM.
#pragma once

#include <memory>
#include <string_view>

#include "base/rng.h"
#include "data/sequences.h"

namespace rnn::core {

// adding  two inputs per step: a number in [0, 1) and a mark that is 1 at two steps, one in each half of the sequence;
//         target: the sum of the two marked numbers. The best constant answer is 1; its mean squared error is the
//         variance of the sum, 1/6 = 0.1667 (papers print 0.1767). task "regress"
//         (Hochreiter and Schmidhuber 1997, in the form of Le, Jaitly and Hinton 2015)
// copy    ten of `symbols` symbols, length - 1 blanks, a go sign, ten blanks: length + 20 steps. During the last
//         ten steps the ten symbols have to be repeated, each length + 10 steps after it occurred; no other step counts, so
//         a guess costs ln(symbols).
//         (Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016, who count the blanks as well). task "tag"
// recall  length + 1 random symbols; after the last one the first has to be named: after `length` more. task "classify"
//         (the latch problem of Bengio, Simard and Frasconi 1994, with more symbols)
// parity  is the number of ones among `length` random bits odd? task "classify" (Hochreiter and Schmidhuber 1997)
enum class Problem { adding, copy, recall, parity };
constexpr Problem kProblems[] = {Problem::adding, Problem::copy, Problem::recall, Problem::parity};
constexpr int kCopied = 10;  // symbols that copy repeats
std::string_view problem_name(Problem problem);
bool problem_of(std::string_view name, Problem* out);

// The random numbers of one example. The upper half of the index goes into the seed, because a stream number has 32 bits.
inline Random problem_random(uint64_t seed, uint64_t index) {
  return {seed + (index >> 32) * 0xD1B54A32D192ED03u, Purpose::problem, static_cast<uint32_t>(index)};
}

struct ProblemOptions {
  Problem problem = Problem::adding;
  int length = 100;    // T
  int min_length = 0;  // > 0: T of each sequence is uniform in [min_length, length]
  int symbols = 8;     // copy, recall
  uint64_t seed = 1;
};
// Throws Error{usage, "usage/option"} for invalid sizes.
void check_problem(const ProblemOptions& options);
SequenceShape problem_shape(const ProblemOptions& options);
// Example `index`: depends only on (options, index).
SequenceExample problem_example(const ProblemOptions& options, uint64_t index);

// New examples without end: batch b of epoch e depends only on (options, e, b): it has example (e * batches + b) * size and
// the size - 1 after it. An epoch has `batches` batches of `size`. For other examples, for validation, use another seed.
std::unique_ptr<Batcher> problem_batcher(const ProblemOptions& options, int size, int64_t batches);

}  // namespace rnn::core
