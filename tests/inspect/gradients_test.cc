// Why: gradients through time are checked against finite differences of the loss by every number of every state.
#include "inspect/gradients.h"
#include "kernels/host.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>

#include "heads/head.h"
#include "inspect/jacobian.h"
#include "inspect_case.h"
#include "support/failure.h"
#include "support/tolerances.h"

namespace rnn::core {
namespace {

using test::InspectCase;
constexpr int kVocabulary = 7;

Batch windows_of(int streams, int steps) {
  Batch batch;
  batch.in.seq = Seq::uniform_batch(streams, steps);
  batch.in.ids = test::some_ids(streams * steps, kVocabulary, 1);
  batch.to.ids = test::some_ids(streams * steps, kVocabulary, 2);
  return batch;
}

// The states before step 0, 1, ..., T and, from any of them, the outputs of the last step: what the oracle needs.
struct Forward {
  const Model<double>& model;
  const Batch& batch;
  Pool pool{1};

  // Steps [from, T) from `state`, which becomes the last; returns the last outputs.
  std::vector<double> run(int from, State<double>& state) {
    Arena arena;
    Context<double> context{pool, arena};
    const int streams = batch.in.seq.streams(), steps = batch.in.seq.steps() - from;
    View<double> out;
    const Seq seq = Seq::uniform_batch(streams, steps);
    if (batch.in.width == 0) {
      out = model.forward(context, seq, batch.in.ids.data() + from * streams, state, nullptr);
    } else {
      const View<double> frames = arena.matrix<double>(streams * steps, batch.in.width);
      std::copy(batch.in.frames.begin() + static_cast<ptrdiff_t>(from) * streams * batch.in.width, batch.in.frames.end(),
                host(frames).data);
      out = model.forward_frames(context, seq, frames, state, nullptr);
    }
    const View<double> last = out.middle(out.rows - streams, streams);
    return {host(last).data, host(last).data + static_cast<ptrdiff_t>(streams) * last.cols};
  }
  State<double> state_before(int step) {
    State<double> state = model.initial(batch.in.seq.streams());
    for (int t = 0; t < step; ++t) {
      Arena arena;
      Context<double> context{pool, arena};
      const int streams = batch.in.seq.streams();
      const Seq one = Seq::uniform_batch(streams, 1);
      if (batch.in.width == 0) {
        model.forward(context, one, batch.in.ids.data() + t * streams, state, nullptr);
      } else {
        const View<double> frames = arena.matrix<double>(streams, batch.in.width);
        std::copy_n(batch.in.frames.begin() + static_cast<ptrdiff_t>(t) * streams * batch.in.width, streams * batch.in.width,
                    host(frames).data);
        model.forward_frames(context, one, frames, state, nullptr);
      }
    }
    return state;
  }
};

// Plain -log softmax, or the mean of squares of `values`, of one stream.
double loss_of_row(const Batch& batch, const std::vector<double>& outputs, int stream) {
  const int streams = batch.in.seq.streams(), K = static_cast<int>(outputs.size()) / streams;
  const double* y = outputs.data() + static_cast<ptrdiff_t>(stream) * K;
  double sum = 0;
  if (batch.to.width > 0) {
    for (int k = 0; k < K; ++k) sum += std::pow(y[k] - static_cast<double>(batch.to.values[stream * K + k]), 2) / K;
    return sum;
  }
  for (int k = 0; k < K; ++k) sum += std::exp(y[k]);
  return std::log(sum) - y[batch.to.ids[batch.to.last_step ? stream : (batch.in.seq.steps() - 1) * streams + stream]];
}

// dL/ds of every stream after step T - lag, lag >= 1, by central differences.
State<double> measured(Forward& f, int lag) {
  const int step = f.batch.in.seq.steps() - lag, streams = f.batch.in.seq.streams();
  const State<double> at = f.state_before(step);
  State<double> slope(streams, at.width());
  constexpr double h = test::kFiniteDifferenceStep;
  for (int s = 0; s < streams; ++s) {
    for (int i = 0; i < at.width(); ++i) {
      const auto loss = [&](double by) {
        State<double> moved = at;
        moved.row(s)[i] += by;
        return loss_of_row(f.batch, f.run(step, moved), s);
      };
      slope.row(s)[i] = (loss(h) - loss(-h)) / (2 * h);
    }
  }
  return slope;
}

double norm_of(const double* x, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += x[i] * x[i];
  return std::sqrt(sum);
}

// Near the state of zeros, where nothing deviates, normalisation bends so much that a difference sees it within its step.
constexpr double kBend = 100;

void expect_gradients(const Model<double>& model, const Batch& batch) {
  Pool pool(1);
  Forward f{model, batch};
  const int steps = batch.in.seq.steps(), streams = batch.in.seq.streams();
  const Recurrent<double>& rnn = model.recurrent();
  const RecurrentOptions& o = rnn.options();
  const GradientNorms norms = gradient_norms(model, pool, batch);
  ASSERT_EQ(norms.state.cols(), steps);
  std::vector<int> seen;
  walk_back<double>(model, pool, batch, {}, [&](int lag, const StateGradient<double>& g) {
    seen.push_back(lag);
    if (lag == 0) return;
    const State<double> expected = measured(f, lag);
    for (int s = 0; s < streams; ++s) {
      SCOPED_TRACE("lag " + std::to_string(lag) + ", stream " + std::to_string(s));
      const double size = norm_of(expected.row(s), expected.width());
      ASSERT_GT(size, 1e-4);
      const double bound = (o.flags & kLayerNorm ? kBend : 1) * test::kFiniteDifference * size;
      for (int i = 0; i < expected.width(); ++i)
        EXPECT_NEAR(std::scalbn(g.gradient.row(s)[i], g.exponent[s]), expected.row(s)[i], bound);
      if (lag == steps) continue;
      EXPECT_NEAR(norms.state(s, lag), size, bound);
      for (int l = 0; l < o.layers; ++l) {
        const double h = norm_of(expected.row(s) + rnn.state_offset(l, 0, 0), o.of_layer(l).output());
        EXPECT_NEAR(norms.h[l](s, lag), h, bound);
        if (o.states() < 2) continue;
        const double c = norm_of(expected.row(s) + rnn.state_offset(l, 0, 1), o.width(l));
        EXPECT_NEAR(norms.c[l](s, lag), c, bound);
      }
    }
  });
  ASSERT_EQ(static_cast<int>(seen.size()), steps + 1);
  EXPECT_EQ(seen.back(), steps);
  EXPECT_EQ(norms.c.empty(), o.states() == 1);
}

TEST(GradientThroughTime, EqualsFiniteDifferencesByEveryStateNumber) {
  for (const InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    expect_gradients(*test::lively_model<double>(test::config_of(c, kVocabulary)), windows_of(2, 6));
  }
}

// At lag 0 the output layer's weights alone decide: dL/dh = W^T (softmax - one hot), and only the top layer has one.
TEST(GradientThroughTime, LagZeroIsTheOutputLayersProduct) {
  for (const bool tied : {false, true}) {
    ModelConfig config = test::config_of({"", CellKind::gru, 0, 4, 0, 2}, kVocabulary);
    config.tied = tied;
    const auto model = test::lively_model<double>(config);
    const Batch batch = windows_of(2, 3);
    Forward f{*model, batch};
    State<double> state = model->initial(2);
    const std::vector<double> logits = f.run(0, state);
    const auto W = model->params().view(model->table().find(tied ? "embedding.weight" : "output.weight"));
    Pool pool(1);
    walk_back<double>(*model, pool, batch, {}, [&](int lag, const StateGradient<double>& g) {
      if (lag > 0) return;
      for (int s = 0; s < 2; ++s) {
        double sum = 0;
        for (int k = 0; k < kVocabulary; ++k) sum += std::exp(logits[s * kVocabulary + k]);
        for (int i = 0; i < 4; ++i) {
          double expected = 0;
          for (int k = 0; k < kVocabulary; ++k)
            expected +=
                host(W)(k, i) * (std::exp(logits[s * kVocabulary + k]) / sum - (k == batch.to.ids[2 * 2 + s] ? 1 : 0));
          EXPECT_NEAR(g.gradient.row(s)[4 + i], expected, 1e-12);
          EXPECT_EQ(g.gradient.row(s)[i], 0);
        }
      }
    });
  }
}

TEST(GradientThroughTime, WorksForOtherTasks) {
  for (const char* task : {"classify", "regress", "tag"}) {
    SCOPED_TRACE(task);
    ModelConfig config = test::config_of({"", CellKind::lstm, 0, 5, 0, 1}, 0);
    config.task = task, config.output = 3;
    Batch batch = windows_of(2, 5);
    batch.in.ids.clear(), batch.in.width = config.rnn.input;
    Random random(4, Purpose::test);
    for (int i = 0; i < batch.in.seq.rows() * batch.in.width; ++i)
      batch.in.frames.push_back(static_cast<float>(random.normal()));
    batch.to.last_step = config.task != "tag";
    batch.to.ids = test::some_ids(static_cast<int>(batch.target_rows()), 3, 5);
    if (config.task == "regress") {
      batch.to.ids.clear(), batch.to.width = 3;
      for (int i = 0; i < 6; ++i) batch.to.values.push_back(static_cast<float>(random.normal()));
    }
    expect_gradients(*test::lively_model<double>(config), batch);
  }
}

TEST(GradientThroughTime, FloatFollowsDoubleWhereItsRangeEnds) {
  const auto at = [](auto number) {
    using T = decltype(number);
    const auto model = test::lively_model<T>(test::config_of({"", CellKind::elman, 0, 8, 0, 1}, kVocabulary), 0.15);
    Pool pool(1);
    return gradient_norms(*model, pool, windows_of(3, 300));
  };
  const GradientNorms fine = at(double()), coarse = at(float());
  EXPECT_LT(fine.state(0, 299), 1e-60);  // far below the smallest float
  for (const int lag : {1, 50, 150, 299}) {
    for (int s = 0; s < 3; ++s) EXPECT_NEAR(coarse.state(s, lag) / fine.state(s, lag), 1, 1e-3) << lag;
  }
}

TEST(GradientThroughTime, TheNumberOfThreadsChangesNoBit) {
  const auto model = test::lively_model<float>(test::config_of(test::kInspectCases[5], kVocabulary));
  Pool one(1), three(3);
  const Batch batch = windows_of(7, 20);
  const Matrix<double> a = gradient_norms(*model, one, batch).state, b = gradient_norms(*model, three, batch).state;
  EXPECT_TRUE(std::equal(a.data(), a.data() + a.size(), b.data()));
  EXPECT_EQ(worst_directions(*model, one, windows_of(1, 20)), worst_directions(*model, three, windows_of(1, 20)));
}

// A second id of every step that stands for nothing changes nothing.
TEST(GradientThroughTime, StepsOfSeveralIdsAreReadWhole) {
  ModelConfig config = test::config_of(test::kInspectCases[0], kVocabulary);
  config.task = "tag", config.output = kVocabulary;
  const auto narrow = test::lively_model<double>(config);
  config.columns = 2;
  const auto wide = test::lively_model<double>(config);
  Pool pool(1);
  const auto spread = [](Batch batch) {
    std::vector<int32_t> ids;
    for (const int32_t id : batch.in.ids) ids.push_back(id), ids.push_back(-1);
    batch.in.ids = ids, batch.in.columns = 2;
    return batch;
  };
  const Batch batch = windows_of(3, 12), one = windows_of(1, 12);
  const Matrix<double> a = gradient_norms(*narrow, pool, batch).state, b = gradient_norms(*wide, pool, spread(batch)).state;
  ASSERT_EQ(a.size(), b.size());
  EXPECT_GT(a.data()[a.size() - 1], 0);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a.data()[i], b.data()[i]) << i;
  EXPECT_EQ(worst_directions(*narrow, pool, one, {{1, 5}}), worst_directions(*wide, pool, spread(one), {{1, 5}}));
}

TEST(GradientThroughTime, BothDirectionsAreRefused) {
  ModelConfig config;
  config.task = "recurrent", config.rnn.input = 3, config.rnn.hidden = 4, config.rnn.bidirectional = true;
  const auto model = test::lively_model<double>(config);
  Pool pool(1);
  Batch batch;
  batch.in.seq = Seq::uniform_batch(1, 2), batch.in.width = 3, batch.in.frames.resize(6);
  const Failure failure = failure_of([&] { walk_back<double>(*model, pool, batch, {}, [](int, const auto&) {}); });
  EXPECT_EQ(failure.code, "inspect/bidirectional");
  EXPECT_EQ(failure.exit, Exit::model);
}

// Largest singular value of a matrix, by power iteration on the matrix that finite differences filled.
double brute_force(Forward& f, int lag) {
  const int step = f.batch.in.seq.steps() - lag;
  const State<double> at = f.state_before(step);
  const int S = at.width();
  Matrix<double> J(S, S);
  constexpr double h = test::kFiniteDifferenceStep;
  for (int i = 0; i < S; ++i) {
    State<double> up = at, down = at;
    up.row(0)[i] += h, down.row(0)[i] -= h;
    f.run(step, up), f.run(step, down);
    for (int j = 0; j < S; ++j) J(j, i) = (up.row(0)[j] - down.row(0)[j]) / (2 * h);
  }
  std::vector<double> v(S), u(S);
  for (int i = 0; i < S; ++i) v[i] = 1 + 0.1 * i;
  double value = 0;
  for (int round = 0; round < 5000; ++round) {
    const double size = norm_of(v.data(), S);
    for (double& x : v) x /= size;
    std::fill(u.begin(), u.end(), 0.0);
    for (int j = 0; j < S; ++j) {
      for (int i = 0; i < S; ++i) u[j] += J(j, i) * v[i];
    }
    value = norm_of(u.data(), S);
    std::fill(v.begin(), v.end(), 0.0);
    for (int j = 0; j < S; ++j) {
      for (int i = 0; i < S; ++i) v[i] += J(j, i) * u[j];
    }
  }
  return value;
}

TEST(WorstDirection, EqualsTheMatrixOfFiniteDifferences) {
  for (const InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    const auto model = test::lively_model<double>(test::config_of(c, kVocabulary));
    const Batch batch = windows_of(1, 8);
    Forward f{*model, batch};
    Pool pool(1);
    const auto worst = worst_directions(*model, pool, batch, {{1, 2, 5, 10}, 2048, 1e9});
    ASSERT_EQ(worst.size(), 3u);  // lag 10 is longer than the window
    for (const auto& [lag, value] : worst) EXPECT_NEAR(value, brute_force(f, lag), 1e-6 * value) << "lag " << lag;
  }
}

TEST(WorstDirection, LargeStatesAndLongLagsAreLeftOut) {
  const auto model = test::lively_model<double>(test::config_of(test::kInspectCases[4], kVocabulary));
  Pool pool(1);
  const Batch batch = windows_of(1, 8);
  EXPECT_TRUE(worst_directions(*model, pool, batch, {{1, 2}, 9, 1e9}).empty());  // the state has 10 numbers
  const double step = 4.0 * 10 * (20 * 4 + 20 * 5 + 2 * 20 + 5 + 1);  // the weights that a state depends on, and one class
  EXPECT_EQ(worst_directions(*model, pool, batch, {{1, 2, 5}, 10, 2.5 * step}).size(), 2u);
}

// h' = a h + what the inputs add, every unit above 0: a gradient by h shrinks by a, so it halves after ln 2 / -ln a steps.
TEST(HalfLife, OfALinearNetworkIsKnown) {
  constexpr double a = 0.93;
  const auto model = test::lively_model<double>(test::config_of({"", CellKind::elman, kRelu, 6, 0, 1}, kVocabulary));
  Params<double>& p = model->params();
  const View<double> R = p.view(model->table().find("rnn.weight_hh_l0"));
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) host(R)(i, j) = i == j ? a : 0;
    host(p.view(model->table().find("rnn.bias_ih_l0")))(0, i) = 9;
  }
  Pool pool(1);
  model->pack(pool, true);
  const GradientReach reach = gradient_reach(gradient_norms(*model, pool, windows_of(4, 60)));
  EXPECT_EQ(reach.steps, 4);
  EXPECT_NEAR(reach.half_life, std::log(2) / -std::log(a), 1e-9);
  EXPECT_NEAR(reach.state[50] / reach.state[10], std::pow(a, 40), 1e-9);
  const auto worst = worst_directions(*model, pool, windows_of(1, 60), {{50}, 2048, 1e12});
  ASSERT_EQ(worst.size(), 1u);
  EXPECT_NEAR(worst[0].second, std::pow(a, 50), 1e-9);
}

