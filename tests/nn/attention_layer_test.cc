// Why: attention by hand, as its papers write it.
#include "kernels/host.h"
#include "nn/layers/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"
#include "support/tolerances.h"

namespace rnn::core {
namespace {

using Numbers = std::vector<double>;
constexpr int kMemory = 4, kSize = 5;
constexpr AttentionKind kKinds[] = {AttentionKind::additive, AttentionKind::general, AttentionKind::dot,
                                    AttentionKind::scaled_dot};

// Dot products need as many numbers on both sides.
int query_of(AttentionKind kind) { return kind == AttentionKind::additive || kind == AttentionKind::general ? 3 : kMemory; }

// The layer alone, with random weights, before three sentences of 3, 1 and 5 rows that are looked at 4, 2 and 2 times.
template <class T>
struct Case {
  AttentionKind kind;
  int query;
  ParamTable table;
  Packed<T> packed;
  Attention<T> attention;
  Params<T> params;
  Seq seq = Seq::ragged({4, 2, 2});
  std::vector<int> begin{0, 3, 4}, length{3, 1, 5};
  Matrix<T> values{9, kMemory}, queries;
  Pool pool{2};
  Arena arena;
  Context<T> context{pool, arena};

  explicit Case(AttentionKind of)
      : kind(of),
        query(query_of(of)),
        attention(of, query, kMemory, kSize, table, packed),
        params(table),
        queries(seq.rows(), query) {
    Random random(4, Purpose::test);
    const auto fill = [&](T* x, size_t n) {
      for (size_t i = 0; i < n; ++i) x[i] = static_cast<T>(random.uniform(-1, 1));
    };
    for (const ParamInfo& info : table.all()) fill(params.data() + info.offset, info.size());
    fill(values.data(), values.size()), fill(queries.data(), queries.size());
    packed.allocate(kernels<T>(), table, false);
  }

  View<T> weight(const char* name) { return params.view(table.find(name)); }

  // All steps, `chunk` of them at a time.
  typename Attention<T>::Saved look(int chunk = 100) {
    packed.update(pool, params, [](size_t, size_t) {});
    const View<const T> keys = attention.keys(context, packed, values.view());
    const Encoded<T> memory{values.view(), keys, begin.data(), length.data(), 5};
    const auto saved = attention.begin(context, packed, seq, memory, queries.view());
    for (int t = 0; t < seq.steps(); t += chunk)
      attention.forward(context, packed, seq, t, std::min(seq.steps(), t + chunk), saved);
    return saved;
  }

