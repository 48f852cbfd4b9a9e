// Why: attention with both kinds of scores: float against the double loops, these against central differences, and the same
// bits however the work is divided.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/denormals.h"
#include "kernels/guarded.h"
#include "kernels/host.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

using Numbers = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Case {
  bool additive;
  int a, m;                    // widths of keys and values
  std::vector<int> lengths;    // of each stream's memory
  std::vector<int> durations;  // steps of each stream, longest first
  int gap = 0;                 // unused numbers between rows
};

// All values are floats, so that both tables start from the same ones. After each memory there is a row that must not be
// read.
struct Problem {
  Case c;
  int streams = 0, width;                      // of the weights: more than the longest memory
  std::vector<int> start, begin;               // [steps + 1], [streams]
  Numbers queries, keys, values, v, dcontext;  // [rows, A], [memory rows, A or M], [A], [rows, M]
  double scale = 1;

  Problem(const Case& of, uint64_t seed) : c(of), width(*std::max_element(of.lengths.begin(), of.lengths.end()) + 2) {
    const int memory_rows = lay_out();
    Random random(seed, Purpose::test);
    const auto fill = [&](Numbers& x, int count, int cols, double bound) {
      x.resize(static_cast<size_t>(count) * cols);
      for (double& number : x) number = static_cast<float>(random.uniform(-bound, bound));
    };
    fill(queries, rows(), c.a, 1), fill(keys, memory_rows, c.a, 1.5), fill(values, memory_rows, c.m, 1);
    fill(v, 1, c.a, 3 / std::sqrt(static_cast<double>(c.a))), fill(dcontext, rows(), c.m, 1);
    scale = static_cast<float>(1.7 / std::sqrt(static_cast<double>(c.a)));
    for (int r = 0; r < streams; ++r) {
      const ptrdiff_t unused = begin[r] + c.lengths[r];
      std::fill_n(keys.begin() + unused * c.a, c.a, kNan);
      std::fill_n(values.begin() + unused * c.m, c.m, kNan);
    }
  }

  int steps() const { return static_cast<int>(start.size()) - 1; }
  int rows() const { return start.back(); }
  std::vector<int> rows_of(int stream) const {
    std::vector<int> all;
    for (int t = 0; t < c.durations[stream]; ++t) all.push_back(start[t] + stream);
    return all;
  }
  std::vector<int> memory_of(int stream) const {
    std::vector<int> all;
    for (int j = 0; j <= c.lengths[stream]; ++j) all.push_back(begin[stream] + j);
    return all;
  }

  // Memories lie in the opposite order of the streams. Returns their rows.
  int lay_out() {
    streams = static_cast<int>(c.lengths.size());
    start = {0}, begin.assign(streams, 0);
    for (int t = 0; t < c.durations[0]; ++t) {
      const auto active = std::count_if(c.durations.begin(), c.durations.end(), [&](int n) { return n > t; });
      start.push_back(start.back() + static_cast<int>(active));
    }
    int memory_rows = 0;
    for (int r = streams - 1; r >= 0; --r) begin[r] = memory_rows, memory_rows += c.lengths[r] + 1;
    return memory_rows;
  }
};

std::string describe(const Case& c) {
  return std::string(c.additive ? "additive" : "dot") + " A=" + std::to_string(c.a) + " M=" + std::to_string(c.m) +
         " gap=" + std::to_string(c.gap);
}

// Rows of x [., cols].
Numbers pick(const Numbers& x, int cols, const std::vector<int>& rows) {
  Numbers some;
  for (const ptrdiff_t row : rows) some.insert(some.end(), x.begin() + row * cols, x.begin() + (row + 1) * cols);
  return some;
}

// One stream of a problem by itself.
Problem alone(const Problem& p, int stream) {
  Problem one = p;
  one.c.lengths = {p.c.lengths[stream]}, one.c.durations = {p.c.durations[stream]};
  one.lay_out();
  one.queries = pick(p.queries, p.c.a, p.rows_of(stream)), one.dcontext = pick(p.dcontext, p.c.m, p.rows_of(stream));
  one.keys = pick(p.keys, p.c.a, p.memory_of(stream)), one.values = pick(p.values, p.c.m, p.memory_of(stream));
  return one;
}

// A matrix between guard zones, NaN after each row.
template <class T>
class Grid {
 public:
  Grid(const Numbers& x, int cols, int gap)
      : rows_(static_cast<int>(x.size()) / cols),
        cols_(cols),
        stride_(cols + gap),
        buffer_(static_cast<size_t>(rows_) * stride_, static_cast<T>(kNan)) {
    for (int r = 0; r < rows_; ++r) {
      for (int i = 0; i < cols; ++i) host(view())(r, i) = static_cast<T>(x[static_cast<size_t>(r) * cols + i]);
    }
  }
  View<T> view() { return {buffer_.data(), rows_, cols_, stride_}; }
  // Its numbers, after a check of what must not have been written.
  Numbers numbers() {
    EXPECT_TRUE(buffer_.intact());
    Numbers all;
    for (int r = 0; r < rows_; ++r) {
      const T* row = host(view()).row(r);
      all.insert(all.end(), row, row + cols_);
      EXPECT_TRUE(std::all_of(row + cols_, row + stride_, [](T x) { return std::isnan(x); })) << "written between rows";
    }
    return all;
  }

