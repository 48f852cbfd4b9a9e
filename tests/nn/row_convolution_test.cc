// Why: a look-ahead convolution that reads a wrong row is still smooth: it is compared with its formula, and its gradients with that.
#include "nn/layers/row_convolution.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/rng.h"
#include "kernels/rows.h"

namespace rnn::core {
namespace {

constexpr int kAhead = 3, kWide = 5;

struct Convolving {
  Convolving() : layer(kAhead, kWide, "row_convolution", table), weights(table, Packed<double>()) {
    const View<double> w = weights.params().view(layer.weight());
    for (int j = 0; j <= kAhead; ++j) {
      for (int i = 0; i < kWide; ++i) host(w)(j, i) = random.uniform(-1, 1);
    }
  }
  double weight(int j, int i) { return host(weights.params().view(layer.weight()))(j, i); }
  std::vector<double> numbers(int n) {
    std::vector<double> out;
    for (int i = 0; i < n; ++i) out.push_back(random.uniform(-1, 1));
    return out;
  }
  Random random{7, Purpose::sample};
  ParamTable table;
  RowConvolution<double> layer;
  Weights<double> weights;
  Pool pool{2};
  Arena arena;
};

// The streams' numbers, in stream order: x[stream][t * kWide + i].
struct ConvolvedStreams {
  std::vector<std::vector<double>> x, y, history;
};

Matrix<double> packed_of(const Seq& seq, const std::vector<std::vector<double>>& streams) {
  Matrix<double> rows(seq.rows(), kWide);
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r)
      std::copy_n(streams[static_cast<size_t>(seq.order[static_cast<size_t>(r)])].begin() + t * kWide, kWide,
                  rows.row(seq.start[static_cast<size_t>(t)] + r));
  }
  return rows;
}

std::vector<double*> pointers(const Seq& seq, std::vector<std::vector<double>>& streams) {
  std::vector<double*> rows;
  for (const int stream : seq.order) rows.push_back(streams[static_cast<size_t>(stream)].data());
  return rows;
}

void unpack(const Seq& seq, View<const double> rows, std::vector<std::vector<double>>* streams) {
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) {
      std::vector<double>& own = (*streams)[static_cast<size_t>(seq.order[static_cast<size_t>(r)])];
      const double* row = host(rows).row(seq.start[static_cast<size_t>(t)] + r);
      own.insert(own.end(), row, row + kWide);
    }
  }
}

void convolve(Convolving& c, const Seq& seq, ConvolvedStreams* s) {
  const Matrix<double> x = packed_of(seq, s->x);
  Matrix<double> y(seq.rows(), kWide);
  Context<double> context{c.pool, c.arena};
  const std::vector<double*> history = pointers(seq, s->history);
  c.layer.forward(context, c.weights, seq, x.view(), y.view(), history.data());
  s->y.resize(s->x.size());
  unpack(seq, y.view(), &s->y);
}

// The paper's sum with all rows of a stream side by side; a row before a reset that is not after it is zero.
double formula(Convolving& c, const std::vector<double>& all, int first, int t, int i) {
  double sum = 0;
  for (int j = 0; j <= kAhead; ++j) {
    const int at = t - kAhead + j;
    if (at >= first) sum += c.weight(j, i) * all[static_cast<size_t>(at * kWide + i)];
  }
  return sum;
}

TEST(RowConvolution, IsItsFormulaAndInPortionsTheWholeToTheBit) {
  Convolving c;
  const std::vector<int> lengths = {4, 9, 0, 1};
  ConvolvedStreams whole;
  for (const int length : lengths) whole.x.push_back(c.numbers(length * kWide));
  whole.history.assign(lengths.size(), std::vector<double>(kAhead * kWide, 0));
  convolve(c, Seq::ragged(lengths), &whole);
  for (size_t s = 0; s < lengths.size(); ++s) {
    for (int t = 0; t < lengths[s]; ++t) {
      for (int i = 0; i < kWide; ++i)
        EXPECT_NEAR(whole.y[s][static_cast<size_t>(t * kWide + i)], formula(c, whole.x[s], 0, t, i), 1e-15);
    }
    ConvolvedStreams parts;
    parts.history.assign(1, std::vector<double>(kAhead * kWide, 0));
    std::vector<double> said;
    for (int t = 0, n = 1; t < lengths[s]; t += n, n = 1 + t % 3) {
      n = std::min(n, lengths[s] - t);
      parts.x = {{whole.x[s].begin() + t * kWide, whole.x[s].begin() + (t + n) * kWide}};
      parts.y.clear();
      convolve(c, Seq::ragged({n}), &parts);
      said.insert(said.end(), parts.y[0].begin(), parts.y[0].end());
    }
    ASSERT_EQ(said.size(), whole.y[s].size());
    EXPECT_TRUE(said.empty() || std::memcmp(said.data(), whole.y[s].data(), said.size() * sizeof(double)) == 0);
    EXPECT_EQ(parts.history[0], whole.history[s]);
  }
}

