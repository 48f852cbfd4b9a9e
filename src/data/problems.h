// Why: the field's long-memory problems, made on the spot: what separates a plain RNN from GRU and LSTM.
#pragma once

#include <memory>
#include <string_view>

#include "base/rng.h"
#include "data/sequences.h"

namespace rnn::core {

// adding  two inputs per step: a number in [0, 1) and a mark that is 1 at two steps, one in each half of the sequence; target:
//         the sum of the two marked numbers. Always saying 1 is the best constant answer; its mean squared error is the
//         variance of the sum, 1/6 = 0.1667 (papers print 0.1767). task "regress"
//         (Hochreiter and Schmidhuber 1997, in the form of Le, Jaitly and Hinton 2015)
// copy    ten of `symbols` symbols, length - 1 blanks, a go sign, ten blanks: length + 20 steps. Over the last ten the ten symbols
//         are to be repeated, each length + 10 steps after it stood there; no other step counts, so a guess costs ln(symbols).
//         (Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016, who count the blanks as well). task "tag"
// recall  length + 1 random symbols; the first is to be named after the last: after `length` more. task "classify"
//         (the latch problem of Bengio, Simard and Frasconi 1994, with more symbols)
// parity  are there oddly many 1 among `length` random bits? task "classify" (Hochreiter and Schmidhuber 1997)
enum class Problem { adding, copy, recall, parity };
constexpr Problem kProblems[] = {Problem::adding, Problem::copy, Problem::recall, Problem::parity};
constexpr int kCopied = 10;  // symbols that copy repeats
std::string_view problem_name(Problem problem);
bool problem_of(std::string_view name, Problem* out);

// The numbers of one made example. The upper half of the index goes into the seed, for a stream number has 32 bits.
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
// Throws Error{usage, "usage/option"} for sizes that make no problem.
void check_problem(const ProblemOptions& options);
SequenceShape problem_shape(const ProblemOptions& options);
// Example `index`: a function of (options, index) alone.
SequenceExample problem_example(const ProblemOptions& options, uint64_t index);

// Fresh examples without end: batch b of epoch e is a function of (options, e, b): examples (e * batches + b) * size and the
// size - 1 behind it. An epoch has `batches` batches of `size`. Other examples, for checking: another seed.
std::unique_ptr<Batcher> problem_batcher(const ProblemOptions& options, int size, int64_t batches);

}  // namespace rnn::core
