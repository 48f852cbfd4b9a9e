// Why: an initialisation is a distribution: its bounds, its spread and its exact properties are checked, not its numbers.
#include "networks/init.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

#include "cells/names.h"

namespace rnn::core {
namespace {

constexpr int kHidden = 48;
constexpr double kRounding = 1e-7;  // a bound in double, a weight in float

ModelConfig config_of(CellKind cell, int layers = 1, int projection = 0) {
  ModelConfig config{"language-model", {}, 60, false, 0};
  config.rnn.cell = cell, config.rnn.input = 32, config.rnn.hidden = kHidden, config.rnn.layers = layers,
  config.rnn.projection = projection;
  return config;
}

struct Weights {
  Model<float> model;
  Weights(const ModelConfig& config, const InitOptions& options, uint64_t seed = 1) : model(config) {
    initialise(model, options, seed);
  }
  View<const float> operator[](const std::string& name) const {
    const ParamId id = model.table().find(name);
    EXPECT_GE(id, 0) << name;
    return static_cast<const Model<float>&>(model).params().view(id);
  }
};

std::vector<double> numbers(View<const float> w) {
  return {host(w).data, host(w).data + static_cast<size_t>(w.rows) * w.cols};
}

// Uniform in [-bound, bound]: nothing outside, the edges reached, mean and variance within 5 deviations of their own.
void expect_uniform(View<const float> w, double bound, const std::string& what) {
  const std::vector<double> x = numbers(w);
  const double n = static_cast<double>(x.size());
  double mean = 0, square = 0, largest = 0;
  for (const double v : x) mean += v / n, square += v * v / n, largest = std::max(largest, std::fabs(v));
  EXPECT_LE(largest, bound * (1 + kRounding)) << what;
  EXPECT_GE(largest, bound * (1 - 10 / n)) << what;                  // e^-10 that all are smaller
  EXPECT_LE(std::fabs(mean), 5 * bound / std::sqrt(3 * n)) << what;  // variance of a value: bound^2 / 3
  EXPECT_NEAR(square, bound * bound / 3, 5 * bound * bound * std::sqrt(4 / 45.0 / n))
      << what;  // of its square: 4/45 bound^4
}

void expect_normal(View<const float> w, double deviation, const std::string& what) {
  const std::vector<double> x = numbers(w);
  const double n = static_cast<double>(x.size());
  double mean = 0, square = 0, beyond = 0;
  for (const double v : x) mean += v / n, square += v * v / n, beyond += std::fabs(v) > deviation ? 1 / n : 0;
  EXPECT_LE(std::fabs(mean), 5 * deviation / std::sqrt(n)) << what;
  EXPECT_NEAR(square, deviation * deviation, 5 * deviation * deviation * std::sqrt(2 / n)) << what;
  EXPECT_NEAR(beyond, 0.3173, 5 * std::sqrt(0.3173 * 0.6827 / n)) << what;
}

void expect_all(View<const float> w, float value, const std::string& what) {
  for (const double v : numbers(w)) ASSERT_EQ(v, value) << what;
}

// A bias vector's part that belongs to one gate.
View<const float> gate(View<const float> bias, int g) {
  return {host(bias).data + static_cast<ptrdiff_t>(g) * kHidden, 1, kHidden, kHidden};
}

TEST(Init, PytorchBounds) {
  for (const CellKind cell : {CellKind::elman, CellKind::lstm, CellKind::gru, CellKind::gru_reset_before}) {
    const Weights w(config_of(cell, 2), {});
    for (const auto& info : w.model.table().all()) {
      if (info.name == "embedding.weight") {
        expect_normal(w[info.name], 1, info.name);
      } else {
        expect_uniform(w[info.name], 1 / std::sqrt(double{kHidden}),
                       info.name);  // the output layer reads kHidden units, too
      }
    }
  }
  const Weights projected(config_of(CellKind::lstm, 1, 20), {});
  expect_uniform(projected["rnn.weight_hr_l0"], 1 / std::sqrt(double{kHidden}), "weight_hr");
  expect_uniform(projected["output.weight"], 1 / std::sqrt(20.0), "output.weight reads the projection");
  expect_uniform(projected["output.bias"], 1 / std::sqrt(20.0), "output.bias");
}

TEST(Init, UniformRange) {
  const Weights w(config_of(CellKind::gru), {InitKind::uniform, 0.05});
  for (const auto& info : w.model.table().all()) expect_uniform(w[info.name], 0.05, info.name);
}

TEST(Init, GlorotBoundsPerGateAndZeroBiases) {
  const Weights w(config_of(CellKind::lstm), {InitKind::glorot});
  for (int g = 0; g < 4; ++g) {
    expect_uniform(w["rnn.weight_ih_l0"].middle(g * kHidden, kHidden), std::sqrt(6.0 / (kHidden + 32)), "weight_ih");
    expect_uniform(w["rnn.weight_hh_l0"].middle(g * kHidden, kHidden), std::sqrt(6.0 / (kHidden + kHidden)), "weight_hh");
    expect_all(gate(w["rnn.bias_ih_l0"], g), g == 1 ? 1.f : 0.f, "the forget gate stays open at first");
    expect_all(gate(w["rnn.bias_hh_l0"], g), 0, "bias_hh");
  }
  expect_uniform(w["embedding.weight"], std::sqrt(6.0 / (60 + 32)), "embedding");
  expect_uniform(w["output.weight"], std::sqrt(6.0 / (60 + kHidden)), "output");
  expect_all(w["output.bias"], 0, "output.bias");
}

// Largest |Q Q^T - I|, or |Q^T Q - I| for more rows than columns.
template <class T>
double distance_from_orthogonal(View<const T> q) {
  const bool tall = q.rows > q.cols;
  const int n = tall ? q.cols : q.rows, length = tall ? q.rows : q.cols;
  double worst = 0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      double dot = i == j ? -1 : 0;
      for (int k = 0; k < length; ++k)
        dot += tall ? double{host(q)(k, i)} * host(q)(k, j) : double{host(q)(i, k)} * host(q)(j, k);
      worst = std::max(worst, std::fabs(dot));
    }
  }
  return worst;
}

