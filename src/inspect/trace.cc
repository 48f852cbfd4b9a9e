// Why: all steps of a layer at once: the states are known, so two matrix products are enough for the whole text.
#include "inspect/trace.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cells/reference.h"
#include "kernels/host.h"
#include "kernels/reference_norm.h"

namespace rnn::core {
namespace {

// x [M, k] W^T + bias, W [n, k] and bias [n] as PyTorch stores them; bias may be null.
Matrix<float> product(const Kernels<float>& k, Pool& pool, View<const float> x, View<const float> w, const float* bias) {
  const PackForm form = PackForm::forward({w.rows}, w.cols, w.stride);
  Buffer<float> packed(form.size(k.lanes)), padded(static_cast<size_t>(Columns{w.rows}.padded(k.lanes)));
  k.pack(pool, form, host(w).data, packed.data());
  if (bias) std::copy_n(bias, w.rows, padded.data());
  Matrix<float> y(x.rows, w.rows);
  k.gemm(pool, {x, packed.data(), padded.data(), false, {w.rows}, y.view()});
  return y;
}

// The inputs and old states of a layer; x is a view.
struct LayerRun {
  const Model<float>& model;
  Pool& pool;
  int layer;
  View<const float> x;         // [steps, input]
  Matrix<float> old_h, old_c;  // [steps, .] before the step

  View<const float> weight(const char* name, const char* end = "") const {
    const std::string full = std::string(model.has_head() ? "rnn." : "") + name + "_l" + std::to_string(layer) + end;
    const ParamId id = model.table().find(full);
    return id < 0 ? View<const float>{} : model.params().view(id);
  }
};

// Numbers [offset, offset + width) of the state before or after each step.
Matrix<float> column(const Reading& reading, int offset, int width, bool before) {
  Matrix<float> out(reading.steps(), width);
  for (int t = 0; t < reading.steps(); ++t) {
    if (before && reading.fresh[static_cast<size_t>(t)]) continue;  // zero
    std::copy_n(reading.states.row(before ? t - 1 : t) + offset, width, out.row(t));
  }
  return out;
}

template <class Cell>
class CellSteps {
  static constexpr bool kMatrix = Cell::info.recurrence == Recurrence::matrix;

 public:
  CellSteps(const LayerRun& run, LayerGates& out)
      : run_(run), out_(out), o_(run.model.config().rnn.of_layer(run.layer)), T_(run.x.rows) {}

  void compute() {
    input_ = part(run_.x, "ih", 0, Cell::gates);
    values_.resize(static_cast<size_t>(T_) * o_.hidden * Cell::gates);
    side_ = Matrix<float>(T_, o_.hidden);
    visible_ = Matrix<float>(T_, o_.hidden);
    if (Cell::states > 1) out_.c = Matrix<float>(T_, o_.hidden);
    stage<0>(run_.old_h.view());
    for (int g = 0; g < Cell::gates; ++g) {
      Matrix<float> gate(T_, o_.hidden);
      for (int t = 0; t < T_; ++t) {
        for (int u = 0; u < o_.hidden; ++u) gate(t, u) = Cell::gates == 1 ? visible_(t, u) : static_cast<float>(at(t, u)[g]);
      }
      out_.values.push_back(std::move(gate));
    }
    out_.h = o_.projection > 0 ? product(run_.model.kernels(), run_.pool, visible_.view(), run_.weight("weight_hr"), nullptr)
                               : std::move(visible_);
  }

