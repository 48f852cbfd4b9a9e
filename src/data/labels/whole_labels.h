// Why: tagged sentences may have a label each, too, in a file of their own: line n of it belongs to line n of the words.
#pragma once

#include <string>
#include <vector>

#include "data/labels/raw_labels.h"

namespace rnn::core {

// Reads paths as the layout `aligned` and the label of every sentence: folders with seq.in, seq.out and label, or files in threes: words,
// tags, labels. Throws what read_raw_labels() does, Error{usage}: "task/data" for data of another layout, "usage/argument" for files
// that are not in threes; Error{data}: "data/lengths" for files of different lengths, "data/empty_label".
RawSet read_labelled_sentences(const std::vector<std::string>& paths, const LabelOptions& options);

// Throws Error{data, "data/labels"} for labels of sentences that cannot be learnt: a single one, more than kMostLabels.
void require_whole_labels(const RawSet& set);

}  // namespace rnn::core
