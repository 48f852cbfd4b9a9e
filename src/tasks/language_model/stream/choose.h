// Why: which of several continuations a model finds likeliest is the simplest question to ask a language model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/text_scorer.h"

namespace rnn::core {

// Marks the place in a context that the alternatives fill; without it they follow the context.
constexpr std::string_view kBlankToFill = "___";

struct ChoiceQuestion {
  std::string context;                    // "The cat is", or "The ___ sleeps."
  std::vector<std::string> alternatives;  // at least two
  int answer = -1;                        // the right one; -1: unknown
  int64_t line = 0;                       // in its file; 0: none
};

// Log-probability as a sum, or divided by length, for alternatives of different lengths.
enum class ChoiceRule { sum, per_token, per_byte };

struct ChoiceScore {
  std::string text;     // the alternative
  double log_prob = 0;  // natural logarithm of p(alternative and text after the blank | text before it)
  // What was counted: the tokens after those that all alternatives share; the bytes of the alternative and of the text after
  // the blank.
  int64_t tokens = 0, bytes = 0;
  int64_t unknown = 0;  // unknown words among the tokens
  double share = 0;     // exp(log_prob) among the alternatives
  double by(ChoiceRule rule) const;
};

struct ChoiceResult {
  ChoiceQuestion question;
  std::vector<ChoiceScore> scores;  // in the order of the question
  // The best alternative by this rule; the first of equal ones.
  int best(ChoiceRule rule) const;
  std::vector<int> ranking(ChoiceRule rule) const;  // best first
};

// Reads questions, one per line: JSON {"context": ..., "choices": [...], "answer": index or text} ("answer" may be missing),
// or context and alternatives separated by tabs, the right one marked by a leading *. Blank lines are skipped. `name` is for
// messages. Throws Error{data, "choose/..."} with name:line.
std::vector<ChoiceQuestion> read_questions(std::string_view text, const std::string& name);

// The whole text: context before the alternative, the alternative, context after it. If the context has no blank, a space is
// inserted between context and alternative unless one of them has white space there.
struct FilledBlank {
  std::string before, alternative, after;
};
FilledBlank fill_blank(const std::string& context, const std::string& alternative);

// Scores questions with one model or an ensemble. Each context is at the start of a line.
class Chooser {
 public:
  // Errors as TextScorer.
  Chooser(ModelFile& file, const WithModels& with, Pool& pool) : file_(file), scorer_(file, with, pool) {}
  // Throws Error{data, "choose/alternatives"}: fewer than two, an empty one, or two equal ones.
  ChoiceResult score(const ChoiceQuestion& question);

 private:
  ModelFile& file_;
  TextScorer scorer_;
};

}  // namespace rnn::core
