// Why: pairs of similar lengths go together, and every row of a batch knows which sentence it continues on either side.
#include "data/pair_batcher.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/error.h"
#include "data/length_order.h"

namespace rnn::core {
namespace {

class PairBatcher final : public Batcher {
 public:
  PairBatcher(std::vector<TokenPair> pairs, const PairBatchOptions& options);

  bool next(Batch& batch) override;
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(order_.starts.size()); }
  // With a budget of tokens, epochs differ: exact for the first kExactPairs pairs, then estimated from their mean.
  int64_t batches_in(int64_t epochs) const override;
  int64_t tokens_per_epoch() const override { return tokens_; }
  void seek(int64_t epoch, int64_t position) override {
    if (options_.shuffle && epoch != planned_) plan(epoch);
    assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
    epoch_ = epoch, position_ = position;
  }

 private:
  static constexpr int64_t kExactPairs = 1 << 20;

  LengthOrder order_of(int64_t epoch) const;
  void plan(int64_t epoch) { order_ = order_of(epoch), planned_ = epoch; }

  std::vector<std::vector<int32_t>> sources_, targets_;  // [pairs]; sources in the order in which they are read
  PairBatchOptions options_;
  LengthOrder order_;
  int64_t planned_ = -1;  // the epoch that order_ is for
  int64_t tokens_ = 0;
  std::vector<int> lengths_;  // of the sources of the current batch
};

PairBatcher::PairBatcher(std::vector<TokenPair> pairs, const PairBatchOptions& options) : options_(options) {
  check_batch(options.batch);
  if (options.tokens < 0) {
    throw Error(Exit::usage, "usage/batch", fmt::format("a batch of {} tokens is impossible", options.tokens),
                "give 1 or more, or 0 for a number of pairs");
  }
  if (pairs.empty()) {
    throw Error(Exit::data, "data/too_short", "there are no pairs", "use files with one pair per line");
  }
  sources_.reserve(pairs.size()), targets_.reserve(pairs.size());
  for (TokenPair& pair : pairs) {
    if (pair.source.empty() || pair.target.empty())
      throw Error(Exit::internal, "internal/pair", "a side of a pair lacks its end of line");
    if (options.reverse_source) std::reverse(pair.source.begin(), pair.source.end() - 1);
    tokens_ += static_cast<int64_t>(pair.target.size());
    sources_.push_back(std::move(pair.source)), targets_.push_back(std::move(pair.target));
  }
  plan(0);
}

LengthOrder PairBatcher::order_of(int64_t epoch) const {
  LengthOrder order;
  order.plan(
      targets_.size(),
      {.batch = static_cast<size_t>(options_.batch),
       .tokens = static_cast<size_t>(options_.tokens),
       .shuffled = options_.shuffle,
       .seed = options_.seed,
       .epoch = epoch},
      [&](uint32_t i) { return std::pair(targets_[i].size(), sources_[i].size()); },
      [&](uint32_t i) { return targets_[i].size(); });
  return order;
}

int64_t PairBatcher::batches_in(int64_t epochs) const {
  if (options_.tokens == 0 || !options_.shuffle) return Batcher::batches_in(epochs);
  const auto pairs = static_cast<int64_t>(targets_.size());
  int64_t sum = 0, epoch = 0;
  for (; epoch < epochs && epoch * pairs < kExactPairs; ++epoch) {
    sum += static_cast<int64_t>(order_of(epoch).starts.size());
  }
  return epoch > 0 ? sum + (epochs - epoch) * (sum / epoch) : 0;
}

bool PairBatcher::next(Batch& batch) {
  if (position_ >= batches_per_epoch()) return false;
  const std::span<const uint32_t> chosen = order_.batch(position_);
  fill_sentences(targets_, chosen, batch);
  lengths_.clear();
  for (const uint32_t pair : chosen) lengths_.push_back(Seq::checked_length(sources_[pair].size()));
  Seq& source = batch.source.seq;
  source = Seq::ragged(lengths_);
  source.id = batch.in.seq.id;
  for (int t = 0; t < source.steps(); ++t) {
    for (int r = 0; r < source.active(t); ++r) {
      const auto stream = static_cast<size_t>(source.order[static_cast<size_t>(r)]);
      batch.source.ids.push_back(sources_[chosen[stream]][static_cast<size_t>(t)]);
    }
  }
  ++position_;
  return true;
}

}  // namespace

std::unique_ptr<Batcher> pair_batcher(std::vector<TokenPair> pairs, const PairBatchOptions& options) {
  return std::make_unique<PairBatcher>(std::move(pairs), options);
}

}  // namespace rnn::core
