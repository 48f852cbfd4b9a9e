// Why: house rule 3: batched, chunked, streamed, ragged and one-by-one forward give the same bits, on any number of threads.
#include <gtest/gtest.h>

#include <cstring>

#include "kernels/denormals.h"
#include "kernels/recurrent_pass.h"

namespace rnn::core::test {
namespace {

// Bits, not values: 0 and -0 differ, NaN equals itself.
bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// All results of forward and backward.
void expect_same(const Pass<float>& got, const Pass<float>& want) {
  EXPECT_TRUE(same_bits(got.h, want.h));
  EXPECT_TRUE(same_bits(got.c, want.c));
  EXPECT_TRUE(same_bits(got.m, want.m));
  EXPECT_TRUE(same_bits(got.d_pre, want.d_pre));
  EXPECT_TRUE(same_bits(got.d_recurrent, want.d_recurrent));
  EXPECT_TRUE(same_bits(got.dh0, want.dh0));
  EXPECT_TRUE(same_bits(got.dc0, want.dc0));
  EXPECT_TRUE(same_bits(got.dprojected, want.dprojected));
  EXPECT_TRUE(same_bits(got.d_unit, want.d_unit));
  EXPECT_TRUE(same_bits(got.dx, want.dx));
  EXPECT_TRUE(same_bits(got.d_input_gain, want.d_input_gain));
  EXPECT_TRUE(same_bits(got.d_recurrent_gain, want.d_recurrent_gain));
  EXPECT_TRUE(same_bits(got.d_state_gain, want.d_state_gain));
  EXPECT_TRUE(same_bits(got.d_state_bias, want.d_state_bias));
}

class RecurrentBits : public testing::TestWithParam<Variant> {
 protected:
  // Enough work for every thread count to divide it: the kernels run small calls on one thread.
  static Layer layer(bool reverse, int hidden = 37, int streams = 11, bool masked = false) {
    Shape shape{GetParam(), hidden, ragged(streams, 13), reverse};
    shape.resets = true, shape.reset_states = !masked, shape.masks = shape.keeps = masked;
    return Layer(shape, hidden + reverse);
  }
  static Numbers h_of(const Pass<float>& run, const Layer& l, int stream, int t) {
    const auto at = run.h.begin() + static_cast<ptrdiff_t>(l.row(stream, t)) * l.output;
    return {at, at + l.output};
  }
};

TEST_P(RecurrentBits, AnyThreadCount) {
  for (const int which : {0, 1, 2, 3}) {
    const Layer l = layer(which & 1, 37, 11, which & 2);
    Pool one(1);
    const Pass<float> want(kernels<float>(), one, l);
    for (const int threads : {2, 3, 5, 16}) {
      SCOPED_TRACE(threads);
      Pool pool(threads);
      const Pass<float> got(kernels<float>(), pool, l);
      expect_same(got, want);
    }
  }
}

// W x + b inside the pass, whatever the block of steps, equals the product before it; dx inside equals the product after it;
// inference, which keeps no gates, gives the same states.
TEST_P(RecurrentBits, InputInsideThePass) {
  for (const bool reverse : {false, true}) {
    for (const int streams : {1, 11}) {
      Layer l = layer(reverse, 53, streams);
      l.add_input(29, 5);
      l.input = InputMode::ahead;
      Pool one(1);
      const Pass<float> want(kernels<float>(), one, l);
      ASSERT_GT(want.dx.size(), 0U);
      l.input = InputMode::inside;
      for (const int threads : {1, 2, 3}) {
        Pool pool(threads);
        for (const int block_rows : {1, 8, 1000}) {
          SCOPED_TRACE(std::to_string(threads) + " threads, blocks of " + std::to_string(block_rows));
          l.block_rows = std::min(block_rows, l.rows), l.keep = true;
          const Pass<float> training(kernels<float>(), pool, l);
          expect_same(training, want);
          l.keep = false;
          const Pass<float> inference(kernels<float>(), pool, l, false);
          EXPECT_TRUE(same_bits(inference.h, want.h));
          EXPECT_TRUE(same_bits(inference.c, want.c));
        }
      }
    }
  }
}

TEST_P(RecurrentBits, EachSequenceAlone) {
  Pool pool(3);
  for (const bool reverse : {false, true}) {
    const Layer l = layer(reverse);
    const Pass<float> batch(kernels<float>(), pool, l, false);
    for (int s = 0; s < l.streams; ++s) {
      SCOPED_TRACE(s);
      const Layer alone = l.part(s, 1, 0, l.steps, l.h0, l.c0);
      const Pass<float> run(kernels<float>(), pool, alone, false);
      for (int t = 0; t < l.length(s); ++t)
        EXPECT_TRUE(same_bits(h_of(batch, l, s, t), h_of(run, alone, 0, t))) << "step " << t;
    }
  }
}

// Chunks of `size` steps with the state carried; size 1 is streaming.
TEST_P(RecurrentBits, ChunkedInTime) {
  Pool pool(3);
  for (const bool reverse : {false, true}) {
    const Layer l = layer(reverse);
    const Pass<float> whole(kernels<float>(), pool, l, false);
    for (const int size : {1, 2, 5}) {
      SCOPED_TRACE(std::string(reverse ? "reverse" : "forward") + " in chunks of " + std::to_string(size));
      Numbers h = l.h0, c = l.c0;
      const int chunks = (l.steps + size - 1) / size;
      for (int i = 0; i < chunks; ++i) {
        const int begin = (reverse ? chunks - 1 - i : i) * size;
        const Layer chunk = l.part(0, l.streams, begin, begin + size, h, c);
        const Pass<float> run(kernels<float>(), pool, chunk, false);
        for (int s = 0; s < chunk.streams; ++s) {
          for (int t = 0; t < chunk.length(s); ++t) {
            EXPECT_TRUE(same_bits(h_of(whole, l, s, begin + t), h_of(run, chunk, s, t)))
                << "stream " << s << " step " << begin + t;
          }
          const int at = run.last_row(s);
          std::copy_n(run.h.begin() + static_cast<ptrdiff_t>(at) * l.output, l.output,
                      h.begin() + static_cast<ptrdiff_t>(s) * l.output);
          if (l.cell.states > 1)
            std::copy_n(run.c.begin() + static_cast<ptrdiff_t>(at) * l.hidden, l.hidden,
                        c.begin() + static_cast<ptrdiff_t>(s) * l.hidden);
        }
      }
    }
  }
}

// A large batch (on the pool) and a single row (on the caller) treat denormal numbers alike, whatever the caller's mode.
TEST_P(RecurrentBits, DenormalsInEveryMode) {
  Layer l = layer(false, 24, 30);
  for (size_t i = 0; i < l.pre.size(); ++i) l.pre[i] = (i % 7 == 0) ? 3e-42 : l.pre[i] * 1e-30;
  for (double& x : l.weights) x *= 1e-12;
  for (double& x : l.h0) x *= 1e-30;
  for (double& x : l.dh) x *= 1e-36;
  l.shape.last = false;
  Pool pool(4);
  const KeepDenormals mode;
  const Pass<float> batch(kernels<float>(), pool, l);
  Pool one(1);
  const Pass<float> caller(kernels<float>(), one, l);
  const Layer alone = l.part(2, 1, 0, l.steps, l.h0, l.c0);
  const Pass<float> single(kernels<float>(), one, alone, false);
  EXPECT_TRUE(mode.kept());
  EXPECT_TRUE(same_bits(batch.h, caller.h));
  EXPECT_TRUE(same_bits(batch.d_pre, caller.d_pre));
  EXPECT_TRUE(same_bits(batch.dh0, caller.dh0));
  for (int t = 0; t < l.length(2); ++t)
    EXPECT_TRUE(same_bits(h_of(batch, l, 2, t), h_of(single, alone, 0, t))) << "step " << t;
}

// NaN and infinity must not disappear: the trainer detects divergence by them.
TEST_P(RecurrentBits, NanStaysNan) {
  Layer l = layer(false, 5, 2);
  l.reset.assign(l.reset.size(), 0);
  l.pre[2] = std::numeric_limits<double>::quiet_NaN();
  Pool pool(1);
  const Pass<float> run(kernels<float>(), pool, l, false);
  EXPECT_TRUE(std::any_of(run.h.begin(), run.h.begin() + l.output, [](double x) { return std::isnan(x); })) << "first step";
  const Numbers last = h_of(run, l, 0, l.length(0) - 1);
  EXPECT_TRUE(std::any_of(last.begin(), last.end(), [](double x) { return std::isnan(x); })) << "last step";
}

INSTANTIATE_TEST_SUITE_P(Cells, RecurrentBits, testing::ValuesIn(variants()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rnn::core::test
