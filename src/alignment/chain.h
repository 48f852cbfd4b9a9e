// Why: labels of neighbouring steps depend on each other: sums, best paths and marginals over all label sequences of a chain.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rnn::core {

// A linear chain over K labels (Lafferty, McCallum and Pereira 2001). The score of labels y of T steps is
//   begin[y0] + sum_t emission[t, y_t] + sum_t transition[y_{t-1}, y_t] + end[y_{T-1}];  -inf: forbidden.
struct ChainScores {
  int labels = 0;
  std::vector<double> transition;  // [K, K]: from, to
  std::vector<double> begin, end;  // [K]
};

// What is expected under the chain: the gradient of its log sum.
struct ChainCounts {
  std::vector<double> transition, begin, end;  // as ChainScores
  void clear(int labels);
};

// The sums over one sequence. Kept as logarithms; a step is a product with the exponentials of the transitions, computed anew by
// logarithms where such a product is too small for a double. A value with its own scratch; one thread.
class ChainSums {
 public:
  explicit ChainSums(const ChainScores& scores);  // which must outlive it

  // emission [T, K], T >= 1. The log of the sum of exp(score) over all label sequences; -inf: there is no allowed one.
  double forward(std::span<const double> emission);
  // After forward() with a finite sum. marginals [T, K] out: the probability of every label at every step.
  void backward(std::span<double> marginals);
  // After backward(): adds `scale` times the expected counts.
  void add_counts(double scale, ChainCounts& counts);

 private:
  const double* alpha(size_t t) const { return alpha_.data() + t * labels_; }
  const double* beta(size_t t) const { return beta_.data() + t * labels_; }
  void add_exactly(size_t t, double scale, ChainCounts& counts) const;

  const ChainScores& scores_;
  size_t labels_, steps_ = 0;
  double top_ = 0;                      // the largest transition
  std::vector<double> power_, across_;  // exp(transition - top) [K, K], and transposed
  std::vector<double> alpha_, beta_;    // [T, K]: of everything up to and with step t; of everything after it
  std::span<const double> emission_;
  std::vector<double> p_, q_;
  double sum_ = 0;
};

// The score of one label sequence [T].
double chain_score(const ChainScores& scores, std::span<const double> emission, std::span<const int32_t> labels);
// The labels of the highest score, of equal ones those with the smaller numbers from the end; none if all are forbidden.
std::vector<int32_t> best_chain(const ChainScores& scores, std::span<const double> emission);

}  // namespace rnn::core
