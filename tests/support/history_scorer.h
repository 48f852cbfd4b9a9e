// Why: decoders are tested on a scorer that can be queried about any history, so that all texts can be enumerated.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "decode/scorer.h"

namespace rnn::core::test {

// What a row writes about: the key changes its distributions; positions to look at, 0: there is nothing to look at.
struct Source {
  uint64_t key = 0;
  int length = 0;
};

// p(next | source, everything read) by a formula that depends on the whole history. `coarse`: many ties; some tokens are
// impossible.
class HistoryScorer final : public Scorer {
 public:
  using Ids = std::vector<int32_t>;

  // Row i of start() has the source i; none: all rows have none.
  HistoryScorer(int vocabulary, uint32_t seed, bool coarse = false, std::vector<Source> sources = {})
      : vocabulary_(vocabulary), seed_(seed), coarse_(coarse), sources_(std::move(sources)) {}

  int vocabulary() const override { return vocabulary_; }
  void start(int n) override {
    rows_.assign(static_cast<size_t>(n), {});
    for (size_t r = 0; r < rows_.size() && !sources_.empty(); ++r) rows_[r].source = sources_.at(r);
  }
  View<const float> step(std::span<const int32_t> ids) override {
    EXPECT_EQ(ids.size(), rows_.size());
    const int n = static_cast<int>(ids.size());
    int longest = 0;
    for (const Row& row : rows_) longest = std::max(longest, row.source.length);
    out_ = Matrix<float>(n, vocabulary_);
    looked_ = Matrix<float>(sources_.empty() ? 0 : n, longest + 1);  // what stands behind the shares is NaN
    std::fill_n(looked_.data(), looked_.size(), std::numeric_limits<float>::quiet_NaN());
    lengths_.clear();
    for (int r = 0; r < n; ++r) {
      Row& row = rows_[static_cast<size_t>(r)];
      row.history.push_back(ids[static_cast<size_t>(r)]);
      const std::vector<float> log_p = after(row.history, row.source), shares = looks(row.history, row.source);
      std::copy(log_p.begin(), log_p.end(), out_.row(r));
      if (!sources_.empty()) std::copy(shares.begin(), shares.end(), looked_.row(r));
      lengths_.push_back(row.source.length);
    }
    steps_ += n;
    return out_.view();
  }
  void select(const std::vector<int>& rows) override {
    std::vector<Row> next;
    for (const int row : rows) next.push_back(rows_.at(static_cast<size_t>(row)));
    rows_ = next;
  }
  View<const float> attention() const override { return looked_.view(); }
  Pool* pool() const override { return pool_; }
  void set_pool(Pool* pool) { pool_ = pool; }
  int looked_at(int row) const override { return lengths_.at(static_cast<size_t>(row)); }

  // log p of each token behind a history.
  std::vector<float> after(const Ids& history, const Source& source = {}) const {
    Random random(key(history, source), Purpose::test);
    Matrix<float> logits(1, vocabulary_);
    for (int i = 0; i < vocabulary_; ++i) {
      const double x = 1.5 * random.normal();
      logits(0, i) = static_cast<float>(coarse_ ? std::round(x) : x);
      if (random.below(9) == 0 && i > 0) logits(0, i) = -std::numeric_limits<float>::infinity();
    }
    log_softmax(logits.view(), logits.view());
    return {logits.data(), logits.data() + vocabulary_};
  }
  // The shares that the positions of a source get; some are 0.
  std::vector<float> looks(const Ids& history, const Source& source) const {
    Random random(key(history, source), Purpose::split);
    std::vector<double> shares(static_cast<size_t>(source.length));
    double sum = 0;
    for (double& share : shares) {
      share = random.below(4) == 0 ? 0 : std::pow(random.uniform(), 4);
      sum += share;
    }
    if (sum == 0 && !shares.empty()) sum = shares[0] = 1;
    std::vector<float> out;
    for (const double share : shares) out.push_back(static_cast<float>(share / sum));
    return out;
  }
  int steps() const { return steps_; }  // rows of all steps

 private:
  struct Row {
    Source source;
    Ids history;
  };

  uint64_t key(const Ids& history, const Source& source) const {
    uint64_t hash = seed_ + 7919 * source.key;
    for (const int32_t id : history) hash = hash * 1000003 + static_cast<uint64_t>(id) + 1;
    return hash;
  }

  Pool* pool_ = nullptr;
  int vocabulary_;
  uint64_t seed_;
  bool coarse_;
  std::vector<Source> sources_;
  std::vector<Row> rows_;
  std::vector<int> lengths_;
  Matrix<float> out_, looked_;
  int steps_ = 0;
};

}  // namespace rnn::core::test
