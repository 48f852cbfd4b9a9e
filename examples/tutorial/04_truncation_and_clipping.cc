// Why: page 4 of the tutorial: long sequences in windows, what is lost that way, and what clipping does to an exploding run.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "tutorial/loop.h"

namespace {

using Net = tutorial::Net<tutorial::Elman>;
using Flat = tutorial::Flat<tutorial::Elman>;
using Steps = tutorial::Steps<tutorial::Elman>;

// [task]
constexpr size_t T = 20;

// Symbol 0 or 1, then nothing but 2. After 20 symbols the answer is -1 or 1: which was the first?
std::vector<int> sequence(int first) {
  std::vector<int> x(T, 2);
  x[0] = first;
  return x;
}
double target(int first) { return first == 0 ? -1 : 1; }
// [/task]

// [windows]
// The answer's loss and the steps of the last window. carry: a window starts from the last state of the one before.
double forward(const Net& net, int first, size_t window, bool carry, Steps* last) {
  const std::vector<int> x = sequence(first);
  tutorial::Step<tutorial::Elman> state{};
  for (size_t at = 0; at < T; at += window) {
    *last = tutorial::forward(net, std::span(x).subspan(at, window), state);
    if (carry) state = last->back();  // its numbers; what made them is forgotten
  }
  return std::pow(answer(net, last->back()) - target(first), 2);
}

Flat gradient(const Net& net, int first, size_t window) {
  Steps last;
  forward(net, first, window, true, &last);
  const std::vector<int> x = sequence(first);
  return std::bit_cast<Flat>(backward(net, std::span(x).last(window), last, target(first)));
}
// [/windows]

void print_what_windows_forget(const Net& net) {
  std::printf("window  loss, carried  loss, fresh  gradient missing  |dL/dW| of symbol 0\n");
  const Flat whole = gradient(net, 0, T);
  Steps last;
  for (const size_t window : {20, 10, 5, 2, 1}) {
    Flat part = gradient(net, 0, window);
    double first = 0;
    for (const auto& row : std::bit_cast<Net>(part).W[0]) first = std::hypot(first, row[0]);
    for (size_t n = 0; n < part.size(); ++n) part[n] -= whole[n];
    const double carried = forward(net, 0, window, true, &last), fresh = forward(net, 0, window, false, &last);
    const double missing = 100 * tutorial::norm(part) / tutorial::norm(whole);
    std::printf("%6zu  %13.3g  %11.3g  %14.3g %%  %19.3g\n", window, carried, fresh, missing, first);
  }
}

// [check]
void check(const Net& net, size_t window) {
  const Flat w = std::bit_cast<Flat>(net), ours = gradient(net, 0, window);
  const std::vector<int> x = sequence(0);
  Steps last;
  forward(net, 0, window, true, &last);
  const Flat slope = tutorial::slopes(w, [&](const Flat& at) {
    const Net moved = std::bit_cast<Net>(at);
    return std::pow(answer(moved, tutorial::forward(moved, std::span(x).last(window), last[0]).back()) - target(0), 2);
  });
  std::printf("window %zu\n", window);
  tutorial::check(tutorial::difference(slope, ours) < 1e-8, "slopes of the loss, the window's start held fixed");

  tutorial::Library library = tutorial::library<tutorial::Elman>(w);
  for (size_t at = 0; at < T; at += window)
    library.run(tutorial::question(std::span(x).subspan(at, window), target(0), at + window == T));
  tutorial::check(tutorial::difference(library.gradient(), ours) < 1e-12, "the library's model, its state carried");
}
// [/check]

// [clip]
void clip(Flat& gradient, double limit) {
  const double norm = tutorial::norm(gradient);
  for (double& g : gradient) g *= std::min(1.0, limit / norm);
}
// [/clip]

struct Update {
  double loss, largest;  // mean of both sequences; largest norm of a gradient so far
  int flat;              // units of the last state with |h| > 0.99, where tanh is flat
};

std::vector<Update> train(Net net, size_t window, double limit) {
  std::vector<Update> run;
  Steps last;
  double largest = 0;
  for (int update = 0; update <= 160; ++update) {
    Flat w = std::bit_cast<Flat>(net), g = gradient(net, update % 2, window);
    largest = std::max(largest, tutorial::norm(g));
    const double loss = (forward(net, 0, T, true, &last) + forward(net, 1, T, true, &last)) / 2;
    const auto flat =
        std::count_if(last.back().s, last.back().s + tutorial::H, [](auto& s) { return std::abs(s[0]) > 0.99; });
    run.push_back({loss, largest, static_cast<int>(flat)});
    clip(g, limit);
    for (size_t n = 0; n < w.size(); ++n) w[n] -= 0.1 * g[n];
    net = std::bit_cast<Net>(w);
  }
  return run;
}

}  // namespace

int main() {
  Net net = std::bit_cast<Net>(tutorial::random_weights<Flat>());
  for (double& r : std::span(&net.R[0][0][0], tutorial::H * tutorial::H)) r *= 2;
  print_what_windows_forget(net);
  std::printf("\n");
  check(net, 20), check(net, 5);

  const std::vector<Update> runs[] = {train(net, T, INFINITY), train(net, T, 1), train(net, 5, 1)};
  std::printf("\n            no clipping             clipped at 1            clipped, windows of 5\n");
  std::printf("update      loss    norm  flat      loss    norm  flat      loss    norm  flat\n");
  for (const int u : {0, 10, 20, 40, 60, 80, 160}) {
    std::printf("%6d", u);
    for (const auto& run : runs) std::printf("  %8.2f  %6.3g  %4d", run[u].loss, run[u].largest, run[u].flat);
    std::printf("\n");
  }
  return 0;
}
