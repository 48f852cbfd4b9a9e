// Why: one recurrent layer in plain order (PyTorch's rows, no padding, in double), of every cell, option and shape that the tests of
// the kernels run; recurrent_pass.h runs it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"
#include "cells/names.h"
#include "kernels/kernels.h"

namespace rnn::core::test {

// What the kernels' caller has to know about a cell, read from its definition.
struct CellShape {
  int gates, states, sides, stages, apart, shown, unit_weights, first[2], count[2];  // stages: recurrent products
  bool split() const { return apart >= 0 || stages > 1; }
};

template <class... Cells>
CellShape cell_shape(reference::CellTypes<Cells...>, CellKind kind) {
  const CellShape shapes[] = {{Cells::gates,
                               Cells::states,
                               Cells::sides,
                               Cells::info.recurrence == Recurrence::matrix ? Cells::stages : 0,
                               Cells::apart,
                               Cells::shown,
                               Cells::unit_weights,
                               {Cells::first_gate(0), Cells::first_gate(1)},
                               {Cells::gate_count(0), Cells::gate_count(1)}}...};
  return shapes[static_cast<int>(kind)];
}
inline CellShape cell_shape(CellKind kind) { return cell_shape(reference::AllCells{}, kind); }

// A cell with its flags, with or without projection.
struct Variant {
  CellKind cell;
  int flags;
  bool projection;
  std::string name;
  double cell_clip = 0;
  bool has_unit_weights() const {
    const UnitWeights& unit = cell_info(cell).unit;
    return !unit.parameter.empty() && (unit.flag == 0 || flags & unit.flag);
  }
};
inline void PrintTo(const Variant& v, std::ostream* out) { *out << v.name; }

// Every name of every cell, plain and with layer normalisation, then what only some cells have.
inline std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const NamedCell& cell : kNamedCells) {
    std::string name(cell.variant.name);
    std::replace(name.begin(), name.end(), '-', '_');
    all.push_back({cell.kind, cell.variant.flag, false, name});
    all.push_back({cell.kind, cell.variant.flag | kLayerNorm, false, name + "_norm"});
  }
  all.push_back({CellKind::lstm, kPeephole, false, "lstm_peephole"});
  all.push_back({CellKind::lstm, 0, true, "lstm_projection"});
  all.push_back({CellKind::lstm, kPeephole, true, "lstm_peephole_projection"});
  all.push_back({CellKind::lstm, 0, false, "lstm_clip", 0.4});
  all.push_back({CellKind::lstm_coupled, 0, true, "lstm_coupled_projection_clip", 0.3});
  all.push_back({CellKind::lstm, kLayerNorm | kPeephole, true, "lstm_norm_all", 0.8});
  return all;
}

struct Shape {
  Variant variant;
  int hidden = 1;
  std::vector<int> lengths;  // of each stream, longest first
  bool reverse = false, resets = false, reset_states = false, last = true;
  int gap = 0;  // unused numbers between rows of h and of dh
  bool masks = false,
       keeps = false;  // dropout of h in products, shares of the old states that stay; no reset_states with masks
};

using Numbers = std::vector<double>;

// Where the input part comes from: given in `pre`, or W x + b, as a product of its own before the pass or inside the pass.
enum class InputMode { given, ahead, inside };

// All values are floats, so that both tables start from the same ones.
struct Layer {
  Shape shape;
  CellShape cell;
  int hidden, output, streams, steps, rows;
  std::vector<int> start;
  std::vector<uint8_t> reset;                                  // [rows]
  Numbers pre;                                                 // [rows, gates, H]
  Numbers h0, c0, h_reset, c_reset;                            // [streams, P], [streams, H], [P], [H]
  Numbers weights, bias, unit, projection;                     // [gates * H, P], [gates * H], [unit_weights, H], [P, H]
  Numbers dh, dh_last, dc_last;                                // [rows, P], [streams, P], [streams, H]
  Numbers h_mask, keep_old[2];                                 // [streams, P], [rows, H] of h and c
  Numbers input_gain, recurrent_gain, state_gain, state_bias;  // [gates * H], [gates * H], [H], [H]: layer normalisation
  InputMode input = InputMode::given;
  int inputs = 0, block_rows = 0;
  bool keep = true;                      // forward leaves behind what backward reads
  Numbers x, input_weights, input_bias;  // [rows, I], [gates * H, I], [gates * H]

  int row(int stream, int t) const { return start[t] + stream; }
  int length(int stream) const { return shape.lengths[stream]; }
  bool normed() const { return shape.variant.flags & kLayerNorm; }

