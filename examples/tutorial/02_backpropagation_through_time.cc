// Why: page 2 of the tutorial: the gradient of an Elman network from one backward loop, and how far back it reaches.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "tutorial/checks.h"

namespace {

// [net]
constexpr int K = 7, H = 4;  // symbols, hidden units

struct Net {  // also the type of its gradient
  double W[H][K], R[H][H], b[H], V[K][H], d[K];
};
using Flat = std::array<double, sizeof(Net) / sizeof(double)>;
using Hidden = std::array<double, H>;
using Scores = std::array<double, K>;
// [/net]

std::vector<Hidden> forward(const Net& net, std::span<const int> x) {
  std::vector<Hidden> h(x.size());  // h[t]: after symbol t
  for (size_t t = 0; t < x.size(); ++t) {
    for (int i = 0; i < H; ++i) {
      double a = net.W[i][x[t]] + net.b[i];
      for (int j = 0; t > 0 && j < H; ++j) a += net.R[i][j] * h[t - 1][j];
      h[t][i] = std::tanh(a);
    }
  }
  return h;
}

Scores chances(const Net& net, const Hidden& h) {  // softmax of V h + d
  Scores p;
  double sum = 0;
  for (int k = 0; k < K; ++k) {
    p[k] = net.d[k];
    for (int i = 0; i < H; ++i) p[k] += net.V[k][i] * h[i];
    sum += p[k] = std::exp(p[k]);
  }
  for (double& y : p) y /= sum;
  return p;
}

double loss(const Net& net, std::span<const int> x, std::span<const int> target) {
  const std::vector<Hidden> h = forward(net, x);
  double sum = 0;
  for (size_t t = 0; t < x.size(); ++t) sum -= std::log(chances(net, h[t])[target[t]]);
  return sum;
}

// [paths]
// dL_t/dh_s[unit] for the last step t, given dL_t/dh_t: the sum over every chain unit -> i -> ... -> a unit of step t, with a
// factor tanh' * R for each of its steps.
double over_chains(const Net& net, const std::vector<Hidden>& h, const Hidden& dlast, size_t s, int unit) {
  if (s + 1 == h.size()) return dlast[unit];
  double sum = 0;
  for (int i = 0; i < H; ++i) sum += over_chains(net, h, dlast, s + 1, i) * (1 - h[s + 1][i] * h[s + 1][i]) * net.R[i][unit];
  return sum;
}
// [/paths]

// [backward]
struct Gradient {
  Net net{};              // with respect to the weights
  std::vector<Hidden> h;  // with respect to each hidden state
};

// Of the summed losses of steps `first`, first + 1, ...
Gradient backward(const Net& net, std::span<const int> x, std::span<const int> target, size_t first = 0) {
  const std::vector<Hidden> h = forward(net, x);
  Gradient g;
  g.h.resize(x.size());
  for (size_t t = x.size(); t-- > 0;) {
    if (t >= first) {  // from the loss of this step itself
      Scores dy = chances(net, h[t]);
      dy[target[t]] -= 1;
      for (int k = 0; k < K; ++k) {
        g.net.d[k] += dy[k];
        for (int i = 0; i < H; ++i) g.net.V[k][i] += dy[k] * h[t][i], g.h[t][i] += dy[k] * net.V[k][i];
      }
    }
    for (int i = 0; i < H; ++i) {
      const double da = g.h[t][i] * (1 - h[t][i] * h[t][i]);
      g.net.W[i][x[t]] += da, g.net.b[i] += da;
      for (int j = 0; t > 0 && j < H; ++j) {
        g.net.R[i][j] += da * h[t - 1][j];
        g.h[t - 1][j] += da * net.R[i][j];  // one step into the past
      }
    }
  }
  return g;
}
// [/backward]

// [check]
void check_gradient(const Net& net, std::span<const int> x, std::span<const int> target) {
  const Flat w = std::bit_cast<Flat>(net), gradient = std::bit_cast<Flat>(backward(net, x, target).net);
  const Flat slope = tutorial::slopes(w, [&](const Flat& at) { return loss(std::bit_cast<Net>(at), x, target); });
  tutorial::check(tutorial::difference(slope, gradient) < 1e-8, "the gradient agrees with 83 pairs of nudges");

  core::ModelConfig config{.task = "tag", .rnn = {.cell = core::CellKind::elman, .input = K, .hidden = H}, .output = K};
  tutorial::Library library(config, tutorial::kTensors, w);
  library.run(tutorial::one_hot(x, K, target));
  tutorial::check(tutorial::difference(library.gradient(), gradient) < 1e-12, "and with the library's model");
}
// [/check]

// [reach]
// |dL_t/dh_{t-k}| / |dL_t/dh_t|, k = 0 ... 16: R turns h and makes it `radius` times as long; `input` scales W and b.
std::vector<double> reach(Net net, double radius, double input) {
  const double c = radius * std::cos(1), s = radius * std::sin(1);
  const double turn[H][H] = {{c, -s, 0, 0}, {s, c, 0, 0}, {0, 0, c, -s}, {0, 0, s, c}};
  std::copy_n(&turn[0][0], H * H, &net.R[0][0]);
  for (double& w : std::span(&net.W[0][0], H * K)) w *= input;
  for (double& b : net.b) b *= input;
  std::vector<int> x(17), target(17);
  for (int t = 0; t < 17; ++t) x[t] = t * t % K;
  const std::vector<Hidden> dh = backward(net, x, target, 16).h;
  std::vector<double> share;
  for (int k = 0; k <= 16; ++k) share.push_back(tutorial::norm(dh[16 - k]) / tutorial::norm(dh[16]));
  return share;
}
// [/reach]

}  // namespace

int main() {
  const Net net = std::bit_cast<Net>(tutorial::random_weights<Flat>());
  const int x[] = {3, 1, 4, 1, 5, 0}, target[] = {1, 4, 1, 5, 0, 2};
  const std::vector<Hidden> h = forward(net, x), dh = backward(net, x, target, 5).h;
  for (int unit = 0; unit < H; ++unit)
    std::printf("unit %d  loop %10.3g  chains %10.3g\n", unit, dh[0][unit], over_chains(net, h, dh.back(), 0, unit));
  std::printf("\n");
  check_gradient(net, x, target);

  std::printf("\nlag  radius 0.5  radius 1.0  radius 1.5   1.5, loud\n");
  const std::vector<double> shares[] = {reach(net, 0.5, 1e-5), reach(net, 1, 1e-5), reach(net, 1.5, 1e-5),
                                        reach(net, 1.5, 2)};
  for (const int k : {0, 1, 2, 4, 8, 16}) {
    std::printf("%3d", k);
    for (const auto& share : shares) std::printf("  %10.3g", share[k]);
    std::printf("\n");
  }
  return 0;
}
