// Why: rnn eval --choose is a verb within a verb: which continuation does a model find likeliest?
#pragma once

#include <string>
#include <vector>

#include "tasks/language_model/stream/choose.h"

namespace rnn::core::app {

struct ChooseArguments {
  std::string asked;  // with alternatives: a context; without: a file of questions, or - for standard input
  std::vector<std::string> alternatives;  // for a single question
  std::string rank_by = "sum";            // sum, token, byte
  bool json = false;
  int threads = 0;
};

// Prints the ranking for one question, or a line for each question of a file and the accuracy.
void choose(ModelFile& file, const WithModels& with, const ChooseArguments& a);

}  // namespace rnn::core::app