 private:
  // The product of the weights of gates [first, first + count) with x, plus bias; normalised in between if the layer is.
  Matrix<float> part(View<const float> x, const std::string& what, int first, int count) {
    const int H = o_.hidden;
    const auto named = [&](const char* kind) { return kind + what; };
    const float* bias = host(run_.weight(named("bias_").c_str())).data + first * H;
    const View<const float> weight = run_.weight(named("weight_").c_str()).middle(first * H, count * H);
    const View<const float> gain = run_.weight(named("layer_norm_").c_str(), ".weight");
    Matrix<float> y = product(run_.model.kernels(), run_.pool, x, weight, gain ? nullptr : bias);
    std::vector<double> row(static_cast<size_t>(count) * H);
    for (int t = 0; t < y.rows() && gain; ++t) {
      std::copy_n(y.row(t), y.cols(), row.begin());
      for (int group = 0; group < Cell::norm_groups; ++group) {
        reference::normalise(
            count * H, [&](int i) { return Cell::norm_group(first + i / H) == group; }, row.data(), row.data());
      }
      for (int i = 0; i < y.cols(); ++i) y(t, i) = static_cast<float>(row[i]) * host(gain)(0, first * H + i) + bias[i];
    }
    return y;
  }

  // h of step t from the states `made` [states, H], which are normalised here.
  void show(int t, std::vector<double>* made) {
    if constexpr (Cell::shown >= 0) {
      const View<const float> gain = run_.weight("layer_norm_c", ".weight"), bias = run_.weight("layer_norm_c", ".bias");
      std::vector<double> normed(o_.hidden);
      reference::normalise_all(o_.hidden, made[Cell::shown].data(), normed.data());
      for (int u = 0; u < o_.hidden && gain; ++u)
        made[0][u] =
            Cell::show(at(t, u), normed[u] * static_cast<double>(host(gain)(0, u)) + static_cast<double>(host(bias)(0, u)));
    }
  }

  double* at(int t, int u) { return values_.data() + (static_cast<size_t>(t) * o_.hidden + u) * Cell::gates; }

  void old_states(int t, int u, double* old) const {
    if (o_.projection == 0) old[0] = run_.old_h(t, u);  // with a projection, cells do not read the h of their own unit
    if constexpr (Cell::states > 1) old[1] = run_.old_c(t, u);
  }

  // The recurrent product of this stage's gates over `operand` [steps, .], then the cell.
  template <int s>
  void stage(View<const float> operand) {
    constexpr int first = Cell::first_gate(s), count = Cell::gate_count(s);
    const int H = o_.hidden;
    Matrix<float> recurrent_part;
    if constexpr (kMatrix) recurrent_part = part(operand, "hh", first, count);
    const CellSettings settings(o_.flags, o_.cell_clip);
    std::vector<double> made[2] = {std::vector<double>(H), std::vector<double>(H)};  // new states of a step
    const ParamId unit_id = run_.model.table().find(Role::unit, run_.model.stack(), run_.layer);
    const View<const float> unit = unit_id < 0 ? View<const float>{} : run_.model.params().view(unit_id);
    for (int t = 0; t < T_; ++t) {
      for (int u = 0; u < H; ++u) {
        double *a = at(t, u), q[1] = {side_(t, u)}, old[Cell::states] = {}, now[Cell::states] = {},
               p[Cell::unit_weights + 1] = {};
        for (int g = first; g < first + count; ++g) {
          const float recurrent = kMatrix ? recurrent_part(t, (g - first) * H + u) : 0;
          a[g] = input_(t, g * H + u) + (g == Cell::apart ? 0.0 : static_cast<double>(recurrent));
          if (g == Cell::apart) q[0] = recurrent;
        }
        old_states(t, u, old);
        for (int k = 0; k < Cell::unit_weights && unit; ++k) p[k] = host(unit)(k, u);
        Cell::template forward<s>(settings, a, q, old, now, p);
        side_(t, u) = static_cast<float>(q[0]);
        for (int k = 0; k < Cell::states; ++k) made[k][u] = now[k];
      }
      if (s + 1 < Cell::stages) continue;
      if (o_.flags & kLayerNorm) show(t, made);
      for (int u = 0; u < H; ++u) {
        double old[Cell::states] = {}, now[Cell::states];
        old_states(t, u, old);
        for (int k = 0; k < Cell::states; ++k) now[k] = made[k][u];
        for (int k = 0; k < Cell::states; ++k) now[k] += o_.zoneout[k] * (old[k] - now[k]);
        visible_(t, u) = static_cast<float>(now[0]);
        if constexpr (Cell::states > 1) out_.c(t, u) = static_cast<float>(now[1]);
      }
    }
    if constexpr (s + 1 < Cell::stages) stage<s + 1>(side_.view());
  }

