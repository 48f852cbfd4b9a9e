// Why: the network of segments: gradients of every parameter, the same bits alone, together, on any threads and in parts.
#include "networks/segments.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "cells/names.h"
#include "io/model_file.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "networks/model.h"
#include "support/failure.h"
#include "support/tolerances.h"
#include "train/gradient_check.h"

namespace rnn::core::test {
namespace {

struct Case {
  const char* name;
  CellKind cell = CellKind::gru;
  int layers = 1, flags = 0, projection = 0, known = 0, channels = 5;
  double dropout = 0;
};
CellKind kind_of(const char* cell) { return find_cell(cell)->kind; }

const Case kCases[] = {{"gru", CellKind::gru},
                       {"gru without ids", CellKind::gru, 1, 0, 0, 0, 0},
                       {"lstm, two layers, dropout", CellKind::lstm, 2, 0, 0, 0, 5, 0.3},
                       {"lstm, peephole, projection", CellKind::lstm, 1, kPeephole, 4},
                       {"gru, reset before, known", CellKind::gru_reset_before, 1, 0, 0, 2},
                       {"relu, known, dropout", CellKind::elman, 2, kRelu, 0, 1, 5, 0.3},
                       {"lstm, layer norm", CellKind::lstm, 1, kLayerNorm},
                       {"gru, layer norm", CellKind::gru, 2, kLayerNorm},
                       {"coupled", CellKind::lstm_coupled},
                       {"mingru", kind_of("mingru"), 2},
                       {"indrnn", kind_of("indrnn")}};

ModelConfig config_of(const Case& c, ForecastHead head = ForecastHead::gaussian) {
  ModelConfig config;
  config.task = kForecastTask, config.dropout = config.rnn.dropout = c.dropout;
  config.rnn.cell = c.cell, config.rnn.flags = c.flags, config.rnn.layers = c.layers, config.rnn.projection = c.projection;
  config.rnn.input = 9, config.rnn.hidden = 7;
  ForecastOptions& f = config.forecast;
  f.head = head, f.horizon = 8, f.segment = 3, f.context = 30, f.inputs = 2 + c.known, f.known = c.known,
  f.channels = c.channels;
  return config;
}

// Series of 0 to 6 segments of the past; ids from unknown to one that does not exist.
Batch batch_of(const ModelConfig& config, int streams, uint64_t seed = 11) {
  const ForecastOptions& f = config.forecast;
  Random random(seed, Purpose::test);
  const auto numbers = [&](std::vector<float>& to, int count, double size) {
    for (int i = 0; i < count; ++i) to.push_back(static_cast<float>(random.uniform(-size, size)));
  };
  std::vector<int> lengths;
  for (int s = 0; s < streams; ++s) lengths.push_back(s == 2 ? 0 : static_cast<int>(random.below(7)));
  Batch batch;
  batch.source.seq = Seq::ragged(lengths), batch.source.width = f.frame();
  numbers(batch.source.frames, batch.source.seq.rows() * f.frame(), 1);
  batch.in.seq = Seq::uniform_batch(streams, f.future()), batch.in.width = f.segment * f.known;
  for (int s = 0; s < streams; ++s) {
    batch.in.seq.id.push_back(static_cast<uint32_t>(100 + 7 * s));
    batch.stream_ids.push_back(static_cast<int32_t>(random.below(7)));
  }
  batch.source.seq.id = batch.in.seq.id;
  for (int m = 0; m < f.future(); ++m) batch.in.ids.insert(batch.in.ids.end(), static_cast<size_t>(streams), m);
  numbers(batch.in.frames, batch.in.seq.rows() * batch.in.width, 1);
  batch.to.width = f.segment;
  numbers(batch.to.values, batch.in.seq.rows() * f.segment, 2);
  for (size_t i = 5; i < batch.to.values.size(); i += 4) batch.to.values[i] = std::numeric_limits<float>::quiet_NaN();
  return batch;
}

std::vector<float> outputs_of(const Model<float>& model, const Batch& batch, Pool& pool, State<float>* last = nullptr,
                              bool training = false) {
  Arena arena;
  Context<float> context{pool, arena};
  context.training = training;
  State<float> state = last && last->rows() > 0 ? *last : model.initial(batch.in.seq.streams());
  const View<float> y = model.forward(context, batch, state, nullptr);
  if (last) *last = state;
  std::vector<float> out;
  for (int row = 0; row < y.rows; ++row) out.insert(out.end(), host(y).row(row), host(y).row(row) + y.cols);
  return out;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Segments, GradientsOfEveryParameter) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const ModelConfig config = config_of(c);
    Model<double> model(config);
    initialise(model, {}, 3);
    CheckOptions options;
    options.per_tensor = 24;
    for (const TensorCheck& check : check_gradients(model, batch_of(config, 6), options)) {
      EXPECT_GT(check.checked, 0) << check.name;
      EXPECT_GT(check.norm, 0) << check.name;
      EXPECT_LT(check.worst, 1e-6) << check.name;
    }
  }
}

