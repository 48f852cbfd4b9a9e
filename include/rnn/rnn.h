// Why: the public interface: load, step, generate, evaluate and train recurrent networks; standard library types only.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rnn/error.h"
#include "rnn/labeller.h"
#include "rnn/texts.h"

// Failures are rnn::Error (code(), what(), help(), exit()); in addition, any function that is not noexcept may throw
// std::bad_alloc. Nothing is printed. Sizes count numbers unless a name says bytes; times are in seconds, losses in nats per
// token. Classes that own something may be moved; a moved-from object may only be assigned to or destroyed.
namespace rnn {
inline namespace v1 {

// "0.1.0"; a static string.
RNN_API const char* version() noexcept;

// What a model file holds.
struct ModelInfo {
  std::string path;    // of the model file itself
  std::string task;    // as TrainRequest::task, or "recurrent": a bare torch.nn.RNN, GRU or LSTM
  std::string cell;    // "rnn", "lstm", "gru", ...
  std::string tokens;  // "byte", "char", "word", "unigram", "bpe"; empty for a model that reads no text
  int input = 0;       // I: size of the embedding, or of a frame
  int hidden = 0;      // H: units of a layer
  int layers = 0;
  int last_hidden = 0;  // units of the last layer; 0: hidden
  int projection = 0;   // size of the projected hidden state of an LSTM; 0: none
  bool bidirectional = false;
  std::string about;  // JSON object: what the trainer recorded (command, options, data, metrics); "{}" if nothing
};

struct TextScore;
struct Alternative;

// Immutable weights and tokenizer. A cheap handle: copies share one loaded model. Every method may be called from any
// thread.
class RNN_API Model {
 public:
  // `path`: a run folder, a model file, or the state dict of a torch.nn.RNN, GRU or LSTM saved as .safetensors. Throws
  // Error{Exit::model}: model/missing, model/corrupt, model/truncated, model/newer, model/task, model/tensor, model/shape,
  // model/nan.
  static Model load(const std::string& path);
  // From the bytes of such a file, which are copied. name: what errors and info().path call it. Throws as load(), without
  // model/missing.
  static Model from_bytes(std::string_view bytes, const std::string& name = "the model");

  bool is_language_model() const noexcept;
  bool translates() const noexcept;        // a model for Translator: sentences in, sentences out
  bool labels_sequences() const noexcept;  // a model for Labeller: sequences in, labels or numbers out
  int vocabulary() const noexcept;         // number of input ids; 0: it reads frames
  int inputs() const noexcept;             // numbers of one frame; 0 for a language model, which reads token ids
  int outputs() const noexcept;            // numbers of one output row: K logits, or the hidden state of the last layer
  int64_t parameters() const noexcept;     // trained numbers
  size_t state_bytes() const noexcept;     // size of the state of one stream
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
  friend class Session;
  friend class Writer;
  friend class Translator;
  friend class Labeller;
  friend class Texts;
  friend RNN_API TextScore evaluate(const Model& model, const std::string& path, int threads);
  friend RNN_API std::vector<Alternative> choose(const Model& model, const std::string& context,
                                                 const std::vector<std::string>& alternatives, int threads);
  struct Core;
  explicit Model(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  std::shared_ptr<Core> core_;
};

// The whole recurrent state of a Session: one row of numbers per stream. A value: copy it to save it, set it again to
// rewind.
class RNN_API State {
 public:
  State() = default;  // no streams
  int streams() const noexcept { return streams_; }
  // Bitwise equality of all streams.
  friend RNN_API bool operator==(const State& a, const State& b) noexcept;
  // 16 bytes of header, then float32 little-endian, stream after stream: the same on every machine.
  std::string to_bytes() const;
  // Throws Error{Exit::model, "state/corrupt"} for anything that to_bytes() would not write.
  static State from_bytes(std::string_view bytes);

 private:
  friend class Session;
  int streams_ = 0;
  std::vector<float> values_;  // [streams, numbers of one stream]
};

// Steps a model: each call reads one token or one frame per stream and carries the state along. Streaming is a sequence of
// length one: the same bits as the whole sequence at once. One thread at a time; many sessions may share a model. push() is
// noexcept and allocates nothing, so it may run in an audio callback (threads = 1).
class RNN_API Session {
 public:
  // streams in [1, 65536]: independent streams that advance together; threads in [0, 1024], 0: RNN_THREADS or all cores.
  // Throws Error{Exit::usage, "session/size"}, Error{Exit::model, "model/bidirectional"} for a model that also reads
  // backwards.
  explicit Session(const Model& model, int streams = 1, int threads = 1);
  ~Session();
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;

  // ids [streams], each in [0, vocabulary()) -> logits [streams, vocabulary()], row-major, valid until the next push.
  // Returns an empty span and leaves the state unchanged if there are more or fewer ids, if one is out of range, or if the
  // model reads frames.
  std::span<const float> push(std::span<const int32_t> ids) noexcept;
  std::span<const float> push(int32_t id) noexcept { return push(std::span<const int32_t>(&id, 1)); }
  // frames [streams, inputs()], row-major -> hidden states of the last layer [streams, outputs()]; errors as above.
  std::span<const float> push(std::span<const float> frames) noexcept;
  std::span<const float> push(double) = delete;  // a frame is a span, even if it is a single number

  State state() const;
  // Allocates nothing. Throws Error{Exit::model, "state/size"} if the state is from another model or number of streams.
  void set_state(const State& state);
  void reset() noexcept;  // back to the state after construction
  const Model& model() const noexcept;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

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
  // The same model, seed and calls give the same text. threads as for Session. Throws Error{Exit::model, "model/task"} for a
  // bare recurrent model.
  explicit Writer(const Model& model, uint64_t seed = 1, int threads = 1);
  // An ensemble: the mean of the models' probabilities. Throws Error{Exit::usage, "session/size"} for none,
  // Error{Exit::model, "ensemble/tokens"} if they split text into different tokens.
  explicit Writer(const std::vector<Model>& models, uint64_t seed = 1, int threads = 1);
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

// How Translator::translate() searches.
struct TranslateOptions {
  int beam = 5;               // hypotheses side by side, [1, 1024]; 1 is greedy
  int n_best = 1;             // translations wanted for each line, [1, beam]
  double length_penalty = 1;  // [0, 10]: compared by log-probability / ((5 + tokens) / 6)^length_penalty; 0: unscaled
  int no_repeat = 0;          // > 0: no sequence of this many tokens occurs twice
  std::string prefix = {};    // every translation begins with it, character by character; empty: anything
};

struct Translation {
  std::string text;
  double log_prob = 0;    // natural logarithm of its probability
  double score = 0;       // log_prob after the length penalty
  bool finished = false;  // false: cut off at twice the tokens of its source plus ten
};

// Translates lines. One thread at a time; several translators may share a model.
class RNN_API Translator {
 public:
  // threads as for Session. Throws Error{Exit::model, "model/task"} for a model that does not translate.
  explicit Translator(const Model& model, int threads = 1);
  // An ensemble: the mean of the models' probabilities. Throws Error{Exit::usage, "session/size"} for none,
  // Error{Exit::model, "ensemble/tokens"} if they split text into different tokens.
  explicit Translator(const std::vector<Model>& models, int threads = 1);
  ~Translator();
  Translator(Translator&& other) noexcept;
  Translator& operator=(Translator&& other) noexcept;

  // out[i]: the translations of lines[i], best first, at least one; that of an empty line is empty. They do not depend on
  // the other lines, which are translated in the same batches. Throws Error{Exit::usage, "translate/options"} for options
  // out of range.
  std::vector<std::vector<Translation>> translate(const std::vector<std::string>& lines,
                                                  const TranslateOptions& options = {});
  std::string translate(const std::string& line);  // the best

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
                                        const std::vector<std::string>& alternatives, int threads = 1);

// How well a model predicts a text.
struct TextScore {
  double loss = 0;           // mean, nats per token
  double perplexity = 0;     // exp(loss)
  double bits_per_byte = 0;  // comparable between tokenizers
  int64_t tokens = 0;        // predicted tokens, each counted once
  int64_t unknown = 0;       // of these, unknown words
  int64_t bytes = 0;
};

// `path`: a text file or a folder of them (UTF-8). Throws Error{Exit::data} with file:line for bad text, Error{Exit::model,
// "model/task"} for a bare recurrent model.
RNN_API TextScore evaluate(const Model& model, const std::string& path, int threads = 0);

// An event of a training run. Numbers that the event does not have are NaN; step is then -1.
struct TrainEvent {
  std::string type;                                            // start, metric, eval, sample, warning, result
  int64_t step = -1;                                           // updates done
  double epoch = std::numeric_limits<double>::quiet_NaN();     // epochs done, with a fraction
  double loss = std::numeric_limits<double>::quiet_NaN();      // of the training text, since the last metric
  double val_loss = std::numeric_limits<double>::quiet_NaN();  // of the validation text
  double lr = std::numeric_limits<double>::quiet_NaN();
  double grad_norm = std::numeric_limits<double>::quiet_NaN();  // before clipping
  double tokens_per_s = std::numeric_limits<double>::quiet_NaN();
  std::string json;  // the whole event as one line of JSON, as in metrics.jsonl
};

// Returns whether to continue. Called in the training thread; an exception ends the training and propagates out of train().
using TrainCallback = std::function<bool(const TrainEvent&)>;

// A training run.
struct RNN_API TrainRequest {
  // Text files or folders (UTF-8); the last part is held out for validation unless `valid` is given.
  std::vector<std::string> data;
  std::string valid, test;  // files; empty: none
  // Or "translate": data is two parallel files or one file of pairs, valid and test are one file each; "classify", "tag",
  // "regress": data is JSON lines of sequences, {"input": [...], "target": ...}.
  std::string task = "language-model";
  std::string folder;     // run folder, used exactly as given
  bool force = false;     // overwrite an existing run
  std::string init_from;  // run or model whose weights training starts from; empty: new weights
  std::vector<std::pair<std::string, std::string>> options;  // names and values, see train_options()
  TrainCallback on_event;                                    // may be empty
  // When it becomes nonzero, training saves after the current update and returns. Any thread or signal handler may set it.
  std::atomic<int>* stop = nullptr;

  // Adds an option: set("hidden", "200"). Throws Error{Exit::usage, "usage/option"}: unknown name, invalid value.
  TrainRequest& set(const std::string& name, const std::string& value);
};

// How a run ended.
struct TrainSummary {
  std::string folder;
  std::string reason;  // epochs, updates, time, patience: finished; signal: stopped, resume() continues
  int64_t parameters = 0, updates = 0;
  double best_epoch = 0;  // of the model that was kept
  double seconds = 0, tokens_per_s = 0;
  // Of the model that was kept; none for a figure that its task does not have, or if the run was stopped before.
  std::optional<double> val_loss, val_perplexity, val_bits_per_byte;
  std::optional<double> test_loss, test_perplexity;  // of the test text, if there is one
  std::optional<double> val_bleu;                    // of a translator
  std::optional<double> val_accuracy;                // share of right labels, of a model of labels
};

// Trains into request.folder: the best model, a checkpoint, metrics, a log and a model card. The same seed gives the same
// bits with any number of threads. Throws Error: Exit::usage (options, run/exists), Exit::data (text, with file:line),
// Exit::diverged, Exit::internal (io/...).
RNN_API TrainSummary train(const TrainRequest& request);

// Resumes a stopped run exactly where it was. `changes`: options that may extend it, those that train_options() calls
// resumable: epochs, max-time, max-updates, patience, threads. Throws as train() does, and Error{Exit::model, "run/no_checkpoint"}, Error{Exit::data, "data/changed"}.
RNN_API TrainSummary resume(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes = {},
                            const TrainCallback& on_event = {}, std::atomic<int>* stop = nullptr);

// An option of a run: name, default as text, one line of help.
struct TrainOption {
  std::string name, value, help;
  bool resumable = false;  // resume() may change it
};
RNN_API std::vector<TrainOption> train_options();

}  // namespace v1
}  // namespace rnn
