// Why: page 3 of the tutorial: the LSTM and the GRU next to the Elman cell, and how far a gradient reaches in each.
#include <bit>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "tutorial/loop.h"

namespace {

using tutorial::Elman, tutorial::Flat, tutorial::Net, tutorial::Steps;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// [lstm]
struct Lstm {
  enum { i, f, g, o, gates };
  enum { h, c, states };
  static constexpr auto kind = core::CellKind::lstm;

  static void forward(double* a, const double* u, const double* s, double* s1) {
    for (const int gate : {i, f, o}) a[gate] = sigmoid(a[gate] + u[gate]);
    a[g] = std::tanh(a[g] + u[g]);
    s1[c] = a[f] * s[c] + a[i] * a[g];
    s1[h] = a[o] * std::tanh(s1[c]);
  }

  static void backward(double* a, double* u, const double* s, const double* s1, const double* ds1, double* ds) {
    const double I = a[i], F = a[f], G = a[g], O = a[o], t = std::tanh(s1[c]);
    const double dc = ds1[c] + ds1[h] * O * (1 - t * t);
    a[i] = u[i] = dc * G * I * (1 - I);
    a[f] = u[f] = dc * s[c] * F * (1 - F);
    a[g] = u[g] = dc * I * (1 - G * G);
    a[o] = u[o] = ds1[h] * t * O * (1 - O);
    ds[c] += dc * F;  // no matrix, no tanh': only the forget gate
  }
};
// [/lstm]

// [gru]
struct Gru {
  enum { r, z, n, gates };
  enum { h, states };
  static constexpr auto kind = core::CellKind::gru;

  static void forward(double* a, const double* u, const double* s, double* s1) {
    for (const int gate : {r, z}) a[gate] = sigmoid(a[gate] + u[gate]);
    a[n] = std::tanh(a[n] + a[r] * u[n]);
    s1[h] = (1 - a[z]) * a[n] + a[z] * s[h];
  }

  static void backward(double* a, double* u, const double* s, const double*, const double* ds1, double* ds) {
    const double R = a[r], Z = a[z], N = a[n];
    a[n] = ds1[h] * (1 - Z) * (1 - N * N);
    a[z] = u[z] = ds1[h] * (s[h] - N) * Z * (1 - Z);
    a[r] = u[r] = a[n] * u[n] * R * (1 - R);
    u[n] = a[n] * R;
    ds[h] += ds1[h] * Z;  // the same here: only the update gate
  }
};
// [/gru]

// [check]
template <class Cell>
void check(const char* name, std::span<const int> x) {
  const auto w = tutorial::random_weights<Flat<Cell>>();
  const auto net = std::bit_cast<Net<Cell>>(w);
  Steps<Cell> steps = forward(net, x);
  const auto gradient = std::bit_cast<Flat<Cell>>(backward(net, x, steps, 1));
  const Flat<Cell> slope = tutorial::slopes(w, [&](const Flat<Cell>& at) {
    const auto moved = std::bit_cast<Net<Cell>>(at);
    return std::pow(answer(moved, forward(moved, x).back()) - 1, 2);
  });
  tutorial::Library library = tutorial::library<Cell>(w);
  library.run(tutorial::question(x, 1));
  std::printf("%-5s %zu weights\n", name, w.size());
  tutorial::check(tutorial::difference(slope, gradient) < 1e-8, "the gradient agrees with the nudges");
  tutorial::check(tutorial::difference(library.gradient(), gradient) < 1e-12, "and with the library's model");
}
// [/check]

// [reach]
// |dL_t/ds_{t-k}| / |dL_t/ds_t| with `bias` in all units of a gate, on random weights; s is h, or h and c.
template <class Cell>
std::vector<double> reach(std::span<const int> x, int gate, double bias) {
  auto net = std::bit_cast<Net<Cell>>(tutorial::random_weights<Flat<Cell>>());
  for (double& b : net.b[gate]) b = bias;
  Steps<Cell> steps = forward(net, x);
  backward(net, x, steps, 1);
  std::vector<double> share;
  const auto norm = [&](size_t t) { return tutorial::norm(std::span(&steps[t].ds[0][0], tutorial::H * Cell::states)); };
  for (size_t k = 0; k <= x.size(); ++k) share.push_back(norm(x.size() - k) / norm(x.size()));
  return share;
}
// [/reach]

}  // namespace

int main() {
  std::vector<int> x;
  for (int t = 0; t < 32; ++t) x.push_back(t * t % 7 % 3);
  const std::span few = std::span(x).first(6);
  check<Elman>("Elman", few), check<Lstm>("LSTM", few), check<Gru>("GRU", few);

  const std::vector<double> shares[] = {reach<Elman>(x, Elman::n, 0), reach<Lstm>(x, Lstm::f, 0), reach<Lstm>(x, Lstm::f, 1),
                                        reach<Lstm>(x, Lstm::f, 3),   reach<Gru>(x, Gru::z, 0),   reach<Gru>(x, Gru::z, 3)};
  std::printf("\nlag       Elman   LSTM, f 0   LSTM, f 1   LSTM, f 3    GRU, z 0    GRU, z 3\n");
  for (const int k : {0, 1, 2, 4, 8, 16, 32}) {
    std::printf("%3d", k);
    for (const auto& share : shares) std::printf("  %10.3g", share[k]);
    std::printf("\n");
  }
  return 0;
}
