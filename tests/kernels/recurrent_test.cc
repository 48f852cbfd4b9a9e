// Why: forward and backward through time of every cell, flag and shape in float agree with the plain loops in double.
#include <gtest/gtest.h>

#include "kernels/recurrent_pass.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

// Largest difference relative to the largest expected value; infinite where one is not a number.
double worst(const Numbers& got, const Numbers& want) {
  if (got.size() != want.size()) return std::numeric_limits<double>::infinity();
  double difference = 0, largest = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    if (!std::isfinite(got[i]) || !std::isfinite(want[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(got[i] - want[i]));
    largest = std::max(largest, std::abs(want[i]));
  }
  return largest > 0 ? difference / largest : difference;
}

// Two or three numbers are hardly distinguishable once normalised, and their gradient is a small remainder of large terms:
// in float it means nothing.
int units(const Variant& variant, int hidden) { return variant.flags & kLayerNorm ? std::max(hidden, 7) : hidden; }

class Recurrent : public testing::TestWithParam<Variant> {
 protected:
  void TearDown() override {
    RecordProperty("worst_forward_u", std::to_string(worst_[0] * 16777216));  // in units of 2^-24
    RecordProperty("worst_backward_u", std::to_string(worst_[1] * 16777216));
  }
  void compare(const Shape& shape, uint64_t seed, Pool& pool);
  double worst_[2] = {};
};

void Recurrent::compare(const Shape& shape, uint64_t seed, Pool& pool) {
  SCOPED_TRACE(describe(shape) + " seed " + std::to_string(seed));
  const Layer layer(shape, seed);
  const Pass<float> got(kernels<float>(), pool, layer);
  const Pass<double> want(kernels<double>(), pool, layer);
  const double forward = layer.normed() ? kNormForward : kRecurrentForward;
  const double backward = layer.normed() ? kNormBackward : kRecurrentBackward;
  const struct {
    const char* name;
    const Numbers &got, &want;
    double bound;
  } tensors[] = {{"h", got.h, want.h, forward},
                 {"c", got.c, want.c, forward},
                 {"side", got.side, want.side, forward},
                 {"m", got.m, want.m, forward},
                 {"masked", got.masked, want.masked, forward},
                 {"d_pre", got.d_pre, want.d_pre, backward},
                 {"d_recurrent", got.d_recurrent, want.d_recurrent, backward},
                 {"dh0", got.dh0, want.dh0, backward},
                 {"dc0", got.dc0, want.dc0, backward},
                 {"dprojected", got.dprojected, want.dprojected, backward},
                 {"d_unit", got.d_unit, want.d_unit, backward},
                 {"d_input_gain", got.d_input_gain, want.d_input_gain, backward},
                 {"d_recurrent_gain", got.d_recurrent_gain, want.d_recurrent_gain, backward},
                 {"d_state_gain", got.d_state_gain, want.d_state_gain, backward},
                 {"d_state_bias", got.d_state_bias, want.d_state_bias, backward}};
  for (const auto& tensor : tensors) {
    const double error = worst(tensor.got, tensor.want);
    EXPECT_LE(error, tensor.bound) << tensor.name;
    double& largest = worst_[tensor.bound == backward];
    largest = std::max(largest, error);
  }
}

TEST_P(Recurrent, AgreesWithDouble) {
  Pool one(1), three(3);
  uint64_t seed = 0;
  for (const int hidden : {1, 3, 16, 17, 33, 64, 70}) {
    for (const int streams : {1, 2, 7, 20}) {
      // Every option meets every size of the other list: five bits of a counter.
      ++seed;
      Shape shape{GetParam(), units(GetParam(), hidden), ragged(streams, 6)};
      shape.reverse = seed & 1, shape.resets = seed & 2, shape.last = (seed & 4) == 0, shape.reset_states = seed & 8;
      shape.gap = seed % 3 == 0 ? 5 : 0;
      compare(shape, seed, seed % 2 ? three : one);
      shape.reverse = !shape.reverse, shape.resets = !shape.resets, shape.reset_states = !shape.reset_states;
      compare(shape, seed + 1000, one);
    }
  }
}

TEST_P(Recurrent, MasksAgreeWithDouble) {
  Pool one(1), three(3);
  uint64_t seed = 500;
  for (const int hidden : {3, 16, 33, 70}) {
    for (const int streams : {1, 7, 20}) {
      for (int which = 1; which < 4; ++which) {
        ++seed;
        Shape shape{GetParam(), units(GetParam(), hidden), ragged(streams, 6)};
        shape.reverse = seed & 1, shape.resets = seed & 2, shape.masks = which & 1, shape.keeps = which & 2;
        compare(shape, seed, seed % 2 ? three : one);
      }
    }
  }
}

TEST_P(Recurrent, OneStepAndEqualLengths) {
  Pool pool(2);
  for (const bool reverse : {false, true}) {
    compare({GetParam(), 33, std::vector<int>(9, 1), reverse, true, true}, 1, pool);
    compare({GetParam(), 20, std::vector<int>(9, 12), reverse, false}, 2, pool);
    compare({GetParam(), 20, {9, 1, 1, 1}, reverse, true}, 3, pool);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Recurrent, testing::ValuesIn(variants()), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rnn::core::test
