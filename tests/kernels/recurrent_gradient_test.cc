// Why: the double table is the reference for everything else, so its backward is checked by central differences of its
// forward.
#include <gtest/gtest.h>

#include <functional>

#include "kernels/recurrent_pass.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

// sum(dh * h) + the share of the final states: its gradient is what backward computes.
double loss(const Layer& l, Pool& pool) {
  const Pass<double> run(kernels<double>(), pool, l, false);
  double sum = 0;
  for (size_t i = 0; i < run.h.size(); ++i) sum += run.h[i] * l.dh[i];
  for (int s = 0; s < l.streams && l.shape.last; ++s) {
    const ptrdiff_t last = run.last_row(s);
    for (int i = 0; i < l.output; ++i) sum += run.h[last * l.output + i] * l.dh_last[s * l.output + i];
    for (int i = 0; i < l.hidden && l.cell.states > 1; ++i) sum += run.c[last * l.hidden + i] * l.dc_last[s * l.hidden + i];
  }
  return sum;
}

// h that the stream's step t starts from, [P]; then what the recurrent product sees of it.
Numbers unmasked_h(const Layer& l, const Pass<double>& run, int stream, int t) {
  if (l.shape.resets && l.reset[l.row(stream, t)]) return l.shape.reset_states ? l.h_reset : Numbers(l.output, 0.0);
  const int before = l.shape.reverse ? t + 1 : t - 1;
  const auto from = before < 0 || before >= l.length(stream)
                        ? l.h0.begin() + static_cast<ptrdiff_t>(stream) * l.output
                        : run.h.begin() + static_cast<ptrdiff_t>(l.row(stream, before)) * l.output;
  return {from, from + l.output};
}

Numbers old_h(const Layer& l, const Pass<double>& run, int stream, int t) {
  Numbers h = unmasked_h(l, run, stream, t);
  for (int i = 0; i < l.output && !l.h_mask.empty(); ++i) h[i] *= l.h_mask[static_cast<size_t>(stream) * l.output + i];
  return h;
}

// Gradients w.r.t. the recurrent weights, the bias of the apart gate and the projection, from the results of backward.
struct WeightGradients {
  Numbers weights, bias, projection;
  WeightGradients(const Layer& l, const Pass<double>& run)
      : weights(l.weights.size()), bias(l.bias.size()), projection(l.projection.size()) {
    for (int s = 0; s < l.streams; ++s) {
      for (int t = 0; t < l.length(s); ++t) add(l, run, old_h(l, run, s, t), l.row(s, t));
    }
    for (size_t i = 0; i < run.d_bias.size() && l.normed();
         ++i)  // the others are no part of the recurrent product's bias here
      bias[i] = static_cast<int>(i) / l.hidden == l.cell.apart ? run.d_bias[i] : 0;
  }
  void add(const Layer& l, const Pass<double>& run, const Numbers& old, int row) {
    const ptrdiff_t h = l.hidden;
    for (ptrdiff_t i = 0; i < l.cell.gates * h; ++i) {
      const double d = run.d_recurrent[row * l.cell.gates * h + i];
      const bool second = l.cell.stages > 1 && i / h >= l.cell.first[1];
      if (i / h == l.cell.apart && !l.normed()) bias[i] += d;
      for (ptrdiff_t k = 0; k < l.output && !weights.empty(); ++k)
        weights[i * l.output + k] += d * (second ? run.side[row * h + k] : old[k]);
    }
    for (ptrdiff_t o = 0; o < l.output && !l.projection.empty(); ++o) {
      for (ptrdiff_t k = 0; k < h; ++k) projection[o * h + k] += run.dprojected[row * l.output + o] * run.m[row * h + k];
    }
  }
};

class RecurrentGradient : public testing::TestWithParam<Variant> {};

void check(const Shape& shape, uint64_t seed) {
  SCOPED_TRACE(describe(shape));
  Pool pool(1);
  Layer l(shape, seed);
  const Pass<double> run(kernels<double>(), pool, l);
  const WeightGradients gradients(l, run);
  const auto compare = [&](const char* name, Numbers& values, const Numbers& gradient) {
    ASSERT_EQ(values.size(), gradient.size()) << name;
    double largest = 0, difference = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const double x = values[i];
      values[i] = x + kFiniteDifferenceStep;
      const double up = loss(l, pool);
      values[i] = x - kFiniteDifferenceStep;
      const double down = loss(l, pool);
      values[i] = x;
      largest = std::max(largest, std::abs(gradient[i]));
      difference = std::max(difference, std::abs((up - down) / (2 * kFiniteDifferenceStep) - gradient[i]));
    }
    EXPECT_LE(difference, kFiniteDifference * largest + kFiniteDifferenceFloor) << name << ", largest gradient " << largest;
    return;
  };
  compare("pre-activations", l.pre, run.d_pre);
  compare("h0", l.h0, run.dh0);
  if (l.cell.states > 1) compare("c0", l.c0, run.dc0);
  if (l.normed()) {
    compare("input gain", l.input_gain, run.d_input_gain);
    compare("recurrent gain", l.recurrent_gain, run.d_recurrent_gain);
  }
  if (l.normed() && l.cell.shown >= 0) {
    compare("state gain", l.state_gain, run.d_state_gain);
    compare("state bias", l.state_bias, run.d_state_bias);
  }
  compare("recurrent weights", l.weights, gradients.weights);
  if (l.cell.apart >= 0) compare("bias of the apart gate", l.bias, gradients.bias);
  if (shape.variant.has_unit_weights()) compare("unit weights", l.unit, run.d_unit);
  if (shape.variant.projection) compare("projection", l.projection, gradients.projection);
}

TEST_P(RecurrentGradient, AgreesWithFiniteDifferences) {
  for (const bool reverse : {false, true}) {
    check({GetParam(), 4, {5, 3, 3, 1}, reverse}, 1);
    check({GetParam(), 3, {6, 4, 2}, reverse, true, true}, 2);
    check({GetParam(), 5, {4, 4}, reverse, true, false, false}, 3);
    check({GetParam(), 1, {3, 2}, reverse}, 4);
    for (int which = 1; which < 4; ++which) {
      Shape shape{GetParam(), 4, {5, 3, 3, 1}, reverse, which == 2};
      shape.masks = which & 1, shape.keeps = which & 2;
      check(shape, 4 + which);
    }
  }
}

// Normalised values of so few units lie near relu's kink, where a difference says nothing; recurrent_test.cc has them.
std::vector<Variant> without_kinks() {
  std::vector<Variant> all = variants();
  std::erase_if(all, [](const Variant& v) { return v.flags & kRelu && v.flags & kLayerNorm; });
  return all;
}
INSTANTIATE_TEST_SUITE_P(Cells, RecurrentGradient, testing::ValuesIn(without_kinks()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rnn::core::test
