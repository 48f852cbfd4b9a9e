// Why: the public face of evaluation: how well a model predicts a text.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// How well a model predicts a text.
struct TextScore {
  double loss = 0;        // mean, nats per token
  double perplexity = 0;  // exp(loss)
  // Comparable between tokenizers: the spelling of a word that the model does not know is charged, log2(257) bits for each of its bytes
  // and for an end mark.
  double bits_per_byte = 0;
  double bits_per_byte_without_spelling = 0;  // of the tokens alone: the same where no word is unknown
  double unknown_share = 0;                   // of the tokens: unknown words whose spelling is charged
  int64_t tokens = 0;                         // predicted tokens, each counted once
  int64_t unknown = 0;                        // of these, unknown words
  int64_t bytes = 0;
};

// `path`: a text file or a folder of them (UTF-8). Throws Error{Exit::data} with file:line for bad text, Error{Exit::model,
// "model/task"} for a model of something else. cancel: once it is not 0, the call throws Error{Exit::internal, "cancelled"} soon.
RNN_API TextScore evaluate(const Model& model, const std::string& path, const Threads& threads = 0,
                           const std::atomic<int>* cancel = nullptr);

}  // namespace v1
}  // namespace rnn