TEST(Init, OrthogonalRecurrentGates) {
  for (const CellKind cell : {CellKind::elman, CellKind::lstm, CellKind::gru, CellKind::gru_reset_before}) {
    const Weights w(config_of(cell, 2), {InitKind::orthogonal});
    for (const char* name : {"rnn.weight_hh_l0", "rnn.weight_hh_l1"}) {
      const View<const float> hh = w[name];
      for (int g = 0; g < hh.rows / kHidden; ++g) {
        EXPECT_LE(distance_from_orthogonal<float>(hh.middle(g * kHidden, kHidden)), 1e-6) << name << " gate " << g;
        EXPECT_TRUE(g == 0 || host(hh)(0, 0) != host(hh)(g * kHidden, 0)) << "each gate its own";
      }
    }
    expect_uniform(w["rnn.weight_ih_l0"].middle(0, kHidden), std::sqrt(6.0 / (kHidden + 32)), "inputs as glorot");
  }
  const Weights projected(config_of(CellKind::lstm, 1, 20), {InitKind::orthogonal});
  for (int g = 0; g < 4; ++g)
    EXPECT_LE(distance_from_orthogonal<float>(projected["rnn.weight_hh_l0"].middle(g * kHidden, kHidden)), 1e-6);
}

// In double to the last bits: one pass of Gram and Schmidt alone would lose some.
TEST(Init, OrthogonalInDouble) {
  Model<double> model(config_of(CellKind::gru));
  initialise(model, {InitKind::orthogonal}, 1);
  const View<const double> hh = model.params().view(model.table().find("rnn.weight_hh_l0"));
  for (int g = 0; g < 3; ++g) EXPECT_LE(distance_from_orthogonal<double>(hh.middle(g * kHidden, kHidden)), 2e-15);
}

TEST(Init, IdentityRecurrence) {
  const Weights w(config_of(CellKind::elman), {InitKind::identity});
  const View<const float> hh = w["rnn.weight_hh_l0"];
  for (int r = 0; r < kHidden; ++r) {
    for (int c = 0; c < kHidden; ++c) ASSERT_EQ(host(hh)(r, c), r == c ? 1.f : 0.f);
  }
  expect_normal(w["rnn.weight_ih_l0"], 0.001, "inputs");
  expect_all(w["rnn.bias_ih_l0"], 0, "bias_ih");
  expect_all(w["rnn.bias_hh_l0"], 0, "bias_hh");
}

