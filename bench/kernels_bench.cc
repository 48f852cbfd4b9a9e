// Why: the kernels alone, so that a change to one loop can be judged in seconds; items per second are operations (2 per
// multiply-add). RNN_ISA chooses the instruction set, RNN_THREADS the number of threads.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "heads/head.h"
#include "networks/init.h"
#include "optim/optimizer.h"

namespace rnn::core {
namespace {

void fill(Matrix<float>& m) {
  Random random(1, Purpose::test);
  for (size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(random.uniform(-0.1, 0.1));
}

// C [M, N] = A [M, K] W^T: the input projection of a whole window.
void product(benchmark::State& state) {
  const int M = static_cast<int>(state.range(0)), N = static_cast<int>(state.range(1)), K = static_cast<int>(state.range(2));
  const auto& k = kernels<float>();
  Pool pool;
  Matrix<float> a(M, K), w(N, K), c(M, N);
  fill(a), fill(w);
  const PackForm form = PackForm::forward({N}, K, K);
  Buffer<float> packed(form.size(k.lanes));
  k.pack(pool, form, w.data(), packed.data());
  for (auto _ : state) k.gemm(pool, {a.view(), packed.data(), nullptr, false, {N}, c.view()});
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 2 * M * N * K);
}
BENCHMARK(product)
    ->Args({400, 800, 200})
    ->Args({700, 2600, 650})
    ->Args({2500, 2048, 512})
    ->Args({700, 10000, 650})
    ->UseRealTime();

// One layer, forward and backward through time, weight and input gradients included.
void layer(benchmark::State& state, CellKind cell) {
  const int H = static_cast<int>(state.range(0)), B = static_cast<int>(state.range(1)), T = static_cast<int>(state.range(2));
  ModelConfig config;
  config.task = "recurrent";
  config.rnn.cell = cell;
  config.rnn.input = config.rnn.hidden = H;
  Model<float> model(config);
  initialise(model, {}, 1);
  Pool pool;
  model.pack(pool, true);
  const Seq seq = Seq::uniform_batch(B, T);
  Matrix<float> x(seq.rows(), H), dy(seq.rows(), H);
  fill(x), fill(dy);
  Params<float> grads(model.table());
  Arena arena;
  Tape tape;
  for (auto _ : state) {
    arena.clear();
    Context<float> context{pool, arena};
    State<float> s = model.initial(B);
    model.forward_frames(context, seq, x.view(), s, &tape);
    model.backward(context, seq, tape, dy.view(), grads);
  }
  const int64_t weights = static_cast<int64_t>(model.table()[0].size() + model.table()[1].size());
  // Forward, the gradient of the weights and that of the recurrent input; the gradient of the layer's input is not computed.
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 2 * seq.rows() *
                          (3 * weights - static_cast<int64_t>(model.table()[0].size())));
}
BENCHMARK_CAPTURE(layer, rnn, CellKind::elman)->Args({128, 20, 35})->Args({512, 20, 35})->UseRealTime();
BENCHMARK_CAPTURE(layer, gru, CellKind::gru)->Args({128, 20, 35})->Args({512, 20, 35})->UseRealTime();
BENCHMARK_CAPTURE(layer, lstm, CellKind::lstm)
    ->Args({64, 20, 35})
    ->Args({128, 20, 35})
    ->Args({512, 20, 35})
    ->Args({512, 64, 100})
    ->UseRealTime();

// Logits, cross-entropy and all gradients of an output layer of V classes, 700 rows of hidden states.
void output_layer(benchmark::State& state) {
  const int H = static_cast<int>(state.range(0)), V = static_cast<int>(state.range(1));
  ModelConfig config;
  config.task = "tag";
  config.rnn.input = 1, config.rnn.hidden = H, config.output = V;
  Model<float> model(config);
  initialise(model, {}, 1);
  Pool pool;
  model.pack(pool, true);
  Params<float> grads(model.table());
  Batch batch;
  batch.in.seq = Seq::uniform_batch(20, 35);
  const int rows = batch.in.seq.rows();
  for (int i = 0; i < rows; ++i) batch.to.ids.push_back(i * 7919 % V);
  Matrix<float> h(rows, H), dh(rows, H);
  fill(h);
  Arena arena;
  const auto work = [&] {
    arena.clear();
    Context<float> context{pool, arena};
    model.loss(context, h.view(), batch.to, {0, nullptr, &grads, dh.view()});
  };
  work();  // the arena grows here
  for (auto _ : state) work();
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 6 * rows * H * V);
}
BENCHMARK(output_layer)
    ->Args({650, 50})
    ->Args({650, 1000})
    ->Args({200, 10000})
    ->Args({650, 10000})
    ->Args({650, 50000})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// What follows the gradient in a language model of two LSTM layers: norm, optimizer step, packing, zeroing the gradient. All
// rows of the embedding, or only those that a batch of 400 tokens reads.
void update(benchmark::State& state, const char* optimizer, bool sparse) {
  ModelConfig config;
  config.rnn.cell = CellKind::lstm, config.rnn.layers = 2;
  config.rnn.input = config.rnn.hidden = static_cast<int>(state.range(0));
  config.vocabulary = static_cast<int>(state.range(1));
  Model<float> model(config);
  initialise(model, {}, 1);
  Pool pool;
  model.pack(pool, true);
  Params<float> grads(model.table());
  Batch batch;
  for (int i = 0; i < 400; ++i) batch.in.ids.push_back(i * i / 16 % config.vocabulary);
  const SparseParams rows = sparse ? model.sparse_rows(batch) : SparseParams{};
  const auto steps = make_optimizer({optimizer}, model.table(), kernels<float>());
  for (auto _ : state) {
    const double norm = gradient_norm(kernels<float>(), pool, grads, rows);
    steps->begin(model.params(), grads, 1 / (1 + norm), 1e-3);
    model.update(
        pool, [&](size_t begin, size_t end) { steps->update(begin, end); }, rows);
  }
}
BENCHMARK_CAPTURE(update, sgd, "sgd", false)
    ->Args({128, 96})
    ->Args({512, 96})
    ->Args({200, 10000})
    ->Args({650, 10000})
    ->UseRealTime();
BENCHMARK_CAPTURE(update, sgd_sparse, "sgd", true)->Args({200, 10000})->Args({650, 10000})->UseRealTime();
BENCHMARK_CAPTURE(update, adamw, "adamw", false)->Args({650, 10000})->UseRealTime();

}  // namespace
}  // namespace rnn::core
