// Why: what the gates and the letters of a cell's equations mean, in plain words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rnn::core::pages {

struct GateText {
  std::string_view name;     // "forget gate"
  std::string_view meaning;  // "how much of the old memory is kept"
  bool valve = true;         // 0 to 1; otherwise -1 to 1: new content, not a valve
};
// For a gate named as in CellInfo::gate_names ("f"); nullptr: nothing to show (the plain RNN's only sum is its new state).
const GateText* gate_text(std::string_view cell, std::string_view gate);

// A sentence or two on what the cell does.
std::string_view cell_in_a_sentence(std::string_view cell);

// The letters that occur in the equations, each with its meaning, in the order in which they are explained.
std::vector<std::pair<std::string, std::string>> symbols_of(std::string_view cell,
                                                            const std::vector<std::string>& equations);

// Terms and their explanations.
const std::vector<std::pair<std::string_view, std::string_view>>& glossary();

}  // namespace rnn::core::pages