  const LayerRun& run_;
  LayerGates& out_;
  const RecurrentOptions o_;  // of this layer
  int T_;
  Matrix<float> input_, side_, visible_;
  std::vector<double> values_;  // [steps, hidden, gates]
};

// Calls f with a value of the cell type of this kind.
template <class... Cells, class F>
void with_cell(reference::CellTypes<Cells...>, CellKind kind, F&& f) {
  int index = 0;
  ((index++ == static_cast<int>(kind) ? f(Cells{}) : void()), ...);
}

template <class Cell, int s = 0>
void run_low(int flags, double* a, double* q, const double* old, double* now, const double* p) {
  Cell::template forward<s>(flags, a, q, old, now, p);
  if constexpr (s + 1 < Cell::stages) run_low<Cell, s + 1>(flags, a, q, old, now, p);
}

double norm(const float* x, const float* minus, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double d = static_cast<double>(x[i]) - (minus ? static_cast<double>(minus[i]) : 0);
    sum += d * d;
  }
  return std::sqrt(sum);
}

LayerStep layer_step(const RecurrentOptions& o, const LayerGates& gates, const Matrix<float>& h, const Matrix<float>& old,
                     const Matrix<float>& c, int t, int moved) {
  LayerStep step;
  const int width = h.cols();
  step.h.assign(h.row(t), h.row(t) + width);
  if (o.states() > 1) step.c.assign(c.row(t), c.row(t) + o.hidden);
  for (size_t g = 0; g < gates.values.size(); ++g) {
    const float* row = gates.values[g].row(t);
    step.gates.emplace_back(std::string(1, gates.names[g]), std::vector<float>(row, row + o.hidden));
  }
  step.state_norm = norm(h.row(t), nullptr, width), step.update_norm = norm(h.row(t), old.row(t), width);
  std::vector<int> units(static_cast<size_t>(width));
  std::iota(units.begin(), units.end(), 0);
  const auto change = [&](int u) { return static_cast<double>(h(t, u)) - static_cast<double>(old(t, u)); };
  const auto end = units.begin() + std::min(moved, width);
  std::partial_sort(units.begin(), end, units.end(), [&](int a, int b) {
    const double x = std::abs(change(a)), y = std::abs(change(b));
    return x != y ? x > y : a < b;
  });
  for (auto u = units.begin(); u != end; ++u) step.moved.emplace_back(*u, change(*u));
  return step;
}

}  // namespace

GateRange gate_range(CellKind cell, int flags, int gate) {
  GateRange range = GateRange::valve;
  with_cell(reference::AllCells(), cell, [&](auto c) {
    using Cell = decltype(c);
    double a[Cell::gates], q[1] = {}, old[Cell::states] = {}, now[Cell::states] = {}, p[Cell::unit_weights + 1] = {};
    std::fill(std::begin(a), std::end(a), -30.0);
    run_low<Cell>(flags, a, q, old, now, p);
    const double value = Cell::gates == 1 ? now[0] : a[gate];
    range = value < -1.5 ? GateRange::any : value < -0.5 ? GateRange::bounded : GateRange::valve;
  });
  return range;
}

LayerGates layer_gates(const Model<float>& model, Pool& pool, const Reading& reading, int layer) {
  const Recurrent<float>& rnn = model.recurrent();
  const RecurrentOptions o = rnn.options().of_layer(layer);
  Matrix<float> x;
  if (layer == 0 && reading.frames.rows() > 0) {
    x = Matrix<float>(reading.steps(), o.input);
    std::copy_n(reading.frames.data(), x.size(), x.data());
  } else if (layer == 0) {
    x = Matrix<float>(reading.steps(), o.input);
    const View<const float> embedding = model.params().view(model.embedding());
    for (int t = 0; t < reading.steps(); ++t)
      std::copy_n(host(embedding).row(reading.ids[static_cast<size_t>(t)]), o.input, x.row(t));
  } else {
    x = column(reading, rnn.state_offset(layer - 1, 0, 0), o.input, false);
  }
  LayerRun run{model, pool, layer, x.view(), column(reading, rnn.state_offset(layer, 0, 0), o.output(), true), {}};
  if (o.states() > 1) run.old_c = column(reading, rnn.state_offset(layer, 0, 1), o.hidden, true);
  LayerGates gates;
  gates.names = cell_info(o.cell).gate_names;
  with_cell(reference::AllCells(), o.cell, [&](auto cell) { CellSteps<decltype(cell)>(run, gates).compute(); });
  return gates;
}

