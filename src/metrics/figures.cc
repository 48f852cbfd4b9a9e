// Why: see figures.h.
#include "metrics/figures.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rnn::core {

const Figure& loss_figure(LossUnit unit) {
  constexpr const Figure* kFigures[] = {&figure::kLoss, &figure::kTargetLoss, &figure::kSquaredError, &figure::kValueLoss,
                                        &figure::kRatioLoss};
  return *kFigures[static_cast<size_t>(unit)];
}

const Figure* find_figure(std::string_view key) {
  const auto found =
      std::find_if(std::begin(figure::kAll), std::end(figure::kAll), [&](const Figure* f) { return f->key == key; });
  return found != std::end(figure::kAll) ? *found : nullptr;
}

const Figure& selection_figure(std::string_view best_by) {
  if (best_by == kBySmoothedLoss) return figure::kSmoothedLoss;
  return best_by == kByBleu ? figure::kBleu : figure::kLoss;
}

bool is_cost(const Figure* f) {
  return std::find(std::begin(figure::kCosts), std::end(figure::kCosts), f) != std::end(figure::kCosts);
}

std::string val_key(const Figure& figure) { return "val_" + std::string(figure.key); }

std::vector<const Figure*> columns_of(std::initializer_list<const ResultRow*> rows, const std::vector<ResultRow>& more) {
  const auto used = [&](const Figure* figure) {
    const auto has = [&](const ResultRow& row) { return row.find(figure->key) == figure; };
    return std::any_of(rows.begin(), rows.end(), [&](const ResultRow* row) { return has(*row); }) ||
           std::any_of(more.begin(), more.end(), has);
  };
  std::vector<const Figure*> columns;
  std::copy_if(std::begin(figure::kAll), std::end(figure::kAll), std::back_inserter(columns), used);
  return columns;
}

ByteRate byte_rate(int64_t tokens, int64_t bytes, int64_t unknown_pieces, int64_t unknown_bytes) {
  if (bytes <= 0) return {};
  const auto all = static_cast<double>(bytes), n = static_cast<double>(tokens);
  const double symbols = static_cast<double>(unknown_bytes) + static_cast<double>(unknown_pieces);
  return {n / all / std::log(2.0), symbols * std::log2(257.0) / all, n > 0 ? static_cast<double>(unknown_pieces) / n : 0};
}

ResultRow text_row(std::string name, double loss, const ByteRate& rate) {
  ResultRow row(std::move(name));
  row.set(figure::kBitsPerByte, rate.bits(loss));
  if (rate.spelling > 0) {
    row.set(figure::kBitsWithoutSpelling, rate.factor * loss);
    row.set(figure::kUnknownShare, rate.unknown);
  }
  row.set(figure::kLoss, loss);
  row.set(figure::kPerplexity, std::exp(loss));
  return row;
}

}  // namespace rnn::core
