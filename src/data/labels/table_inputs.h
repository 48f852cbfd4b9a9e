// Why: a table says more about a text than the text: a price, a brand. Further columns are read, too, each as one word before the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/labels/label_front.h"
#include "data/labels/raw_labels.h"

namespace rnn::core {

// What a column with this name looks like in training cells: numbers with more than 10 different values are cut into 10 parts of about as
// many cells each, everything else is a category.
InputColumn learn_input_column(const std::string& name, const std::vector<std::string_view>& cells);

// The word that a cell becomes, of a form that no text has: "<price:4/10>", "<brand:acme>"; "<price:?>" if it is empty. Longer ones than
// the 64 bytes of such a word are cut.
// Throws std::invalid_argument for what is no number in a column of numbers.
std::string word_of_cell(const InputColumn& column, std::string_view cell);

// Learnt from all examples of a set, whose RawExample::inputs are the cells of set.inputs.
void learn_inputs(RawSet& set);
// Puts the words of the cells before every text that has cells beside it, and takes them away; of no columns nothing. Throws Error{data, "data/number"} with file:line.
void write_inputs(const std::vector<InputColumn>& columns, RawSet& set);

// The names between commas; of none an empty text.
std::string names_of_inputs(const std::vector<InputColumn>& columns);

}  // namespace rnn::core
