// Why: how the programs of the tutorial are checked: slopes from differences, and the library's own model.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "networks/model.h"

namespace core = rnn::core;  // the library's own types, below its public face

namespace tutorial {

inline void check(bool ok, const char* what) {
  std::printf("%-5s %s\n", ok ? "ok" : "WRONG", what);
  if (!ok) std::exit(1);
}

// The largest |a - b| relative to the largest |a|; infinite if the sizes differ or a number is not finite.
inline double difference(std::span<const double> a, std::span<const double> b) {
  double largest = 1e-300, worst = a.size() == b.size() ? 0 : INFINITY;
  for (size_t n = 0; n < std::min(a.size(), b.size()); ++n) {
    largest = std::max(largest, std::abs(a[n]));
    worst = std::isfinite(a[n] - b[n]) ? std::max(worst, std::abs(a[n] - b[n])) : INFINITY;
  }
  return worst / largest;
}

// Uniform in [-0.5, 0.5), the same on every machine.
template <class Flat>
Flat random_weights() {
  Flat w;
  uint32_t random = 1;
  for (double& x : w) random = random * 1664525u + 1013904223u, x = random / 4294967296.0 - 0.5;
  return w;
}

// The slope of loss(w) with respect to each number of w, from two points next to it (page 1).
template <class Flat, class Loss>
Flat slopes(const Flat& w, const Loss& loss) {
  Flat slope;
  for (size_t n = 0; n < w.size(); ++n) {
    Flat up = w, down = w;
    up[n] += 1e-5, down[n] -= 1e-5;
    slope[n] = (loss(up) - loss(down)) / 2e-5;
  }
  return slope;
}

inline double norm(std::span<const double> v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

// A sequence of symbols and the answer to each, as the library's batch: a symbol is a frame of `width` numbers, one of
// them 1.
inline core::Batch one_hot(std::span<const int> symbols, int width, std::span<const int> targets) {
  core::Batch batch;
  batch.in.seq = core::Seq::uniform_batch(1, static_cast<int>(symbols.size()));
  batch.in.width = width;
  batch.to.ids.assign(targets.begin(), targets.end());
  batch.in.frames.resize(symbols.size() * width);
  for (size_t t = 0; t < symbols.size(); ++t) batch.in.frames[t * width + symbols[t]] = 1;
  return batch;
}

// Tensors of one recurrent layer and an output layer, in the order of the programs.
inline const std::vector<std::string> kTensors = {"rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "output.weight",
                                                  "output.bias"};

// The library's Model<double>, which runs the cells of core::reference, with the weights of a program.
class Library {
 public:
  // names: the model's tensors in the order in which `weights` has their numbers, row by row. Other tensors stay zero.
  Library(const core::ModelConfig& config, std::vector<std::string> names, std::span<const double> weights)
      : model_(config), names_(std::move(names)), gradient_(model_.table()), state_(model_.initial(1)) {
    const double* next = weights.data();
    for (const std::string& name : names_) {
      const core::ParamId id = model_.table().find(name);
      std::copy_n(next, model_.table()[id].size(), model_.params().values(id).begin());
      next += model_.table()[id].size();
    }
    model_.pack(pool_, true);
  }

  // The summed loss of a batch that starts where the previous one ended; its gradient is accumulated.
  double run(const core::Batch& batch) {
    arena_.clear();
    core::Tape tape;
    core::Context<double> context{pool_, arena_};
    const core::View<double> outputs = model_.forward(context, batch, state_, &tape);
    const double loss = model_.head().loss_of(context, outputs, batch.to, {.gradient = true}).loss;
    model_.backward(context, batch.in.seq, tape, outputs, gradient_);
    return loss;
  }

  // In the order of `names`.
  std::vector<double> gradient() const {
    std::vector<double> all;
    for (const std::string& name : names_) {
      const core::ParamId id = model_.table().find(name);
      const std::span<const double> own = gradient_.values(id);
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

 private:
  core::Pool pool_{1};
  core::Model<double> model_;
  std::vector<std::string> names_;
  core::Params<double> gradient_;
  core::State<double> state_;
  core::Arena arena_;
};

}  // namespace tutorial
