// Why: docs/cells.md is generated from the cells themselves. RNN_WRITE_DOCS=1 writes it; otherwise the test compares.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "cells/reference.h"

namespace rnn::core {
namespace {

std::string order(const std::array<int, 4>& positions, const CellInfo& cell) {
  std::string text;
  for (int g = 0; g < cell.gates; ++g)
    text += (g > 0 ? ", " : "") + std::string(1, cell.gate_names[static_cast<size_t>(positions[g])]);
  return text;
}

std::string page() {
  std::string text = R"(# Cells

Generated from the definitions in `src/cells/` by `tests/cells/doc_test.cc`; each cell is defined there once, with
forward pass and adjoint side by side. x is the input of a step, h (and c) the state before it, h' (and c') the state after it;
`*` works unit by unit.
)";
  for (const CellInfo* cell : kCells) {
    text += "\n## " + std::string(cell->name) + "\n\n```\n" + std::string(cell->equation) + "\n```\n\n";
    text += "Source: " + std::string(cell->source) + ".\n\n| gates | order |\n| --- | --- |\n";
    text += "| PyTorch, our files | " + order({0, 1, 2, 3}, *cell) + " |\n";
    text += "| ONNX | " + order(cell->onnx_order, *cell) + " |\n";
    text += "| Keras | " + order(cell->keras_order, *cell) + " |\n\n";
    text += "State of a unit: " + std::string(cell->states > 1 ? "h and c." : "h.") + "\n";
  }
  text += R"(
## With layer normalisation

`--layer-norm` (Ba, Kiros and Hinton 2016): W x and R h are each normalised over the units of a layer and multiplied by a gain:
all gates of an LSTM together, r and z of a GRU together. In an LSTM, h' is computed from normalised c' (docs/language_models.md).
)";
  return text;
}

TEST(CellsPage, IsMadeFromTheCells) {
  const std::string path = RNN_TEST_SOURCE "/docs/cells.md";
  if (std::getenv("RNN_WRITE_DOCS")) write_file_atomic(path, page());
  EXPECT_EQ(read_file(path), page()) << "run this test with RNN_WRITE_DOCS=1";
}

}  // namespace
}  // namespace rnn::core
