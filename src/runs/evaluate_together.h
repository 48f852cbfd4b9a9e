// Why: how good several models are as an ensemble, next to each of them alone.
#pragma once

#include <vector>

#include "data/batcher.h"
#include "io/text_scorer.h"
#include "train/trainer.h"

namespace rnn::core {

// Loss over the same tokens of each model alone, and of all together: the mean of their probabilities with `weights`
// (decode/scorer.h), of which only those of the targets are needed.
struct TogetherEvaluation {
  std::vector<Evaluation> alone;
  Evaluation together;
};

// For packed models that read the same ids. `batcher` as for evaluate().
TogetherEvaluation evaluate_together(const std::vector<const Model<float>*>& models, const std::vector<double>& weights,
                                     Batcher& batcher, Pool& pool);

// For model files, which are made ready. Throws Error{model}: "ensemble/tokens", "ensemble/mode" if one model reads
// sentences and another running text.
TogetherEvaluation evaluate_together(ModelFile& file, const WithModels& with, Batcher& batcher, Pool& pool);

}  // namespace rnn::core
