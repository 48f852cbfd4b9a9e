// Why: the decoders see everything that scores text as a Scorer: a network with its state, an ensemble, an n-gram model.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "decode/scorer.h"
#include "io/model_file.h"
#include "networks/model_scorer.h"
#include "text/ngram.h"

namespace rnn::core {

// An n-gram model as a scorer: a hypothesis stores as many ids as the model looks back. The model must outlive the scorer.
class NgramScorer final : public Scorer {
 public:
  explicit NgramScorer(const AnyNgram& model) : model_(model) {}
  int vocabulary() const override { return model_.vocabulary(); }
  void start(int n) override { past_.assign(static_cast<size_t>(n), {}); }
  View<const float> step(std::span<const int32_t> ids) override;
  void select(const std::vector<int>& rows) override;

 private:
  const AnyNgram& model_;
  std::vector<std::vector<int32_t>> past_;  // for each row, at most order - 1 ids
  Matrix<float> log_probs_;
};

// Further models of an ensemble, and the weights of all models, that of the first model first (empty: equal).
struct WithModels {
  std::vector<ModelFile*> files;
  std::vector<double> weights;
};

// Throws Error{model, "ensemble/tokens"} with the first difference unless both split text into the same tokens.
void require_one_tokenizer(const ModelFile& a, const ModelFile& b);

// Language models with the same tokenizer as one scorer: a single model, or several as an EnsembleScorer.
class TextScorer final : public Scorer {
 public:
  // Makes the models ready (io/ready_model.h), with its errors; Error{model, "ensemble/tokens"}; Error{usage,
  // "ensemble/weights"}.
  TextScorer(ModelFile& file, const WithModels& with, Pool& pool);
  int vocabulary() const override { return all().vocabulary(); }
  void start(int n) override { all().start(n); }
  View<const float> step(std::span<const int32_t> ids) override { return all().step(ids); }
  void select(const std::vector<int>& rows) override { all().select(rows); }
  View<const float> read(std::span<const int32_t> ids) override { return all().read(ids); }
  View<const float> attention() const override { return all().attention(); }
  int looked_at(int row) const override { return all().looked_at(row); }

  // Numbers whose softmax is the distribution [n, V]: the outputs of a single model, or log-probabilities of an ensemble.
  View<const float> push(std::span<const int32_t> ids) { return ensemble_ ? ensemble_->step(ids) : members_[0]->push(ids); }
  bool alone() const { return members_.size() == 1; }
  const ModelScorer& first() const { return *members_[0]; }
  // The state of one hypothesis: the states of all models, concatenated.
  int memory_width() const;
  State<float> memory() const;
  void set_memory(const State<float>& memory);  // of the only hypothesis
  void start_from(const State<float>& memory);  // the state from which start() begins

 private:
  Scorer& all() { return ensemble_ ? static_cast<Scorer&>(*ensemble_) : *members_[0]; }
  const Scorer& all() const { return ensemble_ ? static_cast<const Scorer&>(*ensemble_) : *members_[0]; }
  template <class Take>
  void deal_out(const State<float>& memory, const Take& take);

  std::vector<std::unique_ptr<ModelScorer>> members_;
  std::optional<EnsembleScorer> ensemble_;
};

}  // namespace rnn::core
