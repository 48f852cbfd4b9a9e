// Why: what a translation is and how it is looked for, the same for every way to run a translator.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/beam.h"
#include "decode/drawn_text.h"
#include "text/prefix.h"

namespace rnn::core {

struct TranslateOptions {
  int beam = 5;                             // 1: greedy
  int n_best = 1;                           // [1, beam]
  double alpha = 1;                         // exponent of the length rule; 0: the plain log-probability
  LengthRule length_rule = LengthRule::wu;  // Wu et al. 2016; power with alpha 1 is the mean per token
  double coverage = 0;                      // beta of the coverage penalty (Wu et al. 2016)
  double max_ratio = 2;                     // a translation has at most max_ratio * tokens of its source
  int max_extra = 10;                       // plus this many tokens
  int no_repeat = 0;                        // > 0: no n-gram of this length occurs twice
  bool unknown_words = false;               // may the unknown word be generated?
  std::string prefix = {};                  // every translation begins with it
  bool sample = false;                      // sample instead of searching
  SampleOptions sampling = {1.0};
  uint64_t seed = 1;
  int batch = 64;                            // sentences per batch
  const std::atomic<int>* cancel = nullptr;  // base/cancel.h
};

struct Translation {
  std::vector<int32_t> ids = {};  // including the end of line if it is finished
  std::string text = {};
  double log_prob = 0, score = 0;
  bool finished = false;
};

// The ids of a line, followed by the end of line.
std::vector<int32_t> encode_line(const Tokenizer& tokenizer, std::string_view line);

// The options as rules for a search over a tokenizer's ids; must outlive the searches and draws made from it.
class TranslationRules {
 public:
  // Throws Error{usage, "usage/option"} for a beam below 1, for more results than the beam has, and for what sampling cannot do.
  TranslationRules(const Tokenizer& tokenizer, const TranslateOptions& options);
  TranslationRules(const TranslationRules&) = delete;
  TranslationRules& operator=(const TranslationRules&) = delete;
  const TranslateOptions& options() const { return options_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }

  std::span<const int32_t> ends() const { return {&end_, 1}; }  // the end of line, which is also the first input
  // For a source of so many tokens, including the end of line; `number`: of the line, for its random numbers.
  BeamOptions search(size_t source) const;
  DrawOptions draw(size_t source, int64_t number) const;
  // At most options().n_best of the hypotheses, at least one, each text once: of several ways to split it into tokens the best.
  std::vector<Translation> results_of(const std::vector<Hypothesis>& found) const;

 private:
  std::span<const int32_t> banned() const;
  int longest(size_t source) const;  // most tokens of a translation

  const Tokenizer* tokenizer_;
  TranslateOptions options_;
  int32_t end_, unknown_;
  std::optional<PrefixRule> prefix_;
};

}  // namespace rnn::core
