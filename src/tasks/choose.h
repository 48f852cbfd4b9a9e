// Why: which of several continuations does a model find likelier: the plainest question to ask a language model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/scorers.h"

namespace rnn::core {

// Marks the place in a context that the alternatives fill; without it they stand behind the context.
constexpr std::string_view kBlank = "___";

struct ChoiceQuestion {
  std::string context;                    // "The cat is", or "The ___ sleeps."
  std::vector<std::string> alternatives;  // at least two
  int answer = -1;                        // the right one; -1: not known
  int64_t line = 0;                       // in its file; 0: none
};

// A ranking by one of these sums is one way to compare alternatives of unlike lengths.
enum class ChoiceRule { sum, per_token, per_byte };

struct ChoiceScore {
  std::string text;     // the alternative
  double log_prob = 0;  // natural logarithm of p(what it adds and what stands behind the blank | what stands before)
  int64_t tokens = 0,
          bytes =
              0;  // of what was counted: the tokens behind those that all alternatives share; the bytes of the alternative
                  // and of what stands behind the blank
  int64_t unknown = 0;  // of the tokens
  double share = 0;     // exp(log_prob) among the alternatives
  double by(ChoiceRule rule) const;
};

struct ChoiceResult {
  ChoiceQuestion question;
  std::vector<ChoiceScore> scores;  // in the order of the question
  // The alternative that the rule finds best; of equals the first.
  int best(ChoiceRule rule) const;
  std::vector<int> ranking(ChoiceRule rule) const;  // best first
};

// Reads questions, one a line: JSON {"context": ..., "choices": [...], "answer": index or text} ("answer" may be missing), or
// context, alternatives, separated by tabs, the right one with a * before it. Blank lines are left out. `name` is for messages. Throws
// Error{data, "choose/..."} with name:line.
std::vector<ChoiceQuestion> read_questions(std::string_view text, const std::string& name);

// The text that an alternative makes of the context: what is before the alternative, the alternative, what is behind. Where the context
// has no blank and neither ends with white space nor is followed by it, a space stands between.
struct FilledBlank {
  std::string before, alternative, behind;
};
FilledBlank fill_blank(const std::string& context, const std::string& alternative);

// Scores questions with one model, or with several as one. Each context stands at the start of a line.
class Chooser {
 public:
  // Errors as TextScorer.
  Chooser(ModelFile& file, const WithModels& with, Pool& pool) : file_(file), scorer_(file, with, pool) {}
  // Throws Error{data, "choose/alternatives"}: fewer than two, an empty one, two that are the same to the model.
  ChoiceResult score(const ChoiceQuestion& question);

 private:
  ModelFile& file_;
  TextScorer scorer_;
};

}  // namespace rnn::core
