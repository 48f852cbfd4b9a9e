// Why: the normal equations of every window of a series from its products at each lag.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"
#include "series/observed.h"
#include "series/ridge.h"

namespace rnn::core {
namespace {

// Eight sums, added up in a fixed order: the compiler may use lanes.
double dot(const double* a, const double* b, int64_t n) {
  double lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) lanes[k] += a[i + k] * b[i + k];
  }
  for (int k = 0; i < n; ++i, ++k) lanes[k] += a[i] * b[i];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// put(i, sum over s < windows of a[s + i] b[s + i + lag]) for i in [from, to). The sum slides along, with Neumaier's compensation: what a
// large value has added is taken away to the last bit that matters.
template <class Put>
void slide(const double* a, const double* b, int64_t windows, int64_t lag, int64_t from, int64_t to, Put put) {
  if (from >= to) return;
  double sum = dot(a + from, b + from + lag, windows), lost = 0;
  const auto add = [&](double x) {
    const double next = sum + x;
    lost += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  };
  for (int64_t i = from;;) {
    put(i, sum + lost);
    if (++i == to) return;
    add(-a[i - 1] * b[i - 1 + lag]);
    add(a[windows - 1 + i] * b[windows - 1 + i + lag]);
  }
}

}  // namespace

RidgeSums::RidgeSums(RidgeShape shape) : shape_(shape) {
  if (shape.context < 1 || shape.horizon < 1 || shape.covariates < 0 || (shape.level && shape.covariates > 0)) {
    throw Error(Exit::usage, "series/ridge_shape",
                "a regression has a context of " + counted(shape.context, "step") + " and a horizon of " +
                    counted(shape.horizon, "step"),
                "both must be at least 1");
  }
  const auto L = static_cast<size_t>(shape.context), H = static_cast<size_t>(shape.horizon);
  const auto K = static_cast<size_t>(shape.covariates);
  xx_.assign(L * L, 0), xy_.assign(H * L, 0), yy_.assign(H, 0);
  xc_.assign(H * K * L, 0), xl_.assign(K * L, 0), yc_.assign(H * K, 0), yl_.assign(H * K, 0);
  cc_.assign(H * K * K, 0), cl_.assign(H * K * K, 0), ll_.assign(K * K, 0);
}

void RidgeSums::add(const RidgeSeries& series, int64_t first, int64_t end) {
  const auto n = static_cast<int64_t>(series.values.size());
  const int64_t context = shape_.context, width = context + shape_.horizon;
  if (static_cast<int>(series.covariates.size()) != shape_.covariates) {
    throw Error(Exit::internal, "series/covariates",
                "a series has " + counted(series.covariates.size(), "covariate") + ", the regression " +
                    counted(shape_.covariates, "covariate"),
                "give every series the same covariates");
  }
  first = std::max(first, context), end = std::min(end, n);
  int64_t run = std::max<int64_t>(first - context, 0);  // where the run of complete rows begins
  for (int64_t row = run; row <= end; ++row) {
    bool complete = row < end && observed(series.values[static_cast<size_t>(row)]);
    for (const std::span<const double>& c : series.covariates) complete = complete && observed(c[static_cast<size_t>(row)]);
    if (complete) continue;
    if (row - run >= width) add_run(series, run, row - run - width + 1);
    run = row + 1;
  }
}

