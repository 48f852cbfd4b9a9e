// Why: what a network does at each word: its gates, how much its state changes, what it expects next.
#pragma once

#include <string_view>
#include <vector>

#include "inspect/reading.h"

namespace rnn::core {

// One layer over a reading, recomputed from the row-major weights with the cell's own definition (cells/reference.h), each
// step from the state that the reading recorded before it.
struct LayerGates {
  std::string_view names;  // one letter each: CellInfo::gate_names
  // [gate] of [steps, hidden], after the squashing function; the plain RNN's only "gate" is the value it squashes: h itself
  std::vector<Matrix<float>> values;
  Matrix<float> h;  // [steps, output]
  Matrix<float> c;  // [steps, hidden] for two-state cells, else empty
};
LayerGates layer_gates(const Model<float>& model, Pool& pool, const Reading& reading, int layer);

// Whether the values of this gate are in (-1, 1) rather than (0, 1), found by running the cell.
bool gate_is_signed(CellKind cell, int flags, int gate);

// moved: how many of the units that changed most are listed.
std::vector<ReadStep> read_steps(const Model<float>& model, Pool& pool, const Tokenizer& tokenizer, const Reading& reading,
                                 int moved);
std::vector<GateUse> gate_use(const Model<float>& model, Pool& pool, const Reading& reading);
std::vector<StateNorms> state_norms(const Model<float>& model, const Reading& reading);

}  // namespace rnn::core