TEST(RowConvolution, AResetForgetsWhatWasRead) {
  Convolving c;
  ConvolvedStreams s;
  s.x = {c.numbers(6 * kWide)};
  s.history = {c.numbers(kAhead * kWide)};
  Seq seq = Seq::ragged({6});
  seq.reset = {0, 0, 1, 0, 0, 0};
  convolve(c, seq, &s);
  for (int t = 2; t < 6; ++t) {
    for (int i = 0; i < kWide; ++i)
      EXPECT_NEAR(s.y[0][static_cast<size_t>(t * kWide + i)], formula(c, s.x[0], 2, t, i), 1e-15);
  }
  ConvolvedStreams last;
  last.x = {{s.x[0].begin(), s.x[0].begin() + 2 * kWide}};
  last.history = {c.numbers(kAhead * kWide)};
  seq = Seq::ragged({2});
  seq.reset = {0, 1};
  convolve(c, seq, &last);
  EXPECT_EQ(last.history[0][0], s.x[0][kWide]);
  EXPECT_EQ(last.history[0][kWide], 0) << "the row before the reset";
}

// The layer is linear in x and history, and in its weights: differences of any size are its derivatives.
TEST(RowConvolution, GradientsAreDifferences) {
  Convolving c;
  const std::vector<int> lengths = {2, 7, 0, 4};
  Seq seq = Seq::ragged(lengths);
  seq.reset.assign(static_cast<size_t>(seq.rows()), 0);
  seq.reset[static_cast<size_t>(seq.start[3])] = 1;  // of the longest one
  ConvolvedStreams s, dy, dlast;
  for (const int length : lengths) {
    s.x.push_back(c.numbers(length * kWide)), dy.x.push_back(c.numbers(length * kWide));
    s.history.push_back(c.numbers(kAhead * kWide)), dlast.history.push_back(c.numbers(kAhead * kWide));
  }
  // The sum of outputs and last histories, each times its gradient.
  const auto value = [&](ConvolvedStreams from) {
    convolve(c, seq, &from);
    double sum = 0;
    for (size_t n = 0; n < lengths.size(); ++n) {
      for (size_t i = 0; i < from.y[n].size(); ++i) sum += from.y[n][i] * dy.x[n][i];
      for (size_t i = 0; i < from.history[n].size(); ++i) sum += from.history[n][i] * dlast.history[n][i];
    }
    return sum;
  };
  const double base = value(s);
  const Matrix<double> x = packed_of(seq, s.x), up = packed_of(seq, dy.x);
  Matrix<double> y(seq.rows(), kWide), down(seq.rows(), kWide);
  Context<double> context{c.pool, c.arena};
  ConvolvedStreams moved = s, dfirst = s, dx;
  const std::vector<double*> history = pointers(seq, moved.history), first = pointers(seq, dfirst.history),
                             last = pointers(seq, dlast.history);
  const auto saved = c.layer.forward(context, c.weights, seq, x.view(), y.view(), history.data());
  Params<double> grads(c.table);
  c.layer.backward(context, c.weights, seq, saved, up.view(), down.view(), grads, last.data(), first.data());
  dx.x.resize(lengths.size());
  unpack(seq, down.view(), &dx.x);
  for (size_t n = 0; n < lengths.size(); ++n) {
    for (size_t i = 0; i < s.x[n].size(); ++i) {
      ConvolvedStreams other = s;
      other.x[n][i] += 1;
      EXPECT_NEAR(value(other) - base, dx.x[n][i], 1e-12) << n << " " << i;
    }
    for (size_t i = 0; i < s.history[n].size(); ++i) {
      ConvolvedStreams other = s;
      other.history[n][i] += 1;
      EXPECT_NEAR(value(other) - base, dfirst.history[n][i], 1e-12) << n << " " << i;
    }
  }
  for (int j = 0; j <= kAhead; ++j) {
    for (int i = 0; i < kWide; ++i) {
      double& w = host(c.weights.params().view(c.layer.weight()))(j, i);
      const double before = w;
      w += 1;
      EXPECT_NEAR(value(s) - base, host(grads.view(c.layer.weight()))(j, i), 1e-12);
      w = before;
    }
  }
}

}  // namespace
}  // namespace rnn::core
