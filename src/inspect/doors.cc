// Why: what gates do is seen best in one number: kept, written over and shown, word after word.
#include "inspect/doors.h"

#include <algorithm>
#include <cmath>

#include "cells/names.h"
#include "inspect/json_numbers.h"

namespace rnn::core {
namespace {

// Which gates of a cell keep, write, make the new content, and show or reset; -1: none.
struct DoorGates {
  int keep = -1, write = -1, content = -1, third = -1;
};

DoorGates gates_for(const RecurrentOptions& o) {
  const CellInfo& info = cell_info(o.cell);
  DoorGates gates{info.keep, info.write, -1, -1};
  for (int g = 0; g < info.gates; ++g) {
    if (g == gates.keep || g == gates.write) continue;
    (gate_range(o.cell, o.flags, g) == GateRange::valve ? gates.third : gates.content) = g;
  }
  return gates;
}

class DoorUnits {
 public:
  DoorUnits(const LayerGates& layer, const DoorGates& which, bool cell_state, int first, int count)
      : layer_(layer), which_(which), state_(cell_state ? layer.c : layer.h), first_(first), count_(count) {}

  DoorStep step(int t, int unit) const {
    DoorStep s;
    s.before = t > 0 ? static_cast<double>(state_(t - 1, unit)) : 0;
    s.after = static_cast<double>(state_(t, unit));
    s.keep = which_.keep >= 0 ? gate(which_.keep, t, unit) : 1 - gate(which_.write, t, unit);
    s.write = which_.write >= 0 ? gate(which_.write, t, unit) : 1 - s.keep;
    s.content = gate(which_.content, t, unit);
    if (which_.third >= 0) s.third = gate(which_.third, t, unit);
    return s;
  }

  // How far the gates of a unit move; below 0: its numbers are not what the gates say.
  double movement(int unit) const {
    constexpr double kRounding = 1e-4;
    double low[3] = {1, 1, 1}, high[3] = {0, 0, 0};
    for (int t = first_; t < first_ + count_; ++t) {
      const DoorStep s = step(t, unit);
      if (!(std::abs(s.keep * s.before + s.write * s.content - s.after) < kRounding)) return -1;
      const double doors[3] = {s.keep, s.write, s.third};
      for (int d = 0; d < 3; ++d) low[d] = std::min(low[d], doors[d]), high[d] = std::max(high[d], doors[d]);
    }
    return high[0] - low[0] + high[1] - low[1] + std::max(0.0, high[2] - low[2]);
  }

 private:
  double gate(int g, int t, int unit) const { return static_cast<double>(layer_.values[static_cast<size_t>(g)](t, unit)); }
  const LayerGates& layer_;
  const DoorGates which_;
  const Matrix<float>& state_;
  int first_, count_;
};

}  // namespace

Doors doors_of(const Model<float>& model, Pool& pool, const Tokenizer& tokenizer, const Reading& reading, int words) {
  Doors doors;
  const RecurrentOptions o = model.config().rnn.of_layer(model.config().rnn.layers - 1);
  const DoorGates which = gates_for(o);
  const bool cell_state = o.states() > 1;
  const int count = std::min(words, reading.steps() - 1);
  if (!has_memory_gate(o.cell) || which.content < 0 || count < 1 || (!cell_state && o.projection > 0)) return doors;
  for (const int g : {which.keep, which.write}) {
    if (g >= 0 && gate_range(o.cell, o.flags, g) != GateRange::valve) return doors;
  }
  // A line that begins from the zero state within these words would hide what was kept before it.
  for (int t = 1; t <= count; ++t) {
    if (reading.fresh[static_cast<size_t>(t)]) return doors;
  }
  doors.layer = model.config().rnn.layers - 1;
  const LayerGates layer = layer_gates(model, pool, reading, doors.layer);
  const DoorUnits units(layer, which, cell_state, 1, count);
  double most = -1;
  for (int u = 0; u < o.hidden; ++u) {
    const double moved = units.movement(u);
    if (moved > most) most = moved, doors.unit = u;
  }
  if (most < 0) return doors;
  const auto letter = [&](int g) { return g < 0 ? std::string() : std::string(1, layer.names[static_cast<size_t>(g)]); };
  doors.keep = letter(which.keep), doors.write = letter(which.write), doors.third = letter(which.third);
  for (int t = 1; t <= count; ++t) {
    doors.steps.push_back(units.step(t, doors.unit));
    doors.steps.back().word = shown_token(tokenizer, reading.ids[static_cast<size_t>(t)]);
  }
  return doors;
}

}  // namespace rnn::core