TEST(Segments, ABatchIsItsSeriesOneByOne) {
  Pool pool(1);
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const ModelConfig config = config_of(c);
    Model<float> model(config);
    initialise(model, {}, 3);
    model.pack(pool, false);
    const Batch batch = batch_of(config, 9);
    for (const bool training : {false, true}) {
      const std::vector<float> together = outputs_of(model, batch, pool, nullptr, training);
      const int K = model.outputs(), M = config.forecast.future();
      for (int s = 0; s < 9; ++s) {
        const std::vector<float> alone = outputs_of(model, select_streams(batch, s, 1), pool, nullptr, training);
        for (int m = 0; m < M; ++m) {
          EXPECT_EQ(
              std::memcmp(alone.data() + m * K, together.data() + (m * 9 + s) * K, static_cast<size_t>(K) * sizeof(float)),
              0)
              << s << " " << m << (training ? " with dropout" : "");
        }
      }
    }
  }
}

TEST(Segments, ThreadsDoNotChangeABit) {
  const ModelConfig config = config_of(kCases[2]);
  const Batch batch = batch_of(config, 40);
  std::vector<std::vector<float>> outputs, gradients;
  for (const int threads : {1, 2, 3}) {
    Pool pool(threads);
    Model<float> model(config);
    initialise(model, {}, 3);
    model.pack(pool, true);
    outputs.push_back(outputs_of(model, batch, pool));
    Arena arena;
    Tape tape;
    Context<float> context{pool, arena};
    context.training = true;
    State<float> state = model.initial(40);
    Params<float> grads(model.table());
    const View<float> h = model.forward_hidden(context, batch, state, &tape), dh = arena.matrix<float>(h.rows, h.cols);
    model.loss(context, h, batch.to, {.grads = &grads, .dh = dh});
    model.backward_hidden(context, batch.in.seq, tape, dh, grads);
    gradients.emplace_back(grads.data(), grads.data() + grads.size());
    EXPECT_TRUE(same_bits(outputs.back(), outputs.front())) << threads;
    EXPECT_TRUE(same_bits(gradients.back(), gradients.front())) << threads;
  }
}