void RidgeSums::add_run(const RidgeSeries& series, int64_t first_window, int64_t windows) {
  const int64_t L = shape_.context, H = shape_.horizon, last = L - 1, width = L + H;
  // Less its mean, which differences do not see: smaller numbers, smaller rounding. A level is measured from 0.
  const std::span<const double> run =
      series.values.subspan(static_cast<size_t>(first_window), static_cast<size_t>(windows + width - 1));
  const double mean = shape_.level ? 0 : mean_observed(run);
  std::vector<double> y(run.begin(), run.end());
  const double scale = series.scale > 0 ? series.scale : 1;
  for (double& value : y) value = (value - mean) / scale;

  std::vector<double> products(static_cast<size_t>(L * width)),
      squares(static_cast<size_t>(width));  // [L, L + H], upper part
  for (int64_t lag = 0; lag < width; ++lag) {
    const int64_t to = lag == 0 ? width : std::min(L, width - lag);
    slide(y.data(), y.data(), windows, lag, 0, to, [&](int64_t i, double sum) {
      if (i < L) products[static_cast<size_t>(i * width + i + lag)] = sum;
      if (lag == 0) squares[static_cast<size_t>(i)] = sum;
    });
  }
  const auto product = [&](int64_t i, int64_t j) {  // the lesser of i and j is below L
    return products[static_cast<size_t>(std::min(i, j) * width + std::max(i, j))];
  };
  windows_ += windows;
  if (shape_.level) {
    for (int64_t i = 0; i < L; ++i) {
      for (int64_t j = 0; j < L; ++j) xx_[static_cast<size_t>(i * L + j)] += product(i, j);
      for (int64_t h = 0; h < H; ++h) xy_[static_cast<size_t>(h * L + i)] += product(i, L + h);
    }
    for (int64_t h = 0; h < H; ++h) yy_[static_cast<size_t>(h)] += squares[static_cast<size_t>(L + h)];
    return;
  }
  const double of_last = product(last, last);
  for (int64_t i = 0; i < L; ++i) {
    for (int64_t j = 0; j < L; ++j) {
      xx_[static_cast<size_t>(i * L + j)] += (product(i, j) - product(i, last) - product(j, last) + of_last);
    }
    for (int64_t h = 0; h < H; ++h) {
      xy_[static_cast<size_t>(h * L + i)] += (product(i, L + h) - product(i, last) - product(last, L + h) + of_last);
    }
  }
  for (int64_t h = 0; h < H; ++h) {
    yy_[static_cast<size_t>(h)] += (squares[static_cast<size_t>(L + h)] - 2 * product(last, L + h) + of_last);
  }
  if (shape_.covariates > 0) add_covariates(series, y, first_window, windows);
}

void RidgeSums::add_covariates(const RidgeSeries& series, const std::vector<double>& y, int64_t first_window,
                               int64_t windows) {
  const int64_t L = shape_.context, H = shape_.horizon, K = shape_.covariates, last = L - 1, width = L + H;
  const auto start = [&](int64_t k) { return series.covariates[static_cast<size_t>(k)].data() + first_window; };
  std::vector<double> p(
      static_cast<size_t>((H + 1) * L));  // [1 + H, L]: value i of the window times the covariate at last + row
  for (int64_t k = 0; k < K; ++k) {
    const double* c = start(k);
    for (int64_t lag = 0; lag < width; ++lag) {
      slide(y.data(), c, windows, lag, std::max<int64_t>(0, last - lag), std::min(L, width - lag),
            [&](int64_t i, double sum) { p[static_cast<size_t>((i + lag - last) * L + i)] = sum; });
    }
    for (int64_t i = 0; i < L; ++i) {
      xl_[static_cast<size_t>(k * L + i)] += (p[static_cast<size_t>(i)] - p[static_cast<size_t>(last)]);
    }
    for (int64_t h = 0; h < H; ++h) {
      const double* row = p.data() + (h + 1) * L;
      double* xc = xc_.data() + (h * K + k) * L;
      for (int64_t i = 0; i < L; ++i) xc[i] += (row[i] - row[last]);
      yc_[static_cast<size_t>(h * K + k)] -= row[last];
      yl_[static_cast<size_t>(h * K + k)] += (dot(y.data() + L + h, c + last, windows) - p[static_cast<size_t>(last)]);
    }
    slide(y.data(), c, windows, 0, L, width,
          [&](int64_t i, double sum) { yc_[static_cast<size_t>((i - L) * K + k)] += sum; });
    for (int64_t other = 0; other < K; ++other) {
      const double* o = start(other);
      ll_[static_cast<size_t>(k * K + other)] += dot(c + last, o + last, windows);
      slide(c, o, windows, 0, L, width,
            [&](int64_t i, double sum) { cc_[static_cast<size_t>(((i - L) * K + k) * K + other)] += sum; });
      for (int64_t h = 0; h < H; ++h) {
        cl_[static_cast<size_t>((h * K + k) * K + other)] += dot(c + L + h, o + last, windows);
      }
    }
  }
}

void RidgeSums::add(const RidgeSums& other) {
  if (!(other.shape_ == shape_)) throw Error(Exit::internal, "series/ridge_shape", "sums of two shapes are added", "");
  const auto plus = [](std::vector<double>& to, const std::vector<double>& from) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  plus(xx_, other.xx_), plus(xy_, other.xy_), plus(yy_, other.yy_), plus(xc_, other.xc_), plus(xl_, other.xl_);
  plus(yc_, other.yc_), plus(yl_, other.yl_), plus(cc_, other.cc_), plus(cl_, other.cl_), plus(ll_, other.ll_);
  windows_ += other.windows_;
}

}  // namespace rnn::core
