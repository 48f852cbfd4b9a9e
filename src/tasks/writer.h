// Why: a model that writes: what it has read, what it draws or searches next, and a memory that can be kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/beam.h"
#include "decode/sample.h"
#include "tasks/cache.h"
#include "tasks/prefix.h"
#include "tasks/scorers.h"

namespace rnn::core {

struct WriterOptions {
  int threads = 1;
  WithModels with = {};     // models that write together with the first: the mean of their probabilities
  CacheOptions cache = {};  // size > 0: what was read and written votes, too, by the hidden states of the first model
};

// What Writer::search looks for. A text ends behind `stop`, or after `tokens` tokens.
struct TextSearch {
  int beam = 5, n_best = 1, tokens = 60, min_tokens = 0, no_repeat = 0;
  double alpha = 0;
  LengthRule length_rule = LengthRule::power;
  bool unknown_words = false;  // may the unknown piece be written?
  std::string stop, prefix;    // empty: none. The stop text is looked for behind the tokens that make up the prefix
};

// A text that was found, not read yet.
struct FoundText {
  std::vector<int32_t> ids;
  std::string text;  // what stands behind `stop` is cut off
  double log_prob = 0, score = 0;
  bool finished = false;  // ends with `stop`
};

// A model that writes: reads a prompt, then gives token after token. Copy the state to go back.
class Writer {
 public:
  // Packs the models, frees their row-major weights (they are held once) and keeps references to the files. Throws Error{model}:
  // "model/task" for what is no language model, "model/nan" when a weight is no number; and as TextScorer.
  explicit Writer(ModelFile& file, int threads = 1);
  Writer(ModelFile& file, const WriterOptions& options);

  // Reads text (from the start of a line if nothing was read before); returns pieces that were unknown words.
  std::vector<std::string> read(std::string_view text);
  // The n likeliest next tokens with their probabilities (temperature 1).
  std::vector<Candidate> top(int n);
  // What is written from here on begins with this text (tasks/prefix.h); the text itself is not read. Empty: nothing is asked.
  void begin_with(std::string_view text);
  bool beginning() const { return prefix_.has_value(); }  // while that text is not complete
  // Draws one token, reads it, and returns the text that can be shown now (never half a character). The repetition penalty looks at
  // the last 64 tokens since the memory was taken up; of several models, or with a cache, it works on log-probabilities. Throws
  // Error{usage, "generate/prefix"} when no token goes on with the text of begin_with().
  std::string next(const SampleOptions& options, Random& random);
  // The likeliest texts by beam search, best first; the memory stays as it is. Not with a cache, whose votes are those of one text.
  // Throws Error{usage, "generate/prefix"} when nothing can be written that begins with the prefix.
  std::vector<FoundText> search(const TextSearch& options);
  // Reads what search() found.
  void take(const FoundText& found);
  int32_t last_token() const { return last_; }
  std::string flush() { return detokenizer_.flush(); }
  const Tokenizer& tokenizer() const { return *file_.tokenizer; }

  // The memory as bytes: network states, what was read last, spacing, and the cache where there is one. load_state() throws
  // Error{model}: "state/corrupt", "state/size" when it does not fit, "state/tokenizer" when its cache speaks of other tokens. Without
  // a cache option the cache of a state is left out; a state without one begins with an empty cache.
  std::string save_state() const;
  void load_state(std::string_view bytes);
  size_t state_bytes() const;
  static bool has_cache(std::string_view state);  // whether saved bytes hold one

  // The same within one Writer, without copying the cache: a rewind takes its newest tokens out again.
  struct Mark {
    std::string state;
    int64_t cached = 0;
  };
  Mark mark() const;
  void rewind(const Mark& mark);

 private:
  void feed(int32_t id);
  bool space_waits() const;
  void ban_inner_pieces(SampleOptions& options);
  void restore(std::string_view bytes);
  std::string plain_state() const;
  uint64_t tokenizer_hash() const;

  ModelFile& file_;
  Pool pool_;
  TextScorer scorer_;
  Detokenizer detokenizer_;
  Sampler sampler_;
  std::vector<float> logits_;
  std::vector<int32_t> banned_;  // scratch: what must not follow a space that waits
  State<float> before_;          // before the last token
  int32_t last_ = -1;
  std::vector<int32_t> recent_;  // the last ids that were read or written, for the repetition penalty
  std::optional<PrefixRule> prefix_;
  std::vector<int32_t> begun_;  // written since begin_with()
  std::optional<TextCache> cache_;
  std::vector<float> hidden_;  // of the first model behind the last token; with a cache
  Arena arena_;
};

}  // namespace rnn::core