// The same input at several rows is multiplied once: the numbers are those of a row of its own for everyone.
TEST(Segments, SharedInputsHaveTheBitsOfTheirOwnRows) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    ParamTable table;
    Packed<float> forms;
    RecurrentOptions options = config_of(c).rnn;
    options.input = 70;  // more than one panel of columns
    const Recurrent<float> recurrent(options, "rnn", table, forms);
    Weights<float> weights(table, std::move(forms));
    Random random(5, Purpose::test);
    for (size_t i = 0; i < weights.params().size(); ++i)
      weights.params().data()[i] = static_cast<float>(random.uniform(-0.5, 0.5));
    Pool pool(1);
    weights.pack(pool, true);
    const Seq seq = Seq::uniform_batch(8, 2);
    const int rows[] = {0, 2, 2, 1, 0, 0, 2, 1, 1, 1, 2, 0, 0, 2, 1, 2};
    std::vector<int32_t> x_rows(std::begin(rows), std::end(rows));
    Matrix<float> x(3, options.input), all(16, options.input);
    for (size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(random.uniform(-1, 1));
    for (int r = 0; r < 16; ++r) std::copy_n(host(x.view()).row(rows[r]), options.input, host(all.view()).row(r));
    Arena arena;
    Context<float> context{pool, arena};
    std::vector<std::vector<float>> results, gradients, inputs;
    for (const bool shared : {true, false}) {
      for (const bool keep : {true, false}) {
        Tape tape;
        State<float> state(8, recurrent.state_width());
        const View<const float> read = shared ? x.view() : all.view();
        const View<float> y = recurrent.forward(context, weights.packed(), seq, read, state, keep ? &tape : nullptr,
                                                shared ? x_rows.data() : nullptr);
        std::vector<float> out(host(y).data, host(y).data + y.rows * y.cols);
        out.insert(out.end(), state.row(0), state.row(0) + 8 * state.width());
        results.push_back(out);
        if (!keep) continue;
        Params<float> grads(table);
        const View<float> dy = arena.matrix<float>(y.rows, y.cols), dx = arena.matrix<float>(read.rows, options.input);
        for (int i = 0; i < y.rows * y.cols; ++i) host(dy).data[i] = 0.1f * static_cast<float>(i % 11 - 5);
        recurrent.backward(context, weights.packed(), seq, tape, dy, dx, grads);
        gradients.emplace_back(grads.data(), grads.data() + grads.size());
        std::vector<float> sums(x.size());
        for (int r = 0; r < read.rows; ++r) {
          for (int i = 0; i < options.input; ++i)
            sums[static_cast<size_t>((shared ? r : rows[r]) * options.input + i)] += host(dx)(r, i);
        }
        inputs.push_back(sums);
      }
    }
    for (const auto& result : results) EXPECT_TRUE(same_bits(result, results[0]));
    for (const auto* pair : {&gradients, &inputs}) {
      for (size_t i = 0; i < (*pair)[0].size(); ++i)
        ASSERT_NEAR((*pair)[0][i], (*pair)[1][i], kRecurrentBackward * (1 + std::abs((*pair)[1][i]))) << i;
    }
  }
}

TEST(Segments, AnUnknownSeriesIsTheOneWithNumberZero) {
  Pool pool(1);
  const ModelConfig config = config_of(kCases[0]);
  Model<float> model(config);
  initialise(model, {}, 3);
  model.pack(pool, false);
  Batch batch = batch_of(config, 4);
  batch.stream_ids.assign(4, 0);
  const std::vector<float> unknown = outputs_of(model, batch, pool);
  batch.stream_ids = {5, -1, 1 << 30, 0};
  EXPECT_TRUE(same_bits(outputs_of(model, batch, pool), unknown));
  batch.stream_ids.clear();
  EXPECT_TRUE(same_bits(outputs_of(model, batch, pool), unknown));
  batch.stream_ids = {4, 0, 0, 0};
  EXPECT_FALSE(same_bits(outputs_of(model, batch, pool), unknown));
}

// The past in two parts, with the state in between; then nothing new: the forecast is that of the state.
TEST(Segments, AStateGoesOnReading) {
  Pool pool(1);
  const ModelConfig config = config_of(kCases[2]);
  Model<float> model(config);
  initialise(model, {}, 3);
  model.pack(pool, false);
  const int width = config.forecast.frame();
  Batch whole = batch_of(config, 1);
  whole.source.seq = Seq::uniform_batch(1, 5);
  whole.source.frames.resize(static_cast<size_t>(5 * width), 0.25f);
  Batch first = whole, second = whole, none = whole;
  first.source.seq = Seq::uniform_batch(1, 2), second.source.seq = Seq::uniform_batch(1, 3);
  none.source.seq = Seq::ragged({0});
  first.source.frames.resize(static_cast<size_t>(2 * width));
  second.source.frames.erase(second.source.frames.begin(), second.source.frames.begin() + 2 * width);
  none.source.frames.clear();
  State<float> at_once, in_parts;
  const std::vector<float> expected = outputs_of(model, whole, pool, &at_once);
  outputs_of(model, first, pool, &in_parts);
  EXPECT_TRUE(same_bits(outputs_of(model, second, pool, &in_parts), expected));
  EXPECT_TRUE(in_parts == at_once);
  EXPECT_TRUE(same_bits(outputs_of(model, none, pool, &in_parts), expected));
  EXPECT_TRUE(in_parts == at_once);
}