 private:
  int rows_, cols_, stride_;
  Guarded<T> buffer_;
};

struct Result {
  Numbers weights, context, dqueries, dkeys, dvalues, dv;  // weights: zero behind the end of each memory
};

struct Way {
  int threads = 1, chunk = 1000;  // steps of a call
  bool backward = true;
};

template <class T>
Result run(const Problem& p, const Way& way = {}) {
  Pool pool(way.threads);
  const int a = p.c.a, m = p.c.m, gap = p.c.gap, rows = p.rows();
  Grid<T> queries(p.queries, a, gap), keys(p.keys, a, gap), values(p.values, m, gap), dcontext(p.dcontext, m, gap);
  Grid<T> weights(Numbers(static_cast<size_t>(rows) * p.width, kNan), p.width, gap);
  Grid<T> context(Numbers(p.dcontext.size(), kNan), m, gap), dqueries(Numbers(p.queries.size(), kNan), a, gap);
  Grid<T> dkeys(Numbers(p.keys.size()), a, gap), dvalues(Numbers(p.values.size()), m, gap);
  Grid<T> v(p.v, a, 0), dv(Numbers(static_cast<size_t>(p.streams) * a), a, 0);
  AttentionArgs<T> args;
  args.begin = p.begin.data(), args.length = p.c.lengths.data();
  args.queries = queries.view(), args.keys = keys.view(), args.values = values.view();
  args.v = p.c.additive ? host(v.view()).data : nullptr, args.scale = static_cast<T>(p.scale);
  args.weights = weights.view(), args.context = context.view();
  const auto steps = [&](int first) {
    args.start = p.start.data() + first, args.steps = std::min(way.chunk, p.steps() - first);
    return args;
  };
  for (int t = 0; t < p.steps(); t += way.chunk) kernels<T>().attention_forward(pool, steps(t));
  args.dcontext = dcontext.view(), args.dqueries = dqueries.view(), args.dkeys = dkeys.view();
  args.dvalues = dvalues.view(), args.dv = p.c.additive ? host(dv.view()).data : nullptr;
  for (int t = (p.steps() - 1) / way.chunk * way.chunk; t >= 0 && way.backward; t -= way.chunk)
    kernels<T>().attention_backward(pool, steps(t));
  Result result{weights.numbers(), context.numbers(), dqueries.numbers(), dkeys.numbers(), dvalues.numbers(), dv.numbers()};
  for (int r = 0; r < p.streams; ++r) {
    for (const int row : p.rows_of(r)) {
      for (int j = p.c.lengths[r]; j < p.width; ++j) {
        double& unused = result.weights[static_cast<size_t>(row) * p.width + j];
        EXPECT_TRUE(std::isnan(unused)) << "row " << row << " weight " << j;
        unused = 0;
      }
    }
  }
  return result;
}

// Bits, not values.
bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}
void expect_same(const Result& got, const Result& want) {
  EXPECT_TRUE(same_bits(got.weights, want.weights));
  EXPECT_TRUE(same_bits(got.context, want.context));
  EXPECT_TRUE(same_bits(got.dqueries, want.dqueries));
  EXPECT_TRUE(same_bits(got.dkeys, want.dkeys));
  EXPECT_TRUE(same_bits(got.dvalues, want.dvalues));
  EXPECT_TRUE(same_bits(got.dv, want.dv));
}

// The largest difference, relative to the largest number. NaN nowhere.
void expect_near(const char* name, const Numbers& got, const Numbers& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size()) << name;
  double largest = 0;
  for (const double x : want) largest = std::max(largest, std::abs(x));
  for (size_t i = 0; i < want.size(); ++i) ASSERT_LE(std::abs(got[i] - want[i]), tolerance * largest) << name << " " << i;
}

void agrees(const Case& c, uint64_t seed) {
  SCOPED_TRACE(describe(c));
  const Problem p(c, seed);
  const Result want = run<double>(p), got = run<float>(p, {1 + static_cast<int>(seed % 3)});
  expect_near("weights", got.weights, want.weights, kRecurrentForward);
  expect_near("context", got.context, want.context, kRecurrentForward);
  expect_near("dqueries", got.dqueries, want.dqueries, kRecurrentBackward);
  expect_near("dkeys", got.dkeys, want.dkeys, kRecurrentBackward);
  expect_near("dvalues", got.dvalues, want.dvalues, kRecurrentBackward);
  expect_near("dv", got.dv, want.dv, kRecurrentBackward);
}

