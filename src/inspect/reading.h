// Why: a prompt is read here as `rnn generate` reads it, and every state and prediction on the way is kept or summarised.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/sample.h"
#include "inspect/explanation.h"
#include "io/model_file.h"

namespace rnn::core {

constexpr int kLongestPrompt = 200;  // tokens

// The id that begins a line, then the ids of the prompt. Throws Error{usage}: "inspect/empty", "inspect/too_long", or
// "inspect/unknown_word" with the most similar words of the vocabulary.
std::vector<int32_t> prompt_ids(const ModelFile& file, std::string_view prompt, int limit = kLongestPrompt);

// Throws Error{model}: "model/task" unless it is a language model, "model/nan" if a weight is not a number. Packs it for
// training and keeps the row-major weights.
const Model<float>& inspected_model(ModelFile& file, Pool& pool);

// A token in readable form: an end of line is ↵, a space is ␣, no control characters.
std::string shown_token(const Tokenizer& tokenizer, int32_t id);

// The results of reading, step by step.
struct Reading {
  std::vector<int32_t> ids;
  Matrix<float> frames;                      // [steps, input] instead of ids, for a model that reads numbers
  std::vector<bool> fresh;                   // [steps] the step started from the zero state
  Matrix<float> states;                      // [steps, state width] after the step
  std::vector<double> surprise;              // [steps] bits; -1: the first step
  std::vector<std::vector<Candidate>> next;  // [steps] likeliest next tokens
  std::vector<double> last;                  // [vocabulary] the probabilities after the last step
  int steps() const { return static_cast<int>(fresh.size()); }
};

// lines: every id `newline` starts from the zero state. top: length of the next-token tables.
struct ReadingOptions {
  int32_t newline = 0;
  bool lines = false;
  int top = 5;
};
Reading read_ids(const Model<float>& model, std::span<const int32_t> ids, const ReadingOptions& options);

// Only the states: reads a sequence of ids or of frames from the zero state.
Reading read_states(const Model<float>& model, std::span<const int32_t> ids, View<const float> frames);

// Softmax in double, summed in order. out [K].
void softmax(std::span<const float> logits, std::vector<double>& out);

}  // namespace rnn::core