  Layer() = default;
  Layer(const Shape& s, uint64_t seed) : shape(s), cell(cell_shape(s.variant.cell)) {
    size_up(s.variant.projection ? (s.hidden + 2) / 2 : s.hidden);
    Random random(seed, Purpose::test);
    const auto fill = [&](Numbers& v, size_t n, double bound) {
      v.resize(n);
      for (double& number : v) number = static_cast<float>(random.uniform(-bound, bound));
    };
    const size_t h = hidden, p = output;
    fill(pre, rows * cell.gates * h, 1.5);
    fill(h0, streams * p, 0.9), fill(c0, streams * h, 1.2), fill(h_reset, p, 0.9), fill(c_reset, h, 1.2);
    fill(weights, cell.stages > 0 ? cell.gates * h * p : 0, 1.2 / std::sqrt(static_cast<double>(p)));
    fill(bias, cell.gates * h, 0.5), fill(unit, cell.unit_weights * h, 0.7);
    if (s.variant.projection) fill(projection, p * h, 1.7 / std::sqrt(static_cast<double>(h)));
    fill(dh, rows * p, 1), fill(dh_last, streams * p, 1), fill(dc_last, streams * h, 1);
    const auto choose = [&](Numbers& v, size_t n, std::initializer_list<double> values) {
      v.resize(n);
      for (double& number : v) number = values.begin()[random.below(static_cast<uint32_t>(values.size()))];
    };
    if (s.masks && cell.stages > 0) choose(h_mask, streams * p, {0, 1.25, 1.25});
    if (s.keeps && !s.variant.projection) choose(keep_old[0], rows * h, {0, 0, 0.25, 1});
    if (s.keeps && cell.states > 1) choose(keep_old[1], rows * h, {0, 0, 0.5, 1});
    if (normed()) {
      fill(input_gain, cell.gates * h, 1.4), fill(recurrent_gain, cell.stages > 0 ? cell.gates * h : 0, 1.4);
      fill(state_gain, h, 1.4), fill(state_bias, h, 0.5);
    }
    reset.resize(rows);
    for (auto& bit : reset) bit = s.resets && random.uniform() < 0.25;
  }

  void add_input(int width, uint64_t seed) {
    Random random(seed, Purpose::test);
    const auto fill = [&](Numbers& v, size_t n, double bound) {
      v.resize(n);
      for (double& number : v) number = static_cast<float>(random.uniform(-bound, bound));
    };
    inputs = width;
    fill(x, static_cast<size_t>(rows) * width, 1);
    fill(input_weights, static_cast<size_t>(cell.gates) * hidden * width, 1.2 / std::sqrt(static_cast<double>(width)));
    fill(input_bias, static_cast<size_t>(cell.gates) * hidden, 0.5);
  }

  void size_up(int output_size) {
    hidden = shape.hidden, output = output_size, streams = static_cast<int>(shape.lengths.size());
    steps = shape.lengths.empty() ? 0 : shape.lengths[0];
    start = {0};
    for (int t = 0; t < steps; ++t) {
      const auto active = std::count_if(shape.lengths.begin(), shape.lengths.end(), [&](int n) { return n > t; });
      start.push_back(start.back() + static_cast<int>(active));
    }
    rows = start.back();
  }

  // Streams [first, first + count) of steps [begin, end), starting from the given states of all streams of this layer.
  Layer part(int first, int count, int begin, int end, const Numbers& h, const Numbers& c) const {
    Layer l = *this;
    l.shape.lengths.clear();
    for (int s = first; s < first + count && length(s) > begin; ++s)
      l.shape.lengths.push_back(std::min(length(s), end) - begin);
    l.size_up(output);
    l.h0.assign(h.begin() + first * output, h.begin() + (first + l.streams) * output);
    l.c0.assign(c.begin() + first * hidden, c.begin() + (first + l.streams) * hidden);
    l.pre.clear(), l.reset.clear(), l.dh.clear();
    const ptrdiff_t width = static_cast<ptrdiff_t>(cell.gates) * hidden;
    for (int t = 0; t < l.steps; ++t) {
      for (int s = 0; s < l.start[t + 1] - l.start[t]; ++s) {
        const ptrdiff_t from = row(first + s, begin + t);
        l.pre.insert(l.pre.end(), pre.begin() + from * width, pre.begin() + (from + 1) * width);
        l.dh.insert(l.dh.end(), dh.begin() + from * output, dh.begin() + (from + 1) * output);
        l.reset.push_back(reset[from]);
      }
    }
    return l;
  }
};

inline std::string describe(const Shape& s) {
  std::string text =
      std::string(s.variant.name) + " H=" + std::to_string(s.hidden) + " streams=" + std::to_string(s.lengths.size());
  text += s.reverse ? " reverse" : "";
  text += s.masks ? " masks" : "";
  text += s.keeps ? " keeps" : "";
  text += s.resets ? s.reset_states ? " resets to states" : " resets to zero" : "";
  return text + " lengths from " + std::to_string(s.lengths.front()) + " to " + std::to_string(s.lengths.back());
}

// `count` lengths from `longest` down, some equal.
inline std::vector<int> ragged(int count, int longest) {
  std::vector<int> lengths;
  for (int i = 0; i < count; ++i) lengths.push_back(std::max(1, longest - i * longest / (count + 1) / 2 * 2));
  return lengths;
}

}  // namespace rnn::core::test