TEST(Attention, FloatAgreesWithDouble) {
  uint64_t seed = 0;
  for (const bool additive : {false, true}) {
    for (const int a : {1, 3, 7, 16, 33, 512}) {
      for (const int m : {1, 3, 7, 16, 33, 512}) {
        ++seed;
        agrees({additive, a, m, {5, 0, 1, 12, 3}, {4, 4, 3, 1, 1}, seed % 2 ? 3 : 0}, seed);
      }
    }
    agrees({additive, 33, 130, {17, 50}, {6, 5}}, 100);
    agrees({additive, 20, 17, {1100, 1024}, {2, 1}, 1}, 101);  // more than the kernel keeps of a row
    agrees({additive, 5, 4, {0, 0}, {2, 2}}, 102);
  }
}

// A score is the logarithm of 3 above the other.
template <class T>
void as_by_hand() {
  for (const bool additive : {false, true}) {
    Problem p({additive, 1, 1, {2}, {1}}, 1);
    p.queries = {additive ? 0 : std::log(3.0)}, p.keys = {1, 0, kNan}, p.values = {4, 8, kNan}, p.scale = 1;
    p.v = {std::log(3.0) / std::tanh(1.0)};
    const Result got = run<T>(p);
    EXPECT_NEAR(got.weights[0], 0.75, kSoftmaxGradient);
    EXPECT_NEAR(got.weights[1], 0.25, kSoftmaxGradient);
    EXPECT_NEAR(got.context[0], 5, 8 * kSoftmaxGradient);
  }
}
TEST(Attention, FloatByHand) { as_by_hand<float>(); }
TEST(Attention, DoubleByHand) { as_by_hand<double>(); }

// sum(dcontext * context): its gradient is what backward computes.
double loss(const Problem& p) {
  const Result got = run<double>(p, {1, 1000, false});
  double sum = 0;
  for (size_t i = 0; i < got.context.size(); ++i) sum += p.dcontext[i] * got.context[i];
  return sum;
}

TEST(Attention, DoubleAgreesWithFiniteDifferences) {
  for (const bool additive : {false, true}) {
    SCOPED_TRACE(additive ? "additive" : "dot");
    Problem p({additive, 3, 4, {4, 1, 0, 3}, {3, 3, 2, 1}, 1}, 7);
    const Result got = run<double>(p);
    Numbers by_v(p.c.a);
    for (size_t i = 0; i < got.dv.size(); ++i) by_v[i % by_v.size()] += got.dv[i];
    const auto compare = [&](const char* name, Numbers& values, const Numbers& gradient) {
      ASSERT_EQ(values.size(), gradient.size()) << name;
      double largest = 0, difference = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        const double x = values[i];
        values[i] = x + kFiniteDifferenceStep;
        const double up = loss(p);
        values[i] = x - kFiniteDifferenceStep;
        const double down = loss(p);
        values[i] = x;
        largest = std::max(largest, std::abs(gradient[i]));
        difference = std::max(difference, std::abs((up - down) / (2 * kFiniteDifferenceStep) - gradient[i]));
      }
      EXPECT_GT(largest, 1e-3) << name;
      EXPECT_LE(difference, kFiniteDifference * largest + kFiniteDifferenceFloor) << name;
    };
    compare("queries", p.queries, got.dqueries);
    compare("keys", p.keys, got.dkeys);
    compare("values", p.values, got.dvalues);
    if (additive) compare("v", p.v, by_v);
  }
}

class AttentionBits : public testing::TestWithParam<bool> {
 protected:
  // Enough work for every thread count to cut it, with ends of rows that fill no vector.
  AttentionBits()
      : p_({GetParam(), 67, 150, {12, 0, 1, 20, 7, 13, 9}, {7, 7, 6, 6, 3, 2, 1}, 1}, 5), want_(run<float>(p_)) {}
  const Problem p_;
  const Result want_;
};

TEST_P(AttentionBits, AnyThreadCount) {
  for (const int threads : {2, 3, 5, 16}) {
    SCOPED_TRACE(threads);
    expect_same(run<float>(p_, {threads}), want_);
  }
}

// Gradients of a memory add up over the calls.
TEST_P(AttentionBits, InChunksOfSteps) {
  const Result exact = run<double>(p_);
  for (const int chunk : {1, 2, 3}) {
    SCOPED_TRACE(chunk);
    for (const int threads : {1, 3}) expect_same(run<float>(p_, {threads, chunk}), want_);
    expect_same(run<double>(p_, {1, chunk}), exact);
  }
}

