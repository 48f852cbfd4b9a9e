// Why: texts drawn side by side from one scorer, the plainest caller of DrawnText.
#pragma once

#include <vector>

#include "decode/drawn_text.h"

namespace rnn::core::test {

// Row i of start(each.size()) continues `prompt` with text i; the unfinished texts are the rows of one step().
inline std::vector<Hypothesis> draw_together(Scorer& scorer, std::span<const int32_t> prompt,
                                             std::span<const DrawOptions> each) {
  std::vector<DrawnText> texts;
  for (const DrawOptions& how : each) texts.emplace_back(how, scorer.vocabulary());
  std::vector<size_t> going;
  for (size_t i = 0; i < texts.size(); ++i) going.push_back(i);
  View<const float> next = each.empty() ? View<const float>{} : start_behind(scorer, static_cast<int>(each.size()), prompt);
  while (!going.empty()) {
    std::vector<size_t> still;
    std::vector<int> rows;
    std::vector<int32_t> ids;
    for (size_t row = 0; row < going.size(); ++row) {
      DrawnText& text = texts[going[row]];
      if (!text.ended()) text.step(row_of(next, static_cast<int>(row)));
      if (text.ended()) continue;
      still.push_back(going[row]), rows.push_back(static_cast<int>(row)), ids.push_back(text.text().ids.back());
    }
    going = still;
    if (going.empty()) break;
    scorer.select(rows);
    next = scorer.step(ids);
  }
  std::vector<Hypothesis> found;
  for (const DrawnText& text : texts) found.push_back(text.text());
  return found;
}

}  // namespace rnn::core::test
