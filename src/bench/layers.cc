// Why: the suites for one recurrent layer: single steps as a user calls them, whole sequences, training with all gradients.
#include <cmath>

#include "base/rng.h"
#include "bench/bench.h"
#include "bench/timing.h"
#include "cells/reference.h"
#include "networks/init.h"
#include "networks/session.h"

namespace rnn::core::bench {
namespace {

Matrix<float> random_matrix(int rows, int cols, double range) {
  Matrix<float> m(rows, cols);
  Random random(1, Purpose::test);
  for (size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(random.uniform(-range, range));
  return m;
}

RecurrentOptions layer_of(const Case& c) {
  RecurrentOptions options;
  options.cell = c.cell, options.flags = c.flags;
  options.input = options.hidden = c.hidden;
  options.layers = c.layers;
  return options;
}

ModelConfig bare_model(const Case& c) {
  ModelConfig config;
  config.task = "recurrent";
  config.rnn = layer_of(c);
  return config;
}

double forward_flops(const Case& c, int64_t tokens) {
  const double products = cell_info(c.cell).recurrence == Recurrence::matrix ? 2 : 1;  // W x, R h
  return 2 * products * static_cast<double>(tokens) * c.layers * cell_info(c.cell).gates * c.hidden * c.hidden;
}

}  // namespace

Figures measure_step(const Case& c, Pool& pool, double seconds) {
  Model<float> model(bare_model(c));
  initialise(model, {}, 1);
  model.pack(pool, false);
  model.drop_params();
  Session session(model, c.batch, &pool);
  const Matrix<float> frames = random_matrix(c.batch, c.hidden, 1);
  const View<const float> x = frames.view();
  Figures f = time_steps(seconds, [&] { session.push(x); });
  f.tokens = c.batch;
  f.flops = forward_flops(c, c.batch);
  return f;
}

Figures measure_sequence(const Case& c, Pool& pool, double seconds) {
  const FlushDenormals flush;
  Model<float> model(bare_model(c));
  initialise(model, {}, 1);
  model.pack(pool, false);
  model.drop_params();
  const Seq seq = shape_of(c);
  const Matrix<float> x = random_matrix(seq.rows(), c.hidden, 1);
  State<float> state = model.initial(c.batch);
  Arena arena;
  Figures f;
  time_profiled(c.profile, seconds, &f, [&](Profile* profile) {
    arena.clear();
    Context<float> context{pool, arena};
    context.profile = profile;
    model.forward_frames(context, seq, x.view(), state, nullptr);
  });
  f.tokens = seq.rows();
  f.flops = forward_flops(c, f.tokens);
  return f;
}

// Forward, backward with gradients for weights and inputs, and what every update needs: zeroed gradients, packed weights.
Figures measure_training(const Case& c, Pool& pool, double seconds) {
  const FlushDenormals flush;
  ParamTable table;
  Packed<float> packed;
  const Recurrent<float> layer(layer_of(c), "", table, packed);
  Params<float> params(table), grads(table);
  Random random(1, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    for (float& weight : params.values(id)) weight = static_cast<float>(random.uniform(-1, 1) / std::sqrt(c.hidden));
  }
  packed.allocate(kernels<float>(), table, true);
  const Seq seq = shape_of(c);
  const Matrix<float> x = random_matrix(seq.rows(), c.hidden, 1);
  Matrix<float> dy = random_matrix(seq.rows(), c.hidden, 1), dx(seq.rows(), c.hidden);
  State<float> state(c.batch, layer.state_width());
  Arena arena;
  Tape tape;
  Figures f;
  time_profiled(c.profile, seconds, &f, [&](Profile* profile) {
    arena.clear();
    Context<float> context{pool, arena};
    context.profile = profile;
    {
      const ProfileScope packing(profile, Phase::packing);
      packed.update(pool, params, [&](size_t begin, size_t end) { std::fill_n(grads.data() + begin, end - begin, 0.0f); });
    }
    state.clear();
    layer.forward(context, packed, seq, x.view(), state, &tape);
    layer.backward(context, packed, seq, tape, dy.view(), dx.view(), grads);
  });
  f.tokens = seq.rows();
  f.flops = 3 * forward_flops(c, f.tokens);
  return f;
}

}  // namespace rnn::core::bench