TEST_P(AttentionBits, AStreamAlone) {
  for (int r = 0; r < p_.streams; ++r) {
    SCOPED_TRACE(r);
    const auto rows = p_.rows_of(r), memory = p_.memory_of(r);
    const int a = p_.c.a, m = p_.c.m;
    expect_same(run<float>(alone(p_, r), {1 + r % 2}),
                {pick(want_.weights, p_.width, rows), pick(want_.context, m, rows), pick(want_.dqueries, a, rows),
                 pick(want_.dkeys, a, memory), pick(want_.dvalues, m, memory), pick(want_.dv, a, {r})});
  }
}

TEST_P(AttentionBits, WithoutGaps) {
  Problem p = p_;
  p.c.gap = 0;
  expect_same(run<float>(p), want_);
}

// As in a beam: the queries differ, or not.
TEST_P(AttentionBits, RowsThatShareAMemory) {
  Problem p({GetParam(), 33, 130, {50, 50, 50, 50}, {1, 1, 1, 1}, 2}, 9);
  const int shared = p.begin[1];
  p.begin.assign(p.streams, shared);
  std::copy_n(p.queries.begin(), p.c.a, p.queries.begin() + 3 * static_cast<ptrdiff_t>(p.c.a));
  for (const int threads : {1, 2, 3}) {
    const Result got = run<float>(p, {threads, 1, false});
    for (int r = 0; r < p.streams; ++r) {
      const Result want = run<float>(alone(p, r), {1, 1, false});
      EXPECT_TRUE(same_bits(pick(got.weights, p.width, {r}), want.weights)) << r;
      EXPECT_TRUE(same_bits(pick(got.context, p.c.m, {r}), want.context)) << r;
    }
    EXPECT_TRUE(same_bits(pick(got.context, p.c.m, {0}), pick(got.context, p.c.m, {3})));
    EXPECT_FALSE(same_bits(pick(got.context, p.c.m, {0}), pick(got.context, p.c.m, {1})));
  }
}

// NaN must not disappear, and stays in its stream.
TEST_P(AttentionBits, NanStaysNan) {
  for (const int place : {0, 11}) {
    Problem p = p_;
    p.keys[static_cast<size_t>(p.begin[0] + place) * p.c.a + 3] = kNan;
    const Result got = run<float>(p);
    for (int r = 0; r < p.streams; ++r) {
      const Numbers weights = pick(got.weights, p.width, p.rows_of(r)), context = pick(got.context, p.c.m, p.rows_of(r)),
                    dqueries = pick(got.dqueries, p.c.a, p.rows_of(r));
      if (r == 0) {
        const auto is_nan = [](double x) { return std::isnan(x); };
        EXPECT_TRUE(std::all_of(weights.begin(), weights.begin() + p.c.lengths[0], is_nan));
        EXPECT_TRUE(std::all_of(context.begin(), context.end(), is_nan));
        EXPECT_TRUE(std::all_of(dqueries.begin(), dqueries.end(), is_nan));
      } else {
        EXPECT_TRUE(same_bits(weights, pick(want_.weights, p.width, p.rows_of(r))));
        EXPECT_TRUE(same_bits(context, pick(want_.context, p.c.m, p.rows_of(r))));
        EXPECT_TRUE(same_bits(dqueries, pick(want_.dqueries, p.c.a, p.rows_of(r))));
      }
    }
  }
}

// A score far above the others takes all the weight, one far below none.
TEST_P(AttentionBits, FarApart) {
  Problem p({GetParam(), 1, 17, {3}, {1}}, 3);
  p.queries = {GetParam() ? 0.0 : 1.0}, p.keys = {-50, 50, 0, kNan}, p.v = {500}, p.scale = 100;
  const Result got = run<float>(p);
  EXPECT_NEAR(got.weights[0], 0, 1e-30);
  EXPECT_EQ(got.weights[1], 1);
  EXPECT_NEAR(got.weights[2], 0, 1e-30);
  expect_near("context", got.context, pick(p.values, p.c.m, {1}), kSoftmaxGradient);
}

TEST_P(AttentionBits, DenormalsCountAsZero) {
  const KeepDenormals mode;
  Problem p({GetParam(), 20, 20, {1}, {1}}, 3);
  for (Numbers* x : {&p.values, &p.dcontext}) {
    for (double& number : *x) number = number > 0 ? 1e-40 : number < 0 ? -1e-40 : number;
  }
  const Result got = run<float>(p);
  EXPECT_EQ(got.context, Numbers(20));
  EXPECT_EQ(got.dvalues, Numbers(40));
  EXPECT_EQ(got.dqueries, Numbers(20));
  EXPECT_TRUE(mode.kept());
}

INSTANTIATE_TEST_SUITE_P(Scores, AttentionBits, testing::Bool(),
                         [](const auto& test) { return test.param ? "additive" : "dot"; });

}  // namespace
}  // namespace rnn::core::test
