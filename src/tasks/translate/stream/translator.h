// Why: runs a translator: lines in, lines out, by greedy choice, beam search or sampling, many sentences per batch.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "io/model_file.h"
#include "io/text_scorer.h"
#include "tasks/translate/stream/translate_stream.h"

namespace rnn::core {

// A translator with its current sources: hypothesis i starts with source i, and select() keeps track of it. One thread at a
// time.
class TranslationScorer final : public Scorer {
 public:
  // `model` is packed; it and the pool must outlive the scorer.
  TranslationScorer(const Model<float>& model, Pool& pool);
  // Reads the sources, each with its end of line. Call it before start(), whose n is the number of sources.
  void set_sources(const std::vector<std::vector<int32_t>>& sources);
  const Model<float>& model() const { return model_; }
  int vocabulary() const override { return model_.config().vocabulary; }
  void start(int n) override;
  View<const float> step(std::span<const int32_t> ids) override;
  void select(const std::vector<int>& rows) override;
  View<const float> attention() const override { return weights_; }
  Pool* pool() const override { return &pool_; }
  int looked_at(int row) const override { return length_[static_cast<size_t>(row)]; }

  // The attention of each step of `target` (including its end of line) over the ids of the source, in their order: [target,
  // source]. Empty if the model has no attention. Calls set_sources() itself.
  Matrix<float> align(const std::vector<int32_t>& source, const std::vector<int32_t>& target);

 private:
  Encoded<float> sources() const;

  const Model<float>& model_;
  Pool& pool_;
  Engine engine_;
  Arena source_arena_;
  Encoded<float> encoded_;
  std::vector<int> begin_, length_, before_values_;  // of each hypothesis: where in encoded_; storage
  State<float> first_, state_, before_;              // before_: storage for the next state
  Seq seq_;
  View<const float> weights_;
  Matrix<float> log_probs_;
};

// One translator, or an ensemble with one vocabulary: the mean of the probabilities. A stream for every line, read by a scorer.
class Translator {
 public:
  // Makes the models ready. Throws Error{model, "model/task"} if one is not a translator, as TextScorer for members that do
  // not fit together.
  Translator(ModelFile& file, const WithModels& with, Pool& pool);
  // For a packed model that stays unchanged, to try it during training.
  Translator(const Model<float>& model, const Tokenizer& tokenizer, Pool& pool);

  // out[i]: the results for lines[i], best first, at least one; an empty line has an empty translation. No text occurs
  // twice: of several ways to split it into tokens only the best is a result. The results of a line do not depend on the
  // other lines; a sampled one depends on its number `first_line` + i. Throws as TranslationRules, Error{internal, "cancelled"}.
  std::vector<std::vector<Translation>> translate(const std::vector<std::string>& lines, const TranslateOptions& options,
                                                  int64_t first_line = 0);
  // What each token of a translation looked at, [ids, tokens of the line and its end]; empty if there is no attention.
  Matrix<float> align(const std::string& line, const Translation& translation);
  const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  void run(std::span<TranslateStream> streams, const std::atomic<int>* cancel);

  const Tokenizer* tokenizer_;
  Pool& pool_;
  std::vector<std::unique_ptr<TranslationScorer>> members_;
  std::optional<EnsembleScorer> ensemble_;
};

// The first of each line's translations.
std::vector<std::string> first_texts(const std::vector<std::vector<Translation>>& translations);

}  // namespace rnn::core