TEST(HalfLife, IsCountedFromLagOneOnTheLogScale) {
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9, 8, 4, 2}), 1);
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9, 8, 8, 2}), 1.5);  // from 8 to 2 in one step: 4 is half way
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9, 8, 9, 7}), -1);
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9, 8, 0}), 1);
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9, 0, 0}), -1);
  EXPECT_DOUBLE_EQ(half_life(std::vector<double>{9}), -1);
}

TEST(GradientReach, IsAGeometricMeanOverTheStreamsThatHaveAGradient) {
  GradientNorms norms;
  norms.state = Matrix<double>(3, 3);
  const double values[3][3] = {{1, 2, 0}, {1, 8, 0}, {1, 0, 5}};
  for (int s = 0; s < 3; ++s) {
    for (int k = 0; k < 3; ++k) norms.state(s, k) = values[s][k];
  }
  const GradientReach reach = gradient_reach(norms);
  EXPECT_DOUBLE_EQ(reach.state[0], 1);
  EXPECT_DOUBLE_EQ(reach.state[1], 4);  // of 2 and 8
  EXPECT_DOUBLE_EQ(reach.state[2], 0);  // one of three
}

TEST(GradientWindows, LieInsideDocumentsAndAreSpreadOverAllOfThem) {
  std::vector<std::vector<int32_t>> documents(3);
  for (int i = 0; i < 30; ++i) documents[0].push_back(i);
  documents[1] = {100, 101, 102};  // too short
  for (int i = 0; i < 12; ++i) documents[2].push_back(200 + i);
  const Batch batch = gradient_windows(documents, 10, 4);
  ASSERT_EQ(batch.in.seq.streams(), 4);
  ASSERT_EQ(batch.in.seq.steps(), 10);
  for (int s = 0; s < 4; ++s) {
    for (int t = 0; t < 10; ++t) {
      EXPECT_EQ(batch.to.ids[t * 4 + s], batch.in.ids[t * 4 + s] + 1);
      EXPECT_EQ(batch.in.ids[t * 4 + s], batch.in.ids[s] + t);
    }
  }
  EXPECT_EQ(batch.in.ids[0], 0);
  EXPECT_EQ(batch.to.ids[9 * 4 + 3], 211);  // the last token
  EXPECT_EQ(gradient_windows(documents, 500, 4).in.seq.steps(), 29);
  EXPECT_EQ(gradient_windows({{1, 2}}, 10, 4).in.seq.streams(), 0);
  EXPECT_EQ(gradient_windows({{1, 2, 3, 4}}, 2, 100).in.seq.streams(), 2);
}

}  // namespace
}  // namespace rnn::core
