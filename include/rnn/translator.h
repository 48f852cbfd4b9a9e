// Why: the public face of translators: lines in, lines out, and where the model looked.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// How Translator::translate() searches.
struct TranslateOptions {
  int beam = 5;               // hypotheses side by side, [1, 1024]; 1 is greedy
  int n_best = 1;             // translations wanted for each line, [1, beam]
  double length_penalty = 1;  // [0, 10]: compared by log-probability / ((5 + tokens) / 6)^length_penalty; 0: unscaled
  int no_repeat = 0;          // > 0: no sequence of this many tokens occurs twice
  std::string prefix = {};    // every translation begins with it, character by character; empty: anything
  const std::atomic<int>* cancel =
      nullptr;  // once it is not 0, the call throws Error{Exit::internal, "cancelled"} at its next step
};

struct Translation {
  std::string text;
  std::vector<int32_t> tokens;  // of the model's vocabulary; the end of line is the last if it is finished
  double log_prob = 0;          // natural logarithm of its probability
  double score = 0;             // log_prob after the length penalty
  bool finished = false;        // false: cut off at twice the tokens of its source plus ten
};

// Where a translator looked while it wrote.
struct Attention {
  std::vector<std::string> source, target;  // the tokens, each with its end of line
  std::vector<float> weights;  // [target, source], row-major; a row adds up to 1. Empty: the model has no attention
};

// Translates lines. One thread at a time; several translators may share a model.
class RNN_API Translator {
 public:
  // Throws Error{Exit::model, "model/task"} for a model that does not translate.
  explicit Translator(const Model& model, const Threads& threads = 1);
  // An ensemble: the mean of the models' probabilities. Throws Error{Exit::usage, "session/size"} for none,
  // Error{Exit::model, "ensemble/tokens"} if they split text into different tokens.
  explicit Translator(const std::vector<Model>& models, const Threads& threads = 1);
  ~Translator();
  Translator(Translator&& other) noexcept;
  Translator& operator=(Translator&& other) noexcept;

  // out[i]: the translations of lines[i], best first, at least one; that of an empty line is empty. They do not depend on
  // the other lines, which are translated in the same batches. Throws Error{Exit::usage, "translate/options"} for options
  // out of range.
  std::vector<std::vector<Translation>> translate(const std::vector<std::string>& lines,
                                                  const TranslateOptions& options = {});
  std::string translate(const std::string& line);  // the best
  // What each token of one of translate(line)'s results looked at. Throws Error{Exit::usage, "text/token"} for tokens that are not in
  // the vocabulary.
  Attention attention(const std::string& line, const Translation& translation);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
