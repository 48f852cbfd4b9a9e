// Why: the initialisations, one function per kind of parameter.
#include "networks/init.h"

#include <cmath>
#include <vector>

#include "base/numbers.h"
#include "base/rng.h"
#include "cells/reference.h"

namespace rnn::core {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

template <class T>
void fill_uniform(View<T> w, Random& random, double range) {
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.cols; ++c) w(r, c) = static_cast<T>(random.uniform(-range, range));
  }
}

template <class T>
void fill_normal(View<T> w, Random& random, double deviation) {
  for (int r = 0; r < w.rows; ++r) {
    for (int c = 0; c < w.cols; ++c) w(r, c) = static_cast<T>(deviation * random.normal());
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
    for (int k = 0; k < length; ++k) (tall ? w(k, i) : w(i, k)) = static_cast<T>(v[k]);
  }
}

// Number of units of the layer that a parameter belongs to: rnn.weight_ih_l2 belongs to layer 2.
int hidden_of(const std::string& name, const RecurrentOptions& rnn) {
  const size_t at = name.rfind("_l");
  if (at == std::string::npos) return rnn.hidden;
  std::string_view number = std::string_view(name).substr(at + 2);
  const auto layer = take_number<uint64_t>(number);
  return layer ? rnn.width(static_cast<int>(*layer)) : rnn.hidden;
}

// Whether it belongs to a torch.nn.Linear: everything outside embeddings and recurrent layers.
bool is_linear(const std::string& name) {
  return contains(name, "output.") || name.starts_with("attention.") || name.starts_with("bridge.");
}

// Number of inputs of a Linear, from its weight or its bias.
template <class T>
int linear_inputs(const Model<T>& model, const ParamInfo& info) {
  if (info.name == "bridge.bias" || info.name == "attention.key.bias") return model.config().encoder.output();
  return info.vector && info.name != "attention.score.weight" ? model.width() : info.cols;
}

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
void fill(View<T> w, const ParamInfo& info, const InitOptions& options, int hidden, Random& random) {
  if (contains(info.name, "layer_norm")) {  // gain 1 and bias 0: normalised values pass unchanged
    if (info.name.ends_with(".weight")) std::fill_n(w.data, info.size(), T(1));
    return;
  }
  const bool recurrent = contains(info.name, "weight_hh"), gates = recurrent || contains(info.name, "weight_ih");
  switch (options.kind) {
    case InitKind::uniform:
      return fill_uniform(w, random, options.range);
    case InitKind::pytorch:
      if (info.name.ends_with("embedding.weight")) return fill_normal(w, random, 1);
      if (is_linear(info.name)) return;  // needs the width of its weight: see initialise()
      return fill_uniform(w, random, 1 / std::sqrt(static_cast<double>(hidden)));
    case InitKind::identity:
      if (recurrent) {
        return each_gate(w, hidden, [](View<T> block) {
          for (int i = 0; i < std::min(block.rows, block.cols); ++i) block(i, i) = T(1);
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
      if (info.vector && info.name != "attention.score.weight") return;
      if (gates) return each_gate(w, hidden, [&](View<T> block) { fill_glorot(block, random); });
      return fill_glorot(w, random);
  }
}

// Tallec and Ollivier 2018: gates open for times spread evenly up to the longest dependency. The GRU's z keeps (1 - z
// writes).
template <class T>
void set_gate_biases(View<T> input_bias, View<T> recurrent_bias, CellKind cell, int hidden, const InitOptions& options,
                     Random& random) {
  const bool coupled = cell == CellKind::lstm_coupled, lstm = cell == CellKind::lstm || coupled;
  const bool gru = cell == CellKind::gru || cell == CellKind::gru_reset_before;
  const int keep = coupled ? 0 : 1;  // f of the LSTM, z of the GRU
  const auto set = [&](int gate, int unit, double value) {
    input_bias.data[gate * hidden + unit] = static_cast<T>(value);
    recurrent_bias.data[gate * hidden + unit] = T(0);
  };
  if (options.chrono > 0 && (lstm || gru)) {
    for (int u = 0; u < hidden; ++u) {
      const double bias = std::log(random.uniform(1, std::max(2.0, options.chrono - 1)));
      set(keep, u, bias);
      if (lstm && !coupled) set(0, u, -bias);
    }
    return;
  }
  const bool by_default = options.kind != InitKind::pytorch && options.kind != InitKind::uniform;
  const double forget = options.forget_bias >= 0 ? options.forget_bias : by_default ? 1 : -1;
  for (int u = 0; u < hidden && lstm && forget >= 0; ++u) set(keep, u, forget);
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
    std::fill_n(w.data, info.size(), T(0));
    const int hidden = hidden_of(info.name, info.name.starts_with("encoder.") ? model.config().encoder.rnn : rnn);
    fill(w, info, options, hidden, random);
    if (options.kind == InitKind::pytorch && is_linear(info.name))
      fill_uniform(w, random, 1 / std::sqrt(static_cast<double>(linear_inputs(model, info))));
    if (options.kind == InitKind::pytorch && model.config().tied && info.name == "embedding.weight")
      fill_uniform(w, random, 0.1);
    const size_t at = info.name.find("bias_hh");
    if (at == std::string::npos) continue;
    const ParamId input = table.find(info.name.substr(0, at) + "bias_ih" + info.name.substr(at + 7));
    set_gate_biases(model.params().view(input), w, rnn.cell, hidden, options, random);
  }
}

template void initialise<float>(Model<float>&, const InitOptions&, uint64_t);
template void initialise<double>(Model<double>&, const InitOptions&, uint64_t);

}  // namespace rnn::core
