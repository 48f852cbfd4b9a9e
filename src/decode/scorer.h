// Why: all that decoders need: a table, an n-gram model, a network with its state and an ensemble look the same to them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/matrix.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace rnn::core {

// Hypotheses, one row each, and the memory of every one. start(), then read() or step(); select() in between says which rows
// continue: a finished one is left out, one that splits is named twice. One thread at a time.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual int vocabulary() const = 0;  // V; ids lie in [0, V)
  // n >= 1 hypotheses that have read nothing but what the scorer itself was given: one memory for all, or a source
  // sentence each. Row i begins with source i; after that only select() determines which source a row continues with.
  virtual void start(int n) = 0;
  // Each hypothesis reads one id -> [n, V] natural log-probabilities of the next one, each row a distribution; valid until
  // the next call.
  virtual View<const float> step(std::span<const int32_t> ids) = 0;
  // Row i continues from what was row rows[i]; rows are in [0, n), their number is the new n.
  virtual void select(const std::vector<int>& rows) = 0;
  // The only hypothesis reads several ids, at least one -> [1, V] after the last.
  virtual View<const float> read(std::span<const int32_t> ids);
  // The attention of each row of the last step() or read() after its last id -> [n, m]: looked_at(r) <= m weights in row r,
  // which add up to 1, one for each position of its source; values after them are meaningless. Without rows: this scorer has
  // no attention. Valid until the next non-const call.
  virtual View<const float> attention() const { return {}; }
  virtual int looked_at([[maybe_unused]] int row) const { return 0; }
  // Threads that are idle between the calls, for the decoder to use; null: none.
  virtual Pool* pool() const { return nullptr; }
};

// n hypotheses that have read `prompt`, at least one id -> [n, V] after the last.
View<const float> start_behind(Scorer& scorer, int n, std::span<const int32_t> prompt);

// out[r] = log softmax of logits[r], never above 0; may be in place. NaN counts as -inf; in a row with +inf, or with nothing
// above -inf, the largest share the probability equally. With kernels: theirs, with sums in float; without: in double.
void log_softmax(const Kernels<float>& kernels, Pool& pool, View<const float> logits, View<float> out) noexcept;
void log_softmax(View<const float> logits, View<float> out) noexcept;

// Natural logarithms of p(continuation[t] | prompt, continuation[0..t)), for each continuation. The prompt has at least one
// id.
std::vector<std::vector<double>> continuation_log_probs(Scorer& scorer, std::span<const int32_t> prompt,
                                                        const std::vector<std::vector<int32_t>>& continuations);

// Several scorers as one: p = sum of w_k p_k, the mean of the probabilities. Its loss is never above the mean of the
// members' losses (Jensen's inequality), and a single member that finds a token impossible has no veto, as it would in a
// geometric mean.
class EnsembleScorer final : public Scorer {
 public:
  // At least one member, all of which must outlive the ensemble; equal vocabularies. Weights: none (all equal), or one above
  // 0 for each member; only their ratios count.
  explicit EnsembleScorer(std::vector<Scorer*> members, const std::vector<double>& weights = {});
  int vocabulary() const override { return members_[0]->vocabulary(); }
  void start(int n) override;
  View<const float> step(std::span<const int32_t> ids) override;
  void select(const std::vector<int>& rows) override;
  View<const float> read(std::span<const int32_t> ids) override;
  // The mean of the members' attention, with the same weights as their probabilities. Without rows unless all have
  // attention, over sources of equal lengths.
  View<const float> attention() const override { return looked_; }
  Pool* pool() const override { return members_[0]->pool(); }
  int looked_at(int row) const override { return looked_.rows == 0 ? 0 : members_[0]->looked_at(row); }

 private:
  template <class Ask>
  View<const float> mean(int rows, const Ask& ask);
  void mean_attention(int rows);

  std::vector<Scorer*> members_;
  std::vector<double> weights_;  // sum 1
  std::vector<double> sum_;      // [n, V]
  Matrix<float> log_probs_;      // at least [n, V]
  Matrix<float> shares_;         // at least [n, m]
  View<const float> looked_;     // [n, m] of shares_, or without rows
};

// Weights of an ensemble as EnsembleScorer takes them, normalised to add up to 1. Throws Error{usage, "ensemble/weights"}.
std::vector<double> ensemble_weights(size_t members, const std::vector<double>& weights);

}  // namespace rnn::core
