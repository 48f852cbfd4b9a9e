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
  // [gate] of [steps, hidden], after the squashing function if there is one; the plain RNN's only "gate" is the value it squashes: h itself
  std::vector<Matrix<float>> values;
  Matrix<float> h;  // [steps, output]
  Matrix<float> c;  // [steps, hidden] for two-state cells, else empty
};
LayerGates layer_gates(const Model<float>& model, Pool& pool, const Reading& reading, int layer);

// The range of this gate's values, found by running the cell; of a plain RNN's only "gate", its state, with relu as a valve's.
GateRange gate_range(CellKind cell, int flags, int gate);

// moved: how many of the units that changed most are listed.
std::vector<ReadStep> read_steps(const Model<float>& model, Pool& pool, const Tokenizer& tokenizer, const Reading& reading,
                                 int moved);
// Of the gates whose range has ends.
std::vector<GateUse> gate_use(const Model<float>& model, Pool& pool, const Reading& reading);
std::vector<StateNorms> state_norms(const Model<float>& model, const Reading& reading);

}  // namespace rnn::core
