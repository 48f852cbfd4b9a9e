// Why: AR and TAR are sums over real steps of a batch only: no padding, no step across the end of a document.
#include "nn/layers/activation.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <map>

#include "base/matrix.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

struct Case {
  Seq seq = Seq::ragged({4, 1, 6, 3});
  Matrix<double> dropped, raw;
  Pool pool{2};
  Arena arena;
  Context<double> context{pool, arena};

  explicit Case(bool resets) : dropped(seq.rows(), 3), raw(seq.rows(), 3) {
    Random random(1, Purpose::test);
    for (int r = 0; r < seq.rows(); ++r) {
      for (int i = 0; i < 3; ++i) dropped(r, i) = random.uniform(-1, 1), raw(r, i) = random.uniform(-1, 1);
    }
    if (!resets) return;
    seq.reset.assign(static_cast<size_t>(seq.rows()), 0);
    seq.reset[static_cast<size_t>(seq.start[2])] = seq.reset[static_cast<size_t>(seq.start[3] + 1)] = 1;
  }
  ActivationSums sums() { return activation_sums<double>(context, seq, dropped.view(), raw.view()); }
};

// Stream by stream, step by step.
ActivationSums by_hand(Case& c, int64_t* pairs) {
  ActivationSums sums;
  *pairs = 0;
  for (int stream = 0; stream < c.seq.streams(); ++stream) {
    for (int t = 0; t < c.seq.steps() && stream < c.seq.active(t); ++t) {
      const int row = c.seq.start[t] + stream, before = t > 0 ? c.seq.start[t - 1] + stream : -1;
      const bool follows = t > 0 && (c.seq.reset.empty() || !c.seq.reset[static_cast<size_t>(row)]);
      *pairs += follows;
      for (int i = 0; i < 3; ++i) {
        sums.squares += host(c.dropped.view())(row, i) * host(c.dropped.view())(row, i);
        const double change = follows ? host(c.raw.view())(row, i) - host(c.raw.view())(before, i) : 0;
        sums.changes += change * change;
      }
    }
  }
  return sums;
}

TEST(Activation, SumsAreThoseByHand) {
  for (const bool resets : {false, true}) {
    Case c(resets);
    int64_t pairs = 0;
    const ActivationSums expected = by_hand(c, &pairs), found = c.sums();
    EXPECT_NEAR(found.squares, expected.squares, 1e-12);
    EXPECT_NEAR(found.changes, expected.changes, 1e-12);
    EXPECT_EQ(following_rows(c.seq), pairs);
    EXPECT_EQ(pairs, resets ? 8 : 10);
  }
}

TEST(Activation, GradientsAreTheirSlopes) {
  Case c(true);
  Matrix<double> d(c.seq.rows(), 3), e(c.seq.rows(), 3);
  add_activation_gradient<double>(c.context, c.dropped.view(), 0.5, d.view());
  add_change_gradient<double>(c.context, c.seq, c.raw.view(), 0.25, e.view());
  for (int r = 0; r < c.seq.rows(); ++r) {
    const auto slope = [&](Matrix<double>& what, double ActivationSums::*sum) {
      const double keep = what(r, 1), h = 1e-4;
      what(r, 1) = keep + h;
      const double up = c.sums().*sum;
      what(r, 1) = keep - h;
      const double down = c.sums().*sum;
      what(r, 1) = keep;
      return (up - down) / (2 * h);
    };
    EXPECT_NEAR(d(r, 1), 0.5 * slope(c.dropped, &ActivationSums::squares), 1e-10);
    EXPECT_NEAR(e(r, 1), 0.25 * slope(c.raw, &ActivationSums::changes), 1e-10);
  }
}

}  // namespace
}  // namespace rnn::core
