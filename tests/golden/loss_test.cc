// Why: the loss and its gradient are PyTorch's CrossEntropyLoss: smoothing, weights of rows, ignored rows, large logits.
#include <gtest/gtest.h>

#include <type_traits>

#include "golden/golden.h"
#include "golden/tolerances.h"

namespace rnn::core::test {
namespace {

template <class T>
void check(const GoldenCase& c, int threads, Worst& worst) {
  const std::vector<float> logits = c.tensor("logits"), targets = c.tensor("targets"), weights = c.tensor("weights");
  const int rows = static_cast<int>(targets.size()), classes = c.get<int>("classes");
  Matrix<T> x(rows, classes);
  std::copy(logits.begin(), logits.end(), x.data());
  const std::vector<int32_t> ids(targets.begin(), targets.end());
  std::vector<double> loss(rows, NAN), nll(rows, NAN);
  SoftmaxArgs<T> s;
  s.logits = x.view(), s.targets = ids.data(), s.weights = weights.data(),
  s.smoothing = static_cast<T>(c.get<double>("smoothing"));
  s.loss = loss.data(), s.nll = nll.data();
  Pool pool(threads);
  kernels<T>().softmax_cross_entropy(pool, s);
  EXPECT_TRUE(std::equal(logits.begin(), logits.end(), x.data())) << "without gradient the logits stay";
  const std::vector<double> without = loss;
  s.gradient = true;
  kernels<T>().softmax_cross_entropy(pool, s);
  EXPECT_EQ(loss, without);

  const double tolerance = std::is_same_v<T, double> ? kGoldenRounding : kGoldenLoss;
  worst.see(c.name + " loss", relative_error(loss, c.tensor("loss")), tolerance);
  worst.see(c.name + " nll", relative_error(nll, c.tensor("nll")), tolerance);
  worst.see(c.name + " gradient", relative_error(std::vector<T>(x.data(), x.data() + x.size()), c.tensor("gradient")),
            tolerance);
  for (int r = 0; r < rows; ++r) {
    if (weights[r] != 0) continue;
    EXPECT_EQ(loss[r], 0);
    for (int k = 0; k < classes; ++k) EXPECT_EQ(x(r, k), 0) << "an ignored row moves nothing";
  }
}

TEST(Loss, CrossEntropyOfTorch) {
  const GoldenFile file("loss.safetensors");
  ASSERT_EQ(file.cases().size(), 12u);
  Worst single, exact;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    check<float>(c, 1, single);
    check<float>(c, 3, single);
    check<double>(c, 1, exact);
  }
  single.record("float");
  exact.record("double");
}

}  // namespace
}  // namespace rnn::core::test