// Only the rows of the embeddings that a batch reads have a gradient.
TEST(Segments, TouchedRowsAreThoseWithAGradient) {
  const ModelConfig config = config_of(kCases[0]);
  Model<double> model(config);
  initialise(model, {}, 3);
  Batch batch = batch_of(config, 3);
  batch.stream_ids = {3, 3, 77};
  const SparseParams sparse = model.sparse_rows(batch);
  ASSERT_EQ(sparse.size(), 2u);
  EXPECT_EQ(sparse[0].rows, (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(sparse[1].rows, (std::vector<int32_t>{0, 3}));
  const Params<double> grads = analytic_gradients(model, batch, {});
  for (const SparseRows& s : sparse) {
    const View<const double> g = grads.view(s.param);
    for (int r = 0; r < g.rows; ++r) {
      double size = 0;
      for (int i = 0; i < g.cols; ++i) size += std::abs(host(g)(r, i));
      EXPECT_EQ(size > 0, std::count(s.rows.begin(), s.rows.end(), r) > 0) << model.table()[s.param].name << " " << r;
    }
  }
}

// Without its row-major weights, as it is loaded to run.
TEST(Segments, RunsWithoutItsRowMajorWeights) {
  Pool pool(1);
  const ModelConfig config = config_of(kCases[0]);
  Model<float> model(config);
  initialise(model, {}, 3);
  model.pack(pool, false);
  const Batch batch = batch_of(config, 4);
  const std::vector<float> before = outputs_of(model, batch, pool);
  model.drop_params();
  EXPECT_TRUE(same_bits(outputs_of(model, batch, pool), before));
}

TEST(Segments, SingleStepsAreRefused) {
  Model<float> model(config_of(kCases[0]));
  Pool pool(1);
  model.pack(pool, false);
  Arena arena;
  Context<float> context{pool, arena};
  State<float> state = model.initial(1);
  Matrix<float> frame(1, 9);
  EXPECT_EQ(failure_of([&] { model.forward_frames(context, Seq::uniform_batch(1, 1), frame.view(), state, nullptr); }).code,
            "model/task");
}

// The other network: all of the horizon from the last step.
TEST(StackedForecast, GradientsOfEveryParameter) {
  ModelConfig config = config_of(kCases[0], ForecastHead::quantiles);
  config.forecast.network = ForecastNetwork::stacked, config.forecast.segment = config.forecast.channels = 0;
  config.rnn.input = config.forecast.inputs;
  Model<double> model(config);
  EXPECT_EQ(model.outputs(), 8 * 3);
  EXPECT_TRUE(model.answers_at_end());
  initialise(model, {}, 3);
  Batch batch;
  batch.in.seq = Seq::ragged({4, 0, 7}), batch.in.width = config.rnn.input;
  Random random(5, Purpose::test);
  for (int i = 0; i < batch.in.seq.rows() * batch.in.width; ++i)
    batch.in.frames.push_back(static_cast<float>(random.normal()));
  batch.to.last_step = true, batch.to.width = 8;
  for (int i = 0; i < 24; ++i) batch.to.values.push_back(static_cast<float>(random.normal()));
  for (const TensorCheck& check : check_gradients(model, batch, {})) {
    EXPECT_GT(check.norm, 0) << check.name;
    EXPECT_LT(check.worst, 1e-6) << check.name;
  }
}

}  // namespace
}  // namespace rnn::core::test
