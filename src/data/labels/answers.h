// Why: an example may have several labels in one cell, and labels may be places on a scale: what stands in a file becomes such answers here.
#pragma once

#include <string>
#include <vector>

#include "data/labels/raw_labels.h"

namespace rnn::core {

// Of a set with several labels: cells become their labels, without white space around them, sorted, each once. between: what stands
// between them, kept in the set; empty: of `;`, `|` and `,` the one that most cells have, and none where no cell has any. Layouts whose
// labels do not stand in cells are left as they are, but sorted.
void separate_labels(RawSet& set, std::string between);

// The labels of a scale from the lowest to the highest: those of `order` between commas, or, where it is empty, those of the set as
// numbers. Throws Error{usage, "usage/order"}: labels that are words without an order, a label that the order lacks, one twice, fewer than
// two.
std::vector<std::string> labels_on_scale(const RawSet& set, const std::string& order);

}  // namespace rnn::core
