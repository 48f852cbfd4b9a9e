// Why: text generation: what was read, sampling or searching for what comes next, and a state that can be saved.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/beam.h"
#include "io/text_scorer.h"
#include "tasks/language_model/stream/cache.h"
#include "tasks/language_model/stream/write_stream.h"

namespace rnn::core {

struct WriterOptions {
  int threads = 1;          // of its own, unless there is a pool
  WithModels with = {};     // further models of an ensemble: the mean of the probabilities
  CacheOptions cache = {};  // size > 0: the tokens read and generated vote, too, by the hidden states of the first model
  Pool* pool = nullptr;     // must outlive the writer
};

// Options of Writer::search(). A text ends after `stop`, or after `tokens` tokens.
struct TextSearch {
  int beam = 5, n_best = 1, tokens = 60, min_tokens = 0, no_repeat = 0;
  double alpha = 0;
  LengthRule length_rule = LengthRule::power;
  bool unknown_words = false;                // may the unknown piece be generated?
  const std::atomic<int>* cancel = nullptr;  // base/cancel.h
  std::string stop, prefix;  // empty: none. The stop text is searched for only after the tokens that make up the prefix
};

// A text that was found but not read yet.
struct FoundText {
  std::vector<int32_t> ids;
  std::string text;  // cut off after `stop`
  double log_prob = 0, score = 0;
  bool finished = false;  // ends with `stop`
};

// A WriteStream with the models that read it: one, several, or one with a cache. Reads a prompt, then produces one token after another.
// Save the state to return to it.
class Writer {
 public:
  // Packs the models, frees their row-major weights (weights are held once) and keeps references to the files. Throws
  // Error{model}: "model/task" if one is not a language model, "model/nan" if a weight is not a number; and as TextScorer.
  explicit Writer(ModelFile& file, int threads = 1);
  Writer(ModelFile& file, const WriterOptions& options);

  // Reads text (from the start of a line if nothing was read before); returns pieces that were unknown words.
  std::vector<std::string> read(std::string_view text);
  // The n likeliest next tokens with their probabilities (temperature 1).
  std::vector<Candidate> top(int n);
  // The text generated from now on begins with this text (text/prefix.h), which is not read itself. Empty: no condition.
  void begin_with(std::string_view text) { stream_.text().begin_with(text); }
  bool beginning() const { return stream_.text().beginning(); }  // while that text is incomplete
  // Samples one token, reads it, and returns the text that can be shown now (never half a character). The repetition penalty
  // uses the last 64 tokens since a state was last loaded; for an ensemble, or with a cache, it works on log-probabilities.
  // Throws Error{usage, "generate/prefix"} if no token continues the text of begin_with().
  std::string next(const SampleOptions& options, Random& random);
  // Writes and reads a whole text, never the unknown piece, and passes every piece to `show` as it comes. Returns the number of its
  // tokens. Throws as next().
  int64_t write(const WriteOptions& options, const Random& random, const std::function<void(std::string_view)>& show);
  // The likeliest texts by beam search, best first; the state does not change. Not with a cache, which belongs to one text.
  // Throws Error{usage, "generate/prefix"} if no text can begin with the prefix.
  std::vector<FoundText> search(const TextSearch& options);
  // Reads a text that search() found.
  void take(const FoundText& found);
  int32_t last_token() const { return stream_.text().last(); }
  std::string flush() { return stream_.text().flush(); }
  const Tokenizer& tokenizer() const { return *file_.tokenizer; }

  // The state as bytes: network states, last token, spacing, and the cache if there is one. load_state() throws
  // Error{model}: "state/corrupt", "state/size" if it does not fit, "state/tokenizer" if its cache is for other tokens.
  // Without a cache option the cache of a saved state is ignored; with one, a state saved without a cache starts with an
  // empty cache.
  std::string save_state() const;
  void load_state(std::string_view bytes);
  size_t state_bytes() const;
  static bool has_cache(std::string_view state);       // whether saved bytes hold one
  static bool says_its_model(std::string_view state);  // false: saved by an older version, any model of its size may load it

  // The same within one Writer, without copying the cache: a rewind removes its newest tokens.
  struct Mark {
    std::string state;
    int64_t cached = 0;
  };
  Mark mark() const;
  void rewind(const Mark& mark);

 private:
  void read_waiting();
  std::span<const float> push(int32_t id);
  void restore(std::string_view state);
  uint64_t tokenizer_hash() const;

  ModelFile& file_;
  Pool own_pool_;
  Pool& pool_;
  TextScorer scorer_;
  WriteStream stream_;
  std::optional<TextCache> cache_;
  std::vector<float> hidden_;  // hidden state of the first model after the last token; only with a cache
  std::vector<float> mixed_;   // the model's and the cache's prediction
  Arena arena_;
};

}  // namespace rnn::core