TEST(Init, ForgetBias) {
  for (const InitKind kind :
       {InitKind::pytorch, InitKind::uniform, InitKind::glorot, InitKind::orthogonal, InitKind::identity}) {
    for (const double value : {0.0, 2.5}) {
      InitOptions options{kind};
      options.forget_bias = value;
      const Weights w(config_of(CellKind::lstm, 2), options);
      for (const char* layer : {"l0", "l1"}) {
        expect_all(gate(w[std::string("rnn.bias_ih_") + layer], 1), static_cast<float>(value), "bias_ih of f");
        expect_all(gate(w[std::string("rnn.bias_hh_") + layer], 1), 0, "bias_hh of f: the sum is what counts");
      }
    }
  }
  InitOptions options{InitKind::pytorch};
  options.forget_bias = 3;  // other cells have no forget gate
  EXPECT_EQ(numbers(Weights(config_of(CellKind::gru), options)["rnn.bias_ih_l0"]),
            numbers(Weights(config_of(CellKind::gru), {})["rnn.bias_ih_l0"]));
}

// What is normalised passes as it is; the coupled LSTM's forget gate is its first.
TEST(Init, LayerNormAndCoupledGates) {
  for (const InitKind kind : {InitKind::pytorch, InitKind::uniform, InitKind::glorot, InitKind::orthogonal}) {
    ModelConfig config = config_of(CellKind::lstm_coupled, 2);
    config.rnn.flags = kLayerNorm;
    InitOptions options;
    options.kind = kind, options.forget_bias = 2;
    const Weights w(config, options);
    for (const char* name : {"rnn.layer_norm_ih_l0.weight", "rnn.layer_norm_hh_l1.weight", "rnn.layer_norm_c_l0.weight"}) {
      for (const double x : numbers(w[name])) EXPECT_EQ(x, 1) << name;
    }
    for (const double x : numbers(w["rnn.layer_norm_c_l1.bias"])) EXPECT_EQ(x, 0);
    for (int u = 0; u < kHidden; ++u) EXPECT_EQ(host(w["rnn.bias_ih_l1"]).data[u], 2);
    EXPECT_LT(host(w["rnn.bias_ih_l1"]).data[kHidden], 1);
  }
}

// Whatever is chosen for the rest: the steps pass through as they are.
TEST(Init, RowConvolutionPassesOn) {
  for (const InitKind kind :
       {InitKind::pytorch, InitKind::uniform, InitKind::glorot, InitKind::orthogonal, InitKind::identity}) {
    ModelConfig config = config_of(CellKind::gru);
    config.task = "transcribe", config.vocabulary = 0, config.output = 5, config.row_convolution = 3;
    const Weights w(config, {kind});
    const View<const float> weight = w["row_convolution.weight"];
    for (int r = 0; r < 4; ++r)
      for (int c = 0; c < kHidden; ++c) EXPECT_EQ(host(weight)(r, c), r == 0 ? 1 : 0) << r << ' ' << c;
  }
}

TEST(Init, ChronoSpreadsTheGatesOverTime) {
  constexpr double kLongest = 200;
  InitOptions options;
  options.chrono = kLongest;
  const auto check = [&](View<const float> bias, View<const float> zero) {
    std::vector<double> times = numbers(bias);
    for (double& v : times) {
      EXPECT_GE(v, 0);
      EXPECT_LE(v, std::log(kLongest - 1) + 1e-6);
      v = std::exp(v);  // uniform in [1, longest - 1]
    }
    std::sort(times.begin(), times.end());
    EXPECT_NEAR(times[kHidden / 2], kLongest / 2, 5 * kLongest / std::sqrt(12.0 * kHidden) * 1.8);
    EXPECT_GT(times.back(), 0.7 * kLongest);
    expect_all(zero, 0, "bias_hh");
  };
  const Weights lstm(config_of(CellKind::lstm), options);
  const View<const float> b = lstm["rnn.bias_ih_l0"];
  check(gate(b, 1), gate(lstm["rnn.bias_hh_l0"], 1));
  for (int u = 0; u < kHidden; ++u) EXPECT_EQ(host(b)(0, u), -host(b)(0, kHidden + u)) << "i opens as f closes";
  for (const CellKind cell : {CellKind::gru, CellKind::gru_reset_before}) {
    const Weights gru(config_of(cell), options);
    check(gate(gru["rnn.bias_ih_l0"], 1), gate(gru["rnn.bias_hh_l0"], 1));
  }
  const Weights min_gru(config_of(find_cell("mingru")->kind), options);  // its gate writes: it starts nearly shut
  std::vector<float> negated;
  for (const double x : numbers(gate(min_gru["rnn.bias_ih_l0"], 0))) negated.push_back(static_cast<float>(-x));
  const std::vector<float> zeros(kHidden);
  check({negated.data(), 1, kHidden, kHidden}, {zeros.data(), 1, kHidden, kHidden});
  EXPECT_EQ(min_gru.model.table().find("rnn.bias_hh_l0"), -1);
}

