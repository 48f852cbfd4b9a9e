// Why: page 1 of the tutorial: an Elman network written from its formula learns to remember one word.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <span>

#include "cells/reference.h"
#include "tutorial/checks.h"

namespace {

// [net]
constexpr int K = 7;  // words
constexpr const char* kWords[K] = {"the", "cat", "dog", "drinks", "milk", "water", "."};
using Sentence = std::array<int, 5>;
constexpr Sentence kSentences[] = {{0, 1, 3, 4, 6}, {0, 2, 3, 5, 6}};  // the cat drinks milk. the dog drinks water.

constexpr int H = 4;  // hidden units

struct Net {
  double W[H][K];  // word to hidden
  double R[H][H];  // hidden to hidden: how the past comes in
  double b[H];
  double V[K][H];  // hidden to one score per word
  double d[K];
};
using Flat = std::array<double, sizeof(Net) / sizeof(double)>;  // the same 83 numbers in a row
using Hidden = std::array<double, H>;
using Chances = std::array<double, K>;
// [/net]

// [step]
Hidden step(const Net& net, int word, const Hidden& old) {
  Hidden h;
  for (int i = 0; i < H; ++i) {
    double a = net.W[i][word] + net.b[i];
    for (int j = 0; j < H; ++j) a += net.R[i][j] * old[j];
    h[i] = std::tanh(a);
  }
  return h;
}
// [/step]

// [softmax]
Chances next_word(const Net& net, const Hidden& h) {
  Chances p;
  for (int k = 0; k < K; ++k) {
    p[k] = net.d[k];
    for (int i = 0; i < H; ++i) p[k] += net.V[k][i] * h[i];
  }
  const double largest = *std::max_element(p.begin(), p.end());
  double sum = 0;
  for (double& y : p) sum += y = std::exp(y - largest);
  for (double& y : p) y /= sum;
  return p;
}
// [/softmax]

// [loss]
double loss(const Net& net, const Sentence& words) {
  Hidden h{};  // nothing read yet
  double sum = 0;
  for (size_t t = 0; t + 1 < words.size(); ++t) {
    h = step(net, words[t], h);
    sum -= std::log(next_word(net, h)[words[t + 1]]);
  }
  return sum;
}
// [/loss]

// [slopes]
Flat slopes(const Net& net, const Sentence& words) {
  constexpr double kNudge = 1e-5;
  const Flat w = std::bit_cast<Flat>(net);
  Flat slope;
  for (size_t n = 0; n < w.size(); ++n) {
    Flat up = w, down = w;
    up[n] += kNudge, down[n] -= kNudge;
    slope[n] = (loss(std::bit_cast<Net>(up), words) - loss(std::bit_cast<Net>(down), words)) / (2 * kNudge);
  }
  return slope;
}
// [/slopes]

// [train]
Net train() {
  auto w = tutorial::random_weights<Flat>();
  std::printf("update  loss per word\n");
  for (int update = 0; update <= 400; ++update) {
    const Net net = std::bit_cast<Net>(w);
    if (update % 100 == 0) std::printf("%6d  %#.3g\n", update, (loss(net, kSentences[0]) + loss(net, kSentences[1])) / 8);
    const Flat slope = slopes(net, kSentences[update % 2]);
    for (size_t n = 0; n < w.size(); ++n) w[n] -= 0.2 * slope[n];
  }
  return std::bit_cast<Net>(w);
}
// [/train]

void show(const Net& net, const Sentence& words) {
  Hidden h{};
  for (int t = 0; t < 3; ++t) h = step(net, words[t], h), std::printf("%s ", kWords[words[t]]);
  const Chances p = next_word(net, h);
  std::printf("->  milk %.2f  water %.2f   h =", p[4], p[5]);
  for (const double x : h) std::printf(" %5.2f", x);
  std::printf("\n");
}

// [library]
void compare_step(const Net& net) {
  const Hidden old = {0.1, -0.2, 0.3, -0.4}, h = step(net, 0, old);
  bool same = true;
  for (int i = 0; i < H; ++i) {
    double a = net.W[i][0] + net.b[i], theirs;
    for (int j = 0; j < H; ++j) a += net.R[i][j] * old[j];
    core::reference::Elman::forward<0, double>(0, &a, nullptr, nullptr, &theirs, nullptr);
    same = same && h[i] == theirs;
  }
  tutorial::check(same, "one step is core::reference::Elman, to the last bit");
}

void compare_gradient(const Net& net, const Sentence& words) {
  core::ModelConfig config{.task = "tag", .rnn = {.cell = core::CellKind::elman, .input = K, .hidden = H}, .output = K};
  tutorial::Library library(config, tutorial::kTensors, std::bit_cast<Flat>(net));
  const std::span all(words);
  const core::Batch batch = tutorial::one_hot(all.first(all.size() - 1), K, all.subspan(1));
  tutorial::check(std::abs(library.run(batch) - loss(net, words)) < 1e-12, "the library's model has the same loss");
  tutorial::check(tutorial::difference(library.gradient(), slopes(net, words)) < 1e-8, "its gradient is our 83 slopes");
}
// [/library]

}  // namespace

int main() {
  const Net net = train();
  std::printf("\n");
  for (const Sentence& words : kSentences) show(net, words);
  std::printf("\n");
  compare_step(net);
  compare_gradient(net, kSentences[0]);
  return 0;
}
