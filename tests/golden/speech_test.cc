// Why: the CTC loss is torch's and the transducer's is torchaudio's, with their gradients w.r.t. the logits.
#include <gtest/gtest.h>

#include "alignment/transducer_lattice.h"
#include "golden/golden.h"
#include "golden/tolerances.h"
#include "kernels/kernels.h"

namespace rnn::core::test {
namespace {

// The log-probabilities are rounded to float, by 6e-8 of their size, before they are added up along a way of up to 60 steps.
constexpr double kGoldenSequenceLoss = 5e-6;

template <class T>
struct Speech {
  explicit Speech(const GoldenCase& c) : labels(c.get<std::vector<int32_t>>("labels")), rows(c.get<int>("rows")) {
    const std::vector<float> logits = c.tensor("logits");
    y = Matrix<T>(static_cast<int>(c.shape("logits")[0]), static_cast<int>(c.shape("logits")[1]));
    std::copy(logits.begin(), logits.end(), y.data());
    Pool pool(1);
    EXPECT_EQ(kernels<T>().log_softmax(pool, y.view(), y.view()), 0);
  }
  double ctc() {
    std::vector<double> scratch(ctc_scratch(rows, static_cast<int>(labels.size()), y.cols()));
    return ctc_loss<T>({y.view()}, labels, scratch.data(), y.view());
  }
  double transducer() {
    const auto U = static_cast<int>(labels.size());
    std::vector<double> blank(static_cast<size_t>(y.rows())), label(blank), scratch(transducer_scratch(rows, U));
    const TransducerLattice lattice{rows, U, blank.data(), label.data(), scratch.data()};
    read_points<T>({y.view()}, 0, labels, lattice);
    const double loss = transducer_loss(lattice, true);
    points_gradient<T>({y.view()}, 0, labels, lattice, 1, y.view());
    return loss;
  }

  std::vector<int32_t> labels;
  int rows;
  Matrix<T> y;  // log-probabilities, then the gradient
};

template <class T>
void expect_losses(double tolerance, Worst& worst) {
  const GoldenFile file("speech.safetensors");
  ASSERT_EQ(file.cases().size(), 11u);
  for (const GoldenCase& c : file.cases()) {
    Speech<T> speech(c);
    const double loss = c.name.rfind("ctc/", 0) == 0 ? speech.ctc() : speech.transducer();
    worst.see(c.name + " loss", relative_error(std::vector<double>{loss}, c.tensor("loss")), tolerance);
    worst.see(c.name + " gradient",
              relative_error(std::vector<T>(speech.y.data(), speech.y.data() + speech.y.size()), c.tensor("gradient")),
              tolerance);
  }
}

TEST(SpeechLosses, AreTorchs) {
  Worst exact, single;
  expect_losses<double>(2 * kGoldenRounding, exact);
  expect_losses<float>(kGoldenSequenceLoss, single);
  exact.record("speech_double");
  single.record("speech");
}

}  // namespace
}  // namespace rnn::core::test