  // Calls visit(packed row, its stream).
  template <class Visit>
  void each_row(const Visit& visit) const {
    for (int t = 0; t < seq.steps(); ++t) {
      for (int r = 0; r < seq.active(t); ++r) visit(seq.start[t] + r, r);
    }
  }
};

// W x, each row a sum.
template <class T>
Numbers product(View<const T> w, const Numbers& x) {
  Numbers y(w.rows);
  for (int r = 0; r < w.rows; ++r) {
    for (int i = 0; i < w.cols; ++i) y[r] += static_cast<double>(host(w)(r, i)) * x[i];
  }
  return y;
}
double dot(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// How well a query fits a row of the memory.
template <class T>
double score(Case<T>& c, const Numbers& q, const Numbers& m) {
  switch (c.kind) {
    case AttentionKind::general:
      return dot(q, product<T>(c.weight("attention.key.weight"), m));
    case AttentionKind::dot:
      return dot(q, m);
    case AttentionKind::scaled_dot:
      return dot(q, m) / std::sqrt(static_cast<double>(m.size()));
    default:
      break;
  }
  const Numbers by_query = product<T>(c.weight("attention.query.weight"), q),
                by_memory = product<T>(c.weight("attention.key.weight"), m);
  double sum = 0;
  for (int i = 0; i < kSize; ++i) {
    const double bias = host(c.weight("attention.key.bias"))(0, i), v = host(c.weight("attention.score.weight"))(0, i);
    sum += v * std::tanh(by_query[i] + by_memory[i] + bias);
  }
  return sum;
}

template <class T>
void as_the_papers_write_it(double tolerance) {
  for (const AttentionKind kind : kKinds) {
    SCOPED_TRACE(attention_name(kind));
    Case<T> c(kind);
    const auto saved = c.look();
    c.each_row([&](int row, int stream) {
      const Numbers q(c.queries.row(row), c.queries.row(row) + c.query);
      Numbers weights, read(kMemory);
      double total = 0, sum = 0;
      for (int j = 0; j < c.length[stream]; ++j) {
        const T* m = c.values.row(c.begin[stream] + j);
        weights.push_back(std::exp(score(c, q, Numbers(m, m + kMemory))));
        total += weights.back();
      }
      for (int j = 0; j < c.length[stream]; ++j) {
        const T* m = c.values.row(c.begin[stream] + j);
        for (int i = 0; i < kMemory; ++i) read[i] += weights[j] / total * static_cast<double>(m[i]);
        EXPECT_NEAR(host(saved.args.weights)(row, j), weights[j] / total, tolerance) << row << " " << j;
        sum += static_cast<double>(host(saved.args.weights)(row, j));
      }
      EXPECT_NEAR(sum, 1, tolerance) << row;
      read.insert(read.end(), q.begin(), q.end());
      const Numbers out = product<T>(c.weight("attention.output.weight"), read);
      for (int i = 0; i < c.query; ++i) EXPECT_NEAR(host(saved.h)(row, i), std::tanh(out[i]), tolerance) << row << " " << i;
    });
  }
}
TEST(AttentionLayer, FloatAsThePapersWriteIt) { as_the_papers_write_it<float>(test::kRecurrentForward); }
TEST(AttentionLayer, DoubleAsThePapersWriteIt) { as_the_papers_write_it<double>(test::kDual); }

TEST(AttentionLayer, AKeyFarAheadTakesAll) {
  for (const AttentionKind kind : {AttentionKind::general, AttentionKind::dot, AttentionKind::scaled_dot}) {
    SCOPED_TRACE(attention_name(kind));
    Case<float> c(kind);
    std::fill_n(c.values.data(), c.values.size(), 0.0f), std::fill_n(c.queries.data(), c.queries.size(), 0.0f);
    for (int row = 0; row < c.values.rows(); ++row) c.values(row, row % 3) = 1;
    if (kind == AttentionKind::general) {  // keys are the first three numbers
      const View<float> w = c.weight("attention.key.weight");
      for (int r = 0; r < w.rows; ++r) {
        for (int i = 0; i < w.cols; ++i) host(w)(r, i) = r == i ? 1 : 0;
      }
    }
    for (int row = 0; row < c.queries.rows(); ++row) c.queries(row, 1) = 100;
    const auto saved = c.look();
    // Row r of the memory is unit vector r % 3, and unit vector 1 is ahead: in the third sentence, rows 4 to 8, there are two.
    const std::vector<std::vector<float>> expected{{0, 1, 0}, {1}, {0.5f, 0, 0, 0.5f, 0}};
    c.each_row([&](int row, int stream) {
      Numbers read(kMemory);
      for (int j = 0; j < c.length[stream]; ++j) {
        EXPECT_NEAR(host(saved.args.weights)(row, j), expected[stream][j], test::kSoftmaxGradient) << row << " " << j;
        for (int i = 0; i < kMemory; ++i) read[i] += expected[stream][j] * c.values(c.begin[stream] + j, i);
      }
      for (int i = 0; i < kMemory; ++i) EXPECT_NEAR(host(saved.read)(row, i), read[i], 2 * test::kSoftmaxGradient) << row;
      for (int i = 0; i < c.query; ++i)
        EXPECT_EQ(host(saved.read)(row, kMemory + i), c.queries(row, i)) << "the query comes behind";
    });
  }
}

TEST(AttentionLayer, StepsInChunksHaveTheSameBits) {
  for (const AttentionKind kind : kKinds) {
    SCOPED_TRACE(attention_name(kind));
    Case<float> c(kind);
    const auto whole = c.look();
    for (const int chunk : {1, 3}) {
      const auto parts = c.look(chunk);
      c.each_row([&](int row, int stream) {
        const auto same = [&](View<const float> a, View<const float> b, int numbers) {
          return std::memcmp(host(a).row(row), host(b).row(row), numbers * sizeof(float)) == 0;
        };
        EXPECT_TRUE(same(parts.h, whole.h, c.query)) << chunk << " " << row;
        EXPECT_TRUE(same(parts.read, whole.read, kMemory + c.query)) << chunk << " " << row;
        EXPECT_TRUE(same(parts.args.weights, whole.args.weights, c.length[stream])) << chunk << " " << row;
      });
    }
  }
}

TEST(AttentionLayer, ParametersOfEachKind) {
  const auto shapes = [](AttentionKind kind) {
    std::map<std::string, std::vector<int>> all;
    const Case<float> c(kind);
    for (const ParamInfo& info : c.table.all())
      all[info.name] = info.vector ? std::vector<int>{info.cols} : std::vector<int>{info.rows, info.cols};
    return all;
  };
  using Shapes = std::map<std::string, std::vector<int>>;
  EXPECT_EQ(shapes(AttentionKind::additive), (Shapes{{"attention.query.weight", {5, 3}},
                                                     {"attention.key.weight", {5, 4}},
                                                     {"attention.key.bias", {5}},
                                                     {"attention.score.weight", {5}},
                                                     {"attention.output.weight", {3, 7}}}));
  EXPECT_EQ(shapes(AttentionKind::general), (Shapes{{"attention.key.weight", {3, 4}}, {"attention.output.weight", {3, 7}}}));
  EXPECT_EQ(shapes(AttentionKind::dot), (Shapes{{"attention.output.weight", {4, 8}}}));
  EXPECT_EQ(shapes(AttentionKind::scaled_dot), (Shapes{{"attention.output.weight", {4, 8}}}));
}

}  // namespace
}  // namespace rnn::core
