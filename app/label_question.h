// Why: what a model of labels is asked by explain and inspect: a text that was typed, or a row of a file, with the right answer where there
// is one.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "data/labels/raw_labels.h"
#include "io/model_file.h"

namespace rnn::core::app {

struct LabelAsk {
  std::string prompt, data;  // the text, of a model of sensors a file; a file of which one row is asked
  std::string label;  // the right label, or the right tags with spaces between them; empty: that of the file, or unknown
  int64_t row = 0;    // of the file, from 1; 0: the first
};
void declare_label_options(Command& command, LabelAsk& ask);
// Throws Error{usage, "usage/option"} where one of them was given.
void refuse_label_options(const Command& command);

struct LabelQuestion {
  RawExample example;
  std::string place;  // "reviews.csv:7"; empty: it was typed
};
// For a model that has a page (inspect/labelling.h). Throws Error{usage}: "usage/missing", "usage/label" for a label that the model does not
// have, "usage/row"; Error{data} as the readers.
LabelQuestion label_question(const ModelFile& file, const LabelAsk& ask);

}  // namespace rnn::core::app