std::vector<ReadStep> read_steps(const Model<float>& model, Pool& pool, const Tokenizer& tokenizer, const Reading& reading,
                                 int moved) {
  const Recurrent<float>& rnn = model.recurrent();
  std::vector<ReadStep> steps(static_cast<size_t>(reading.steps()));
  for (int t = 0; t < reading.steps(); ++t) {
    ReadStep& step = steps[static_cast<size_t>(t)];
    step.id = reading.ids[static_cast<size_t>(t)];
    step.text = shown_token(tokenizer, step.id);
    step.surprise = reading.surprise[static_cast<size_t>(t)];
    for (const Candidate& c : reading.next[static_cast<size_t>(t)])
      step.next.push_back({shown_token(tokenizer, c.id), c.probability});
  }
  for (int l = 0; l < rnn.options().layers; ++l) {
    const RecurrentOptions o = rnn.options().of_layer(l);
    const LayerGates gates = layer_gates(model, pool, reading, l);
    const int offset = rnn.state_offset(l, 0, 0);
    const Matrix<float> h = column(reading, offset, o.output(), false), old = column(reading, offset, o.output(), true);
    Matrix<float> c;
    if (o.states() > 1) c = column(reading, rnn.state_offset(l, 0, 1), o.hidden, false);
    for (int t = 0; t < reading.steps(); ++t)
      steps[static_cast<size_t>(t)].layers.push_back(layer_step(o, gates, h, old, c, t, moved));
  }
  return steps;
}

std::vector<GateUse> gate_use(const Model<float>& model, Pool& pool, const Reading& reading) {
  const RecurrentOptions& o = model.config().rnn;
  std::vector<GateUse> uses;
  for (int l = 0; l < o.layers; ++l) {
    const LayerGates gates = layer_gates(model, pool, reading, l);
    for (size_t g = 0; g < gates.values.size(); ++g) {
      const Matrix<float>& values = gates.values[g];
      const GateRange range = gate_range(o.cell, o.flags, static_cast<int>(g));
      if (range == GateRange::any) continue;
      const float low = range == GateRange::bounded ? -0.9F : 0.1F;
      GateUse use{l, std::string(1, gates.names[g])};
      const double n = std::max<double>(1, static_cast<double>(values.size()));
      for (size_t i = 0; i < values.size(); ++i) {
        const float value = values.data()[i];
        use.mean += value / n, use.closed += (value < low) / n, use.open += (value > 0.9F) / n;
      }
      uses.push_back(use);
    }
  }
  return uses;
}

std::vector<StateNorms> state_norms(const Model<float>& model, const Reading& reading) {
  const Recurrent<float>& rnn = model.recurrent();
  std::vector<StateNorms> norms;
  for (int l = 0; l < rnn.options().layers; ++l) {
    const int offset = rnn.state_offset(l, 0, 0), width = rnn.options().of_layer(l).output();
    const Matrix<float> h = column(reading, offset, width, false), old = column(reading, offset, width, true);
    StateNorms n{l};
    for (int t = 0; t < reading.steps(); ++t) {
      const double state = norm(h.row(t), nullptr, width), update = norm(h.row(t), old.row(t), width);
      n.state += state / reading.steps(), n.update += update / reading.steps();
      n.largest = std::max(n.largest, state);
    }
    norms.push_back(n);
  }
  return norms;
}

}  // namespace rnn::core
