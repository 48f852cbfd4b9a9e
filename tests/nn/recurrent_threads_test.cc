// Why: many short sequences of a small layer are one thread's work, however many threads there are: its rows must not run over.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/rng.h"
#include "kernels/host.h"
#include "nn/layers/recurrent.h"
#include "nn/weights.h"

namespace rnn::core {
namespace {

// Outputs, final states and gradients of `streams` sequences of two steps.
std::vector<float> run(int streams, int threads, double state_dropout) {
  RecurrentOptions options;
  options.cell = CellKind::lstm, options.input = 3, options.hidden = 5, options.state_dropout = state_dropout;
  ParamTable table;
  Packed<float> forms;
  const Recurrent<float> recurrent(options, "rnn", table, forms);
  Weights<float> weights(table, std::move(forms));
  Random random(5, Purpose::test);
  const auto fill = [&](float* numbers, size_t count) {
    for (size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(random.uniform(-0.5, 0.5));
  };
  fill(weights.params().data(), weights.params().size());
  Pool pool(threads);
  weights.pack(pool, true);
  const Seq seq = Seq::uniform_batch(streams, 2);
  Matrix<float> x(seq.rows(), options.input);
  fill(x.data(), x.size());
  State<float> state(streams, recurrent.state_width());
  fill(state.row(0), static_cast<size_t>(streams) * static_cast<size_t>(state.width()));
  Arena arena;
  Tape tape;
  Context<float> context{pool, arena};
  context.training = true;
  const View<float> y = recurrent.forward(context, weights.packed(), seq, x.view(), state, &tape);
  std::vector<float> out(host(y).data, host(y).data + seq.rows() * y.cols);
  out.insert(out.end(), state.row(0), state.row(0) + streams * state.width());
  Params<float> grads(table);
  State<float> first(streams, recurrent.state_width());
  const View<float> dx = arena.matrix<float>(seq.rows(), options.input);
  recurrent.backward(context, weights.packed(), seq, tape, y, dx, grads, nullptr, &first);
  out.insert(out.end(), grads.data(), grads.data() + grads.size());
  out.insert(out.end(), first.row(0), first.row(0) + streams * first.width());
  return out;
}

TEST(RecurrentThreads, ManySmallSequencesHaveTheSameBits) {
  for (const int streams : {64, 65, 120}) {
    for (const double dropout : {0.0, 0.4}) {
      const std::vector<float> one = run(streams, 1, dropout);
      for (const int threads : {2, 3, 4}) {
        const std::vector<float> more = run(streams, threads, dropout);
        ASSERT_EQ(more.size(), one.size());
        EXPECT_EQ(std::memcmp(more.data(), one.data(), one.size() * sizeof(float)), 0) << streams << " on " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace rnn::core
