// Why: all models process each batch before the next one, so that no token's probability has to be stored.
#include "runs/evaluate_together.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "heads/head.h"
#include "io/ready_model.h"

namespace rnn::core {
namespace {

// log(exp(a) + exp(b)), because a probability may be too small for a double.
double log_add(double a, double b) {
  const double top = std::max(a, b);
  return std::isinf(top) ? top : top + std::log1p(std::exp(std::min(a, b) - top));
}

}  // namespace

TogetherEvaluation evaluate_together(const std::vector<const Model<float>*>& models, const std::vector<double>& weights,
                                     Batcher& batcher, Pool& pool) {
  const FlushDenormals flush;
  const std::vector<double> shares = ensemble_weights(models.size(), weights);
  TogetherEvaluation result;
  result.alone.resize(models.size());
  std::vector<State<float>> states(models.size());
  std::vector<double> nll, log_p;
  Arena arena;
  Batch batch;
  batcher.start_epoch(0);
  while (batcher.next(batch)) {
    const std::vector<float> counts = std::exchange(batch.to.weights, {});  // we need -log p of every row
    const auto counted = [&](size_t row) { return counts.empty() ? 1.0 : static_cast<double>(counts[row]); };
    log_p.assign(batch.to.ids.size(), -std::numeric_limits<double>::infinity());
    for (size_t m = 0; m < models.size(); ++m) {
      if (!batch.carried || states[m].rows() != batch.in.seq.streams())
        states[m] = models[m]->initial(batch.in.seq.streams());
      arena.clear();
      Context<float> context{pool, arena};
      const View<float> h = models[m]->forward_hidden(context, batch, states[m], nullptr);
      models[m]->loss(context, h, batch.to, {0, &nll, nullptr, {}});
      for (size_t row = 0; row < nll.size(); ++row) {
        result.alone[m].nats += counted(row) * nll[row];
        log_p[row] = log_add(log_p[row], std::log(shares[m]) - nll[row]);
      }
    }
    for (size_t row = 0; row < log_p.size(); ++row) {
      result.together.nats -= counted(row) * log_p[row];
      result.together.weight += counted(row);
      result.together.tokens += counted(row) != 0;
    }
  }
  for (Evaluation& one : result.alone) one.weight = result.together.weight, one.tokens = result.together.tokens;
  return result;
}

TogetherEvaluation evaluate_together(ModelFile& file, const WithModels& with, Batcher& batcher, Pool& pool) {
  const char* instead = "an ensemble consists of language models; rnn info shows what the file is";
  std::vector<const Model<float>*> models = {&ready_language_model(file, pool, instead)};
  for (ModelFile* other : with.files) {
    models.push_back(&ready_language_model(*other, pool, instead));
    require_one_tokenizer(file, *other);
    if (reads_sentences(file) == reads_sentences(*other)) continue;
    const bool first = reads_sentences(file);
    throw Error(Exit::model, "ensemble/mode",
                (first ? file : *other).path + " was trained on sentences, " + (first ? *other : file).path +
                    " on running text: they do not count the same tokens",
                "train both with the same --mode");
  }
  return evaluate_together(models, with.weights, batcher, pool);
}

}  // namespace rnn::core