// Li et al. 2018: u of the IndRNN uniform in (0, 1); as the identity each unit keeps its old value.
TEST(Init, WeightsOfUnitsHaveTheirOwnRange) {
  const ModelConfig config = config_of(find_cell("indrnn")->kind, 2);
  for (const InitKind kind : {InitKind::pytorch, InitKind::glorot, InitKind::orthogonal}) {
    const Weights w(config, {kind});
    std::vector<float> centred;
    for (const double u : numbers(w["rnn.weight_hh_l1"])) centred.push_back(static_cast<float>(2 * u - 1));
    ASSERT_EQ(centred.size(), static_cast<size_t>(kHidden));
    expect_uniform({centred.data(), 1, kHidden, kHidden}, 1, "u");
  }
  expect_all(Weights(config, {InitKind::identity})["rnn.weight_hh_l0"], 1, "u");
  expect_uniform(Weights(config, {InitKind::uniform, 0.3})["rnn.weight_hh_l0"], 0.3, "u");
}

constexpr InitKind kKinds[] = {InitKind::pytorch, InitKind::uniform, InitKind::glorot, InitKind::orthogonal,
                               InitKind::identity};

TEST(Init, FloatAndDoubleModelsStartFromTheSameNumbers) {
  for (const InitKind kind : kKinds) {
    InitOptions options{kind};
    options.chrono = kind == InitKind::glorot ? 50 : 0;
    const Weights single(config_of(CellKind::lstm, 2, 20), options, 9);
    Model<double> exact(config_of(CellKind::lstm, 2, 20));
    initialise(exact, options, 9);
    ASSERT_EQ(exact.params().size(), single.model.params().size());
    for (size_t i = 0; i < exact.params().size(); ++i) {
      ASSERT_EQ(static_cast<float>(exact.params().data()[i]), single.model.params().data()[i])
          << "kind " << static_cast<int>(kind);
    }
  }
}

TEST(Init, TheSeedDecidesAndNothingElse) {
  for (const InitKind kind : kKinds) {
    const Weights a(config_of(CellKind::gru, 2), {kind}, 5), b(config_of(CellKind::gru, 2), {kind}, 6),
        one(config_of(CellKind::gru, 1), {kind}, 5);
    Weights again(config_of(CellKind::gru, 2), {InitKind::uniform}, 77);
    initialise(again.model, {kind}, 5);  // over other numbers
    EXPECT_EQ(std::memcmp(a.model.params().data(), again.model.params().data(), a.model.params().size() * sizeof(float)), 0);
    for (const auto& info : a.model.table().all()) {
      const std::vector<double> x = numbers(a[info.name]);
      const bool random = std::any_of(x.begin(), x.end(), [](double v) { return v != 0 && v != 1; });
      EXPECT_EQ(x != numbers(b[info.name]), random) << info.name;
    }
    for (const char* name : {"embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0"}) {
      EXPECT_EQ(numbers(a[name]), numbers(one[name])) << name << ": a second layer changes nothing below it";
    }
    // No two tensors are alike.
    EXPECT_NE(host(a["rnn.weight_ih_l1"])(0, 0), host(a["rnn.weight_ih_l0"])(0, 0));
    EXPECT_TRUE(kind == InitKind::identity || host(a["rnn.weight_hh_l1"])(0, 0) != host(a["rnn.weight_hh_l0"])(0, 0));
  }
}

TEST(Init, TiedEmbeddingStartsSmall) {
  ModelConfig config = config_of(CellKind::lstm);
  config.rnn.input = kHidden, config.tied = true;
  expect_uniform(Weights(config, {})["embedding.weight"], 0.1, "logits near zero, so the first loss is ln K");
}

}  // namespace
}  // namespace rnn::core
