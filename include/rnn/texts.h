// Why: the public face of many texts at once: every one is read and written for itself, all of them in one pass of the model.
#pragma once

#include <cstddef>
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

// How a text of Texts is written.
struct TextOptions {
  int64_t tokens = 60;       // at most
  double temperature = 0.8;  // as GenerateOptions
  int top_k = 0;
  double top_p = 1;
  std::string stop = {};  // the text ends after it; empty: after `tokens` tokens
  uint64_t seed = 1;      // the same model, prompt and options give the same text, whatever is written beside it
};

// Texts that a language model writes side by side, each at its own point: several times the tokens per second of one Writer after
// the other, with the same bits. Texts may be added and removed at any time. One thread at a time; many may share a model.
class RNN_API Texts {
 public:
  // Throws Error{Exit::model, "model/task"} unless it is a language model.
  explicit Texts(const Model& model, const Threads& threads = 1);
  ~Texts();
  Texts(Texts&& other) noexcept;
  Texts& operator=(Texts&& other) noexcept;

  // A new text after `prompt`, which begins at the start of a line -> its number, counting from 0. Throws Error{Exit::usage,
  // "generate/options"} for options out of range.
  size_t add(std::string_view prompt, const TextOptions& options = {});
  // Reads and writes one token, or reads a part of the prompt, in every text that is not finished. False: all are finished.
  bool step();
  // What was written since the last call, as well-formed UTF-8 where the model's tokens allow it. Throws Error{Exit::usage,
  // "texts/number"} if there is no such text; finished() and remove() do, too.
  std::string take(size_t number);
  bool finished(size_t number) const;
  // The state of a text, as Writer::save_state(); Error{Exit::usage, "stream/unread"} before its prompt is read.
  std::string save_state(size_t number) const;
  void remove(size_t number);  // frees its state; its number is not used again
  size_t unfinished() const noexcept;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
