// Why: see word_times.h.
#include "decode/word_times.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/host.h"

namespace rnn::core {

std::optional<TextTimes> text_times(LogProbs<float> log_probs, std::span<const int32_t> units, const Spelling& spelling,
                                    int64_t first_row) {
  const std::optional<CtcAlignment> path = ctc_align<float>(log_probs, units);
  if (!path) return std::nullopt;
  TextTimes times;
  times.log_prob = path->log_prob;
  const Numbers<const float> y = host(log_probs.rows);
  std::vector<double> logs;  // of the units' confidences
  for (size_t u = 0; u < units.size(); ++u) {
    const LabelRows& rows = path->labels[u];
    float best = y(rows.first, units[u]);
    for (int t = rows.first + 1; t <= rows.last; ++t) best = std::max(best, y(t, units[u]));
    logs.push_back(std::min(0.0, static_cast<double>(best)));
    times.units.push_back({units[u], first_row + rows.first, first_row + rows.last, std::exp(logs.back())});
  }
  for (SpeltWord& word : spelt_words(spelling, units)) {
    double sum = 0;
    for (size_t u = word.first; u < word.end; ++u) sum += logs[u];
    times.words.push_back({std::move(word.text), times.units[word.first].first, times.units[word.end - 1].last,
                           std::exp(sum / static_cast<double>(word.end - word.first))});
  }
  return times;
}

}  // namespace rnn::core
