// Why: the public face of language models: text is read, sampled, searched for and compared.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// How the next token is sampled.
struct GenerateOptions {
  double temperature = 0.8;    // >= 0; 0 is greedy: always the likeliest
  int top_k = 0;               // sample from the k likeliest only; 0: from all
  double top_p = 1;            // (0, 1]: sample from the smallest set with this share of the probability; 1: from all
  bool unknown_words = false;  // may the unknown word be generated?
};

// A candidate for the next token.
struct Choice {
  int32_t token = 0;
  std::string text;
  double probability = 0;  // under the full distribution, temperature 1
};

// Options of Writer::search(), which looks for the likeliest text by beam search.
struct SearchOptions {
  int beam = 5;               // hypotheses side by side, [1, 1024]; 1 is greedy
  int n_best = 1;             // texts wanted, [1, beam]
  int tokens = 60;            // at most, [0, 2^20]
  double length_penalty = 0;  // [0, 10]: texts are compared by log-probability / length^penalty; 1: per token
  int no_repeat = 0;          // > 0: no sequence of this many tokens occurs twice
  std::string stop = {};      // a text ends after it; empty: after `tokens` tokens
  std::string prefix = {};    // the text begins with it, character by character, after at most one space; empty: anything
  const std::atomic<int>* cancel =
      nullptr;  // once it is not 0, the call throws Error{Exit::internal, "cancelled"} at its next step
};

// A possible continuation.
struct Continuation {
  std::string text;
  std::vector<int32_t> tokens;
  double log_prob = 0;    // natural logarithm of its probability
  double score = 0;       // log_prob after the length penalty
  bool finished = false;  // ends with the stop text
};

// Generates text with a language model. One thread at a time.
class RNN_API Writer {
 public:
  // The same model, seed and calls give the same text. Throws Error{Exit::model, "model/task"} for a
  // bare recurrent model.
  explicit Writer(const Model& model, uint64_t seed = 1, const Threads& threads = 1);
  // An ensemble: the mean of the models' probabilities. Throws Error{Exit::usage, "session/size"} for none,
  // Error{Exit::model, "ensemble/tokens"} if they split text into different tokens.
  explicit Writer(const std::vector<Model>& models, uint64_t seed = 1, const Threads& threads = 1);
  ~Writer();
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&& other) noexcept;

  // Reads more text; the first text is at the start of a line. Returns the words that the model does not know.
  std::vector<std::string> read(std::string_view text);
  // The n >= 1 likeliest next tokens, likeliest first; fewer if the vocabulary is smaller.
  std::vector<Choice> top(int n);
  // Generates one token and reads it; returns the text that can be shown now: well-formed UTF-8, empty while a character is
  // incomplete. Throws Error{Exit::usage, "generate/options"} for options out of range.
  std::string next(const GenerateOptions& options = {});
  // The likeliest texts, best first. The state does not change: read(text) continues with one of them. Throws
  // Error{Exit::usage}: "generate/options", "generate/prefix" if no tokens can spell the prefix.
  std::vector<Continuation> search(const SearchOptions& options = {});
  int32_t last_token() const noexcept;  // read or generated
  std::string flush();                  // at the end: the bytes of an incomplete character that were held back

  // The state after everything read and generated: a few KB that the same model can load (the position of the random numbers
  // is not part of it). load_state() throws Error{Exit::model}: state/corrupt, state/size.
  std::string save_state() const;
  void load_state(std::string_view bytes);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

// One of several texts that may follow a context, or fill its blank.
struct Alternative {
  std::string text;
  double log_prob = 0;   // natural logarithm of the probability of the text (and of what follows the blank)
  double per_token = 0;  // log_prob / tokens
  double per_byte = 0;   // log_prob / bytes
  double share = 0;      // of the total probability of all alternatives
};

// Which text fits best after `context`, which begins a line, or in its ___? Results in the order of `alternatives`. Throws
// Error{Exit::data, "choose/alternatives"} for fewer than two, empty or equal ones; Error{Exit::model, "model/task"}.
RNN_API std::vector<Alternative> choose(const Model& model, const std::string& context,
                                        const std::vector<std::string>& alternatives, const Threads& threads = 1);

// How well a model predicts a text, token by token.
struct ScoredText {
  std::vector<int32_t> tokens;
  std::vector<double> log_probs;  // [tokens] natural logarithm of the probability of each, given those before it
  double loss = 0;                // mean of -log_probs, nats per token
  double perplexity = 0;          // exp(loss)
  int64_t unknown = 0;            // unknown words among the tokens
};

// The score of a text in memory, which begins a line, as evaluate() (rnn/evaluate.h) gives it for a file. A model of sentences reads
// each line for itself and skips blank lines. cancel: as SearchOptions. Throws Error{Exit::model, "model/task"}, Error{Exit::data,
// "data/empty"} for a text without tokens.
RNN_API ScoredText score(const Model& model, std::string_view text, const Threads& threads = 1,
                         const std::atomic<int>* cancel = nullptr);

}  // namespace v1
}  // namespace rnn
