// Why: see ctc_greedy.h.
#include "decode/ctc_greedy.h"

#include <cmath>

#include "decode/sample.h"

namespace rnn::core {

void CtcGreedy::push(LogProbs<float> rows) {
  for (int t = 0; t < rows.rows.rows; ++t, ++rows_) {
    const std::span<const float> row = row_of(rows.rows, t);
    size_t best = 0;
    for (size_t k = 1; k < row.size(); ++k) {
      if (row[k] > row[best] || (std::isnan(row[best]) && !std::isnan(row[k]))) best = k;
    }
    const auto unit = static_cast<int32_t>(best);
    log_prob_ += static_cast<double>(row[best]);
    if (unit == kBlank) {
      ++blanks_;
    } else {
      if (unit != before_) units_.push_back({unit, rows_, rows_});
      units_.back().last = rows_;
      quiet_ = rows_ + 1;
    }
    before_ = unit;
  }
}

std::vector<int32_t> CtcGreedy::ids() const {
  std::vector<int32_t> ids;
  for (const HeardUnit& heard : units_) ids.push_back(heard.unit);
  return ids;
}

double CtcGreedy::blank_share() const {
  return utterance_rows() == 0 ? 0 : static_cast<double>(blanks_) / static_cast<double>(utterance_rows());
}

void CtcGreedy::end_utterance() {
  units_.clear();
  before_ = kBlank;
  begin_ = quiet_ = rows_;
  blanks_ = 0;
  log_prob_ = 0;
}

}  // namespace rnn::core
