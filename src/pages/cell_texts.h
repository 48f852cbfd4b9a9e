// Why: what the gates and the letters of a cell's equations mean, in plain words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cells/cell.h"

namespace rnn::core::pages {

using ::rnn::core::GateText;
// For a cell by its name and a gate named as in CellInfo::gate_names ("f"); nullptr: nothing to show.
const GateText* gate_text(std::string_view cell, std::string_view gate);
// Whether a cell has one sum only, which is its new state: the plain RNN.
bool has_one_sum(std::string_view cell);

// A sentence or two on what the cell does.
std::string_view cell_in_a_sentence(std::string_view cell);

// The letters that occur in the equations, each with its meaning, in the order in which they are explained.
std::vector<std::pair<std::string, std::string>> symbols_of(std::string_view cell,
                                                            const std::vector<std::string>& equations);

// Terms and their explanations.
const std::vector<std::pair<std::string_view, std::string_view>>& glossary();

}  // namespace rnn::core::pages
