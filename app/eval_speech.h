// Why: rnn eval of a recogniser: error rates with how sure they are, and what it mishears.
#pragma once

#include <string>
#include <vector>

#include "io/model_file.h"
#include "tasks/transcribe/stream/search.h"

namespace rnn::core::app {

struct SpeechEvalArguments {
  std::string speakers, output;  // names between commas; empty: all
  SearchRequest search;
  int64_t threads = 0;
  bool json = false, tune = false;  // tune: the weights of the model of words
};

// Prints; the loss is left to --fail-under. Returns the word error rate.
double eval_speech(ModelFile file, const std::vector<std::string>& data, const SpeechEvalArguments& a);

}  // namespace rnn::core::app
