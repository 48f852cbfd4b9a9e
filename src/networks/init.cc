// Why: the initialisations, one function per kind of parameter.
#include "networks/init.h"

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "cells/names.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

template <class T>
void fill_uniform(View<T> w, Random& random, double range) {
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.cols; ++c) host(w)(r, c) = static_cast<T>(random.uniform(-range, range));
  }
}

template <class T>
void fill_normal(View<T> w, Random& random, double deviation) {
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.cols; ++c) host(w)(r, c) = static_cast<T>(deviation * random.normal());
  }
}

// Rows (or columns, if there are more rows) orthonormal: Gram-Schmidt on normal numbers, twice for accuracy.
template <class T>
void fill_orthogonal(View<T> w, Random& random) {
  const bool tall = w.rows > w.cols;
  const int n = tall ? w.cols : w.rows, length = tall ? w.rows : w.cols;
  std::vector<std::vector<double>> basis(n, std::vector<double>(length));
  for (int i = 0; i < n; ++i) {
    auto& v = basis[i];
    for (double& x : v) x = random.normal();
    for (int pass = 0; pass < 2; ++pass) {
      for (int j = 0; j < i; ++j) {
        double dot = 0;
        for (int k = 0; k < length; ++k) dot += v[k] * basis[j][k];
        for (int k = 0; k < length; ++k) v[k] -= dot * basis[j][k];
      }
      double norm = 0;
      for (const double x : v) norm += x * x;
      for (double& x : v) x /= std::sqrt(norm);
    }
    for (int k = 0; k < length; ++k) (tall ? host(w)(k, i) : host(w)(i, k)) = static_cast<T>(v[k]);
  }
}

bool is_bias(Role role) { return role == Role::bias || role == Role::input_bias || role == Role::recurrent_bias; }

// Calls f(gate block) for each block of H rows.
template <class T, class F>
void each_gate(View<T> w, int hidden, F&& f) {
  for (int first = 0; first < w.rows; first += hidden) f(w.middle(first, std::min(hidden, w.rows - first)));
}

template <class T>
void fill_glorot(View<T> w, Random& random) {
  fill_uniform(w, random, std::sqrt(6.0 / (w.rows + w.cols)));
}

template <class T>
void fill(View<T> w, const ParamUse& use, const InitOptions& options, const UnitWeights& unit, Random& random) {
  if (use.role == Role::unit && unit.low < unit.high && options.kind != InitKind::uniform) {
    const double low = options.kind == InitKind::identity ? unit.high : unit.low;
    for (int r = 0; r < w.rows; ++r) {
      for (int c = 0; c < w.cols; ++c) host(w)(r, c) = static_cast<T>(random.uniform(low, unit.high));
    }
    return;
  }
  const bool recurrent = use.role == Role::recurrent, gates = recurrent || use.role == Role::input;
  const int hidden = use.units;
  switch (options.kind) {
    case InitKind::uniform:
      return fill_uniform(w, random, options.range);
    case InitKind::pytorch:
      if (use.role == Role::embedding) return fill_normal(w, random, 1);
      return fill_uniform(w, random, 1 / std::sqrt(static_cast<double>(hidden > 0 ? hidden : use.inputs)));
    case InitKind::identity:
      if (recurrent) {
        return each_gate(w, hidden, [](View<T> block) {
          for (int i = 0; i < std::min(block.rows, block.cols); ++i) host(block)(i, i) = T(1);
        });
      }
      if (gates) return fill_normal(w, random, 0.001);
      [[fallthrough]];
    case InitKind::orthogonal:
      if (recurrent && options.kind == InitKind::orthogonal) {
        return each_gate(w, hidden, [&](View<T> block) { fill_orthogonal(block, random); });
      }
      [[fallthrough]];
    case InitKind::glorot:
      if (is_bias(use.role)) return;
      if (gates) return each_gate(w, hidden, [&](View<T> block) { fill_glorot(block, random); });
      return fill_glorot(w, random);
  }
}

// Tallec and Ollivier 2018: gates open for times spread evenly up to the longest dependency. Without data: the cell has no
// recurrent bias.
template <class T>
void set_gate_biases(View<T> input_bias, View<T> recurrent_bias, CellKind cell, int hidden, const InitOptions& options,
                     Random& random) {
  const CellInfo& info = cell_info(cell);
  const auto set = [&](int gate, int unit, double value) {
    if (gate < 0) return;
    host(input_bias).data[gate * hidden + unit] = static_cast<T>(value);
    if (recurrent_bias) host(recurrent_bias).data[gate * hidden + unit] = T(0);
  };
  if (options.chrono > 0 && has_memory_gate(cell)) {
    for (int u = 0; u < hidden; ++u) {
      const double bias = std::log(random.uniform(1, std::max(2.0, options.chrono - 1)));
      set(info.keep, u, bias);
      set(info.write, u, -bias);
    }
    return;
  }
  const bool by_default = options.kind != InitKind::pytorch && options.kind != InitKind::uniform;
  const double forget = options.forget_bias >= 0 ? options.forget_bias : by_default ? 1 : -1;
  for (int u = 0; u < hidden && has_forget_gate(cell) && forget >= 0; ++u) set(info.keep, u, forget);
}

}  // namespace

template <class T>
void initialise(Model<T>& model, const InitOptions& options, uint64_t seed) {
  const ParamTable& table = model.table();
  const RecurrentOptions& rnn = model.config().rnn;
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const ParamInfo& info = table[id];
    Random random(seed, Purpose::init, static_cast<uint32_t>(id));
    View<T> w = model.params().view(id);
    std::fill_n(host(w).data, info.size(), T(0));
    const ParamUse& use = info.use;
    if (use.init == InitAs::zeros) continue;
    if (use.init == InitAs::ones) {
      std::fill_n(host(w).data, info.size(), T(1));
      continue;
    }
    if (use.init == InitAs::first_row) {
      for (int c = 0; c < w.cols; ++c) host(w)(0, c) = T(1);
      continue;
    }
    fill(w, use, options, cell_info(rnn.cell).unit, random);
    if (options.kind == InitKind::pytorch && model.config().tied && id == model.embedding()) fill_uniform(w, random, 0.1);
    const bool two = has_recurrent_matrix(rnn.cell);  // biases in a layer: the last one sets both
    if (use.role != (two ? Role::recurrent_bias : Role::input_bias)) continue;
    const ParamId input = table.find(Role::input_bias, use.stack, use.layer, use.direction);
    set_gate_biases(model.params().view(input), two ? w : View<T>{}, rnn.cell, use.units, options, random);
  }
}

template void initialise<float>(Model<float>&, const InitOptions&, uint64_t);
template void initialise<double>(Model<double>&, const InitOptions&, uint64_t);

}  // namespace rnn::core
