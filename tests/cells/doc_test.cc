// Why: docs/cells.md is generated from the cells themselves. RNN_WRITE_DOCS=1 writes it; otherwise the test compares.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/numbers.h"
#include "cells/names.h"

namespace rnn::core {
namespace {

std::string order(const std::array<int, 4>& positions, const CellInfo& cell) {
  std::string text;
  for (int g = 0; g < cell.gates; ++g)
    text += (g > 0 ? ", " : "") + std::string(1, cell.gate_names[static_cast<size_t>(positions[g])]);
  return text;
}

std::string names_of(const CellInfo& cell) {
  std::string text;
  for (const CellVariant& variant : cell.variants) {
    if (!variant.name.empty()) text += (text.empty() ? "`" : ", `") + std::string(variant.name) + "`";
  }
  return text;
}

std::string unit_text(const CellInfo& cell) {
  if (cell.unit.letter.empty()) return "";
  return " " + std::string(cell.unit.letter) + " is the parameter `" + std::string(cell.unit.parameter) +
         "`, a vector with a number for each unit, at first uniform from " + number_text(cell.unit.low) + " to " +
         number_text(cell.unit.high) + ".";
}

std::string page() {
  std::string text = R"(# Cells

Generated from the definitions in `src/cells/` by `tests/cells/doc_test.cc`; each cell is defined there once, with
forward pass and adjoint side by side. x is the input of a step, h (and c) the state before it, h' (and c') the state after it;
`*` works unit by unit. W and R are matrices, small letters besides the states are vectors of a layer's units.
)";
  for (const CellInfo* cell : kCells) {
    text += "\n## " + std::string(cell->name) + "\n\n```\n" + std::string(cell->equation) + "\n```\n\n";
    text += "Source: " + std::string(cell->source) + ".\n\n| gates | order |\n| --- | --- |\n";
    if (cell->recurrence == Recurrence::matrix) {
      text += "| PyTorch, our files | " + order({0, 1, 2, 3}, *cell) + " |\n";
      text += "| ONNX | " + order(cell->onnx_order, *cell) + " |\n";
      text += "| Keras | " + order(cell->keras_order, *cell) + " |\n\n";
    } else {
      text += "| our files | " + order({0, 1, 2, 3}, *cell) + " |\n\n";
    }
    text += "`--cell`: " + names_of(*cell) + ". State of a unit: " + (cell->states > 1 ? "h and c." : "h.");
    if (cell->recurrence == Recurrence::none) text += " No recurrent matrix: a step costs no product of the state.";
    text += unit_text(*cell) + "\n";
  }
  text += R"(
## With layer normalisation

`--layer-norm` (Ba, Kiros and Hinton 2016): W x and R h are each normalised over the units of a layer and multiplied by a gain:
all gates of an LSTM together, r and z of a GRU together; without a recurrent matrix W x alone. In an LSTM, h' is computed from normalised c' (docs/language_models.md).
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
