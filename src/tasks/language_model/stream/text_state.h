// Why: what a written text remembers besides the network's state: its spacing, its last tokens, the beginning that it must have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/sample.h"
#include "text/prefix.h"

namespace rnn::core {

// Chooses tokens and turns them into text. The tokenizer must outlive it. One thread at a time.
class TextState {
 public:
  explicit TextState(const Tokenizer& tokenizer)
      : tokenizer_(&tokenizer), detokenizer_(tokenizer), sampler_(tokenizer.size()) {}
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const Detokenizer& detokenizer() const { return detokenizer_; }

  // The ids of a prompt; what is written from now on continues it.
  std::vector<int32_t> read(std::string_view text);
  // The network reads this id: prompts and choices alike.
  void note(int32_t id);
  int32_t last() const { return last_; }

  // What is written from now on begins with this text (text/prefix.h). Empty: no condition.
  void begin_with(std::string_view text);
  bool beginning() const { return prefix_.has_value(); }
  // The next id. Throws Error{usage, "generate/prefix"} if none agrees with the required beginning.
  int32_t choose(std::span<const float> logits, const SampleOptions& options, Random& random);
  // The text that an id adds.
  std::string push(int32_t id);
  std::string flush() { return detokenizer_.flush(); }
  void top(std::span<const float> logits, int n, std::vector<Candidate>& out) { sampler_.top(logits, n, out); }

  // A space at the end of a prompt of sub-words is the beginning of the next piece.
  bool space_waits() const { return tokenizer_->space_leads() && detokenizer_.space_written(); }

  // Last id and spacing as bytes. load() takes them off the front of `bytes`; it throws Error{model, "state/corrupt"} and then leaves
  // everything as it was. After it last() has to be read by the network once more.
  std::string save() const;
  void load(std::string_view& bytes);

 private:
  // If a space is pending, bans all pieces that do not begin with one.
  void ban_inner_pieces(SampleOptions& options);

  const Tokenizer* tokenizer_;
  Detokenizer detokenizer_;
  Sampler sampler_;
  std::vector<int32_t> banned_;  // scratch: tokens that must not follow a pending space
  int32_t last_ = -1;
  std::vector<int32_t> recent_;  // the last ids read or written, for the repetition penalty
  std::optional<PrefixRule> prefix_;
  std::vector<int32_t> begun_;  // written since begin_with()
};

// Throws Error{usage, "generate/prefix"}, Error{model, "state/corrupt"}.
[[noreturn]] void refuse_prefix(const std::string& prefix);
[[noreturn]] void refuse_state();

// How a text is continued.
struct WriteOptions {
  int64_t tokens = 60;
  SampleOptions sampling = {0.8, 0, 0.95, {}};
  std::string stop = {};    // the text ends after it; empty: no such text
  std::string prefix = {};  // the text begins with it
};

// Finds the stop text, which may span several pieces.
class StopText {
 public:
  explicit StopText(std::string stop = {}) : stop_(std::move(stop)) {}
  // Cuts what follows the stop text off the piece; returns whether it ends here.
  bool ends(std::string& piece);

 private:
  std::string stop_, tail_;  // tail_: the last bytes before
};

}  // namespace rnn::core
