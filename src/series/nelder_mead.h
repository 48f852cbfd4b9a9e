// Why: the parameters of exponential smoothing are found by least squares without derivatives, with the same bits every time.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace rnn::core {

struct NelderMeadOptions {
  double low = 0, high = 1;  // bounds of every coordinate; a point outside is moved to the bound
  double step = 0.1;         // of the first simplex
  int evaluations = 300;     // at most, for each start
  double tolerance = 1e-8;   // ends when no coordinate of the simplex is further than this from the best point
};

// The best point found from the given starts in turn (Nelder and Mead 1965: reflection 1, expansion 2, contraction and shrinkage 1/2). Where
// it ends, a new simplex begins, as long as that improves and evaluations are left: bounds flatten a simplex. A value that is not finite
// counts as infinitely bad.
std::vector<double> nelder_mead(const std::function<double(std::span<const double>)>& loss,
                                std::span<const std::vector<double>> starts, const NelderMeadOptions& options = {});

}  // namespace rnn::core
