// Why: the public handle of a loaded model: facts, and text to tokens and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"

namespace rnn {
inline namespace v1 {

// "0.1.0"; a static string.
RNN_API const char* version() noexcept;

// What a model file holds.
struct ModelInfo {
  std::string path;    // of the model file itself
  std::string task;    // as TrainRequest::task, or "recurrent": a bare torch.nn.RNN, GRU or LSTM
  std::string cell;    // "rnn", "lstm", "gru", ...
  std::string tokens;  // "byte", "char", "word", "space", "unigram", "bpe"; empty for a model that reads no text
  int input = 0;       // I: size of the embedding, or of a frame
  int hidden = 0;      // H: units of a layer
  int layers = 0;
  int last_hidden = 0;  // units of the last layer; 0: hidden
  int projection = 0;   // size of the projected hidden state of an LSTM; 0: none
  bool bidirectional = false;
  std::string about;  // JSON object: what the trainer recorded (command, options, data, metrics); "{}" if nothing
};

// Immutable weights and tokenizer. A cheap handle: copies share one loaded model. Every method may be called from any
// thread.
class RNN_API Model {
 public:
  // `path`: a run folder, a model file, or the state dict of a torch.nn.RNN, GRU or LSTM saved as .safetensors. Throws
  // Error{Exit::model}: model/missing, model/format (of another program), model/corrupt, model/truncated, model/newer, model/task, model/tensor, model/shape,
  // model/nan.
  static Model load(const std::string& path);
  // From the bytes of such a file, which are copied. name: what errors and info().path call it. Throws as load(), without
  // model/missing.
  static Model from_bytes(std::string_view bytes, const std::string& name = "the model");

  bool is_language_model() const noexcept;
  bool translates() const noexcept;  // a model for Translator: sentences in, sentences out
  // A model for Classifier, Tagger or Labeller: sequences in, labels or numbers out.
  bool labels_sequences() const noexcept;
  bool forecasts() const noexcept;  // a model for Forecaster: the past of series in, their next values out
  int vocabulary() const noexcept;  // number of input ids (tokens, or symbols of sequences); 0: it reads frames
  int inputs() const noexcept;      // numbers of one frame; 0: it reads ids
  // Numbers of one output row: logits of tokens or labels, numbers of a model of the task regress, or the hidden state of the last
  // layer of a bare recurrent model.
  int outputs() const noexcept;
  int64_t parameters() const noexcept;  // trained numbers
  size_t state_bytes() const noexcept;  // size of the state of one stream
  ModelInfo info() const;

  // Text to token ids in [0, vocabulary()) and back. Unknown words become unknown_token(). Throw Error{Exit::model,
  // "model/task"} for a bare recurrent model, Error{Exit::usage, "text/token"} for an id that is not in the vocabulary.
  std::vector<int32_t> encode(std::string_view text) const;
  std::string decode(std::span<const int32_t> ids) const;
  // The text of one token as tables show it; may be a single byte of a longer character.
  std::string token_text(int32_t id) const;
  int32_t unknown_token() const noexcept;  // -1: this model has no unknown token
  int32_t newline_token() const noexcept;  // ends a line; the first token that a model reads. -1 for a bare recurrent model

 private:
  friend struct Access;
  struct Core;
  explicit Model(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  std::shared_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
