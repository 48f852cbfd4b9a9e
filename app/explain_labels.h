// Why: explain and inspect look at models of labels in the same way: the same question, the same figures, as a page, as JSON, as tables.
#pragma once

#include <string>

#include "inspect/labelling.h"
#include "label_question.h"

namespace rnn::core::app {

struct LabelLookRequest {
  LabelAsk ask;
  std::string page;  // the file to write; empty: none
  std::string svg;   // folder for drawings; empty: none
  bool json = false, force = false, tables = false;
  int threads = 0;
};
// For a model of which look_for() is not none. Writes what is asked for.
void look_at_labels(ModelFile& file, const LabelLookRequest& request);

}  // namespace rnn::core::app
