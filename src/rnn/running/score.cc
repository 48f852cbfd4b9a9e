// Why: the public scores of texts in memory: which of several fits best, and how likely one is, token by token.
#include <cmath>

#include "base/error.h"
#include "rnn/running/access.h"
#include "rnn/writer.h"
#include "tasks/language_model/stream/choose.h"
#include "tasks/language_model/stream/score_text.h"

namespace rnn {
inline namespace v1 {

std::vector<Alternative> choose(const Model& model, const std::string& context, const std::vector<std::string>& alternatives,
                                const Threads& threads) {
  ChoiceQuestion question;
  question.context = context;
  question.alternatives = alternatives;
  std::vector<Alternative> scored;
  for (const ChoiceScore& s : Chooser(Access::text_file(model), {}, Access::pool(threads)).score(question).scores)
    scored.push_back({s.text, s.log_prob, s.by(ChoiceRule::per_token), s.by(ChoiceRule::per_byte), s.share});
  return scored;
}

ScoredText score(const Model& model, std::string_view text, const Threads& threads, const std::atomic<int>* cancel) {
  ModelFile& file = Access::text_file(model);
  Pool& pool = Access::pool(threads);
  ready_language_model(file, pool, "");
  ScoredText out;
  TokenScores scores = score_text(file, text, pool, cancel);
  if (scores.ids.empty()) throw Error(Exit::data, "data/empty", "there is nothing to score", "give it a text");
  double sum = 0;
  for (double& loss : scores.losses) sum += loss, loss = -loss;
  for (const int32_t id : scores.ids) out.unknown += id == file.tokenizer->unknown_id();
  out.loss = sum / static_cast<double>(scores.ids.size());
  out.perplexity = std::exp(out.loss);
  out.tokens = std::move(scores.ids);
  out.log_probs = std::move(scores.losses);
  return out;
}

}  // namespace v1
}  // namespace rnn
