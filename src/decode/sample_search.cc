// Why: the loop of beam search without the ranking: every text draws a token, the unfinished ones continue.
#include "decode/sample_search.h"

#include <algorithm>

#include "base/rng.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

// One more token of a text.
void draw_one(const SampleSearch& how, View<const float> next, int row, Sampler& sampler, Random& random, Hypothesis& text) {
  SampleOptions options = how.options;
  options.recent = text.ids;
  const std::span<const float> log_p(host(next).row(row), static_cast<size_t>(next.cols));
  const int32_t id = sampler.draw(log_p, options, random);
  text.ids.push_back(id);
  text.log_prob += log_p[static_cast<size_t>(id)];
  text.finished = std::find(how.ends.begin(), how.ends.end(), id) != how.ends.end();
}

}  // namespace

std::vector<Hypothesis> sample_search(Scorer& scorer, std::span<const int32_t> prompt, std::span<const SampleSearch> each) {
  std::vector<Hypothesis> texts(each.size());
  if (each.empty()) return texts;
  View<const float> next = start_behind(scorer, static_cast<int>(each.size()), prompt);
  Sampler sampler(scorer.vocabulary());
  std::vector<Random> randoms;
  for (const SampleSearch& how : each) randoms.emplace_back(how.seed, Purpose::sample, how.stream);
  std::vector<size_t> going;  // text of each row
  for (size_t i = 0; i < each.size(); ++i) going.push_back(i);
  for (;;) {
    std::vector<size_t> still;
    std::vector<int> rows;
    std::vector<int32_t> ids;
    for (size_t row = 0; row < going.size(); ++row) {
      const size_t i = going[row];
      Hypothesis& text = texts[i];
      if (each[i].max_tokens == 0) continue;
      draw_one(each[i], next, static_cast<int>(row), sampler, randoms[i], text);
      if (text.finished || text.ids.size() >= static_cast<size_t>(each[i].max_tokens)) continue;
      still.push_back(i), rows.push_back(static_cast<int>(row)), ids.push_back(text.ids.back());
    }
    going = still;
    if (going.empty()) break;
    scorer.select(rows);
    next = scorer.step(ids);
  }
  for (Hypothesis& text : texts) text.score = text.log_prob;
  return texts;
}

}  // namespace rnn::core
