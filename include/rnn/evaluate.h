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
  double loss = 0;           // mean, nats per token
  double perplexity = 0;     // exp(loss)
  double bits_per_byte = 0;  // between tokenizers comparable where no word is unknown, or its spelling is charged
  int64_t tokens = 0;        // predicted tokens, each counted once
  int64_t unknown = 0;       // of these, unknown words
  int64_t bytes = 0;
};

// `path`: a text file or a folder of them (UTF-8). Throws Error{Exit::data} with file:line for bad text, Error{Exit::model,
// "model/task"} for a bare recurrent model. cancel: once it is not 0, the call throws Error{Exit::internal, "cancelled"} soon.
RNN_API TextScore evaluate(const Model& model, const std::string& path, const Threads& threads = 0,
                           const std::atomic<int>* cancel = nullptr);

}  // namespace v1
}  // namespace rnn
