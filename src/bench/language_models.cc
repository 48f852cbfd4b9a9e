// Why: whole updates of language models as in rnn train, and for a given model: single steps, reading, training.
#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "bench/bench.h"
#include "bench/timing.h"
#include "cells/reference.h"
#include "networks/init.h"
#include "networks/session.h"
#include "runs/plan.h"
#include "train/trainer.h"

namespace rnn::core::bench {
namespace {

std::vector<int32_t> random_ids(size_t count, int vocabulary) {
  Random random(1, Purpose::test);
  std::vector<int32_t> ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary)));
  return ids;
}

// Zipf's law: the logarithm of the rank is about uniform, as in a text whose words are numbered by descending count.
std::vector<int32_t> zipf_ids(size_t count, int vocabulary) {
  Random random(1, Purpose::test);
  std::vector<int32_t> ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(std::exp(random.uniform() * std::log(vocabulary + 1.0))) - 1;
  for (int32_t& id : ids) id = std::min(id, vocabulary - 1);
  return ids;
}

Figures training_of(Model<float>& model, const Case& c, Pool& pool, double seconds) {
  const auto count = static_cast<size_t>(c.batch) * (static_cast<size_t>(c.steps) * 8 + 1);
  const bool zipf = c.softmax == SoftmaxKind::adaptive;
  StreamBatcher batcher({zipf ? zipf_ids(count, c.vocabulary) : random_ids(count, c.vocabulary)}, {c.batch, c.steps});
  TrainOptions options;
  options.optimizer = "sgd";
  options.lr = 0.1;
  options.clip = 5;
  options.batch = c.batch, options.bptt = c.steps;
  EventStream events;
  Figures f;
  Trainer::Hooks hooks;
  if (c.profile) hooks.profile = &f.profile;
  Trainer trainer(model, batcher, nullptr, options, events, pool, hooks);
  Batch batch;
  batcher.start_epoch(0);
  const auto update = [&] {
    {
      const ProfileScope data(hooks.profile, Phase::data);
      if (!batcher.next(batch)) {
        batcher.start_epoch(0);
        batcher.next(batch);
      }
    }
    trainer.step(batch);
  };
  update();  // memory grows here, so that no phase is charged for it
  f.profile = {};
  const ProfileRun profiled(hooks.profile);  // the trainer counts the updates
  f.seconds = median_time(seconds, update);
  f.tokens = int64_t{c.batch} * c.steps;
  f.flops = 6.0 * token_weights(model, options) * static_cast<double>(f.tokens);
  return f;
}

Figures reading_of(Model<float>& model, const Case& c, Pool& pool, double seconds) {
  const FlushDenormals flush;
  model.pack(pool, false);
  const Seq seq = Seq::uniform_batch(c.batch, c.steps);
  const std::vector<int32_t> ids = random_ids(static_cast<size_t>(seq.rows()), c.vocabulary);
  Arena arena;
  State<float> state = model.initial(c.batch);
  Figures f;
  time_profiled(c.profile, seconds, &f, [&](Profile* profile) {
    arena.clear();
    Context<float> context{pool, arena};
    context.profile = profile;
    model.forward(context, seq, ids.data(), state, nullptr);
  });
  f.tokens = seq.rows();
  f.flops = 2.0 * static_cast<double>(product_weights(model)) * static_cast<double>(f.tokens);
  return f;
}

Figures step_of(Model<float>& model, const Case& c, Pool& pool, double seconds) {
  model.pack(pool, false);
  Session session(model, 1, &pool);
  const std::vector<int32_t> ids = random_ids(1024, c.vocabulary);
  size_t at = 0;
  Figures f = time_steps(seconds, [&] { session.push(ids[at++ % ids.size()]); });
  f.tokens = 1;
  f.flops = 2.0 * static_cast<double>(product_weights(model));
  return f;
}

}  // namespace

Figures measure_language_model(const Case& c, Pool& pool, double seconds) {
  ModelConfig config;
  config.vocabulary = c.vocabulary;
  config.rnn.cell = c.cell, config.rnn.flags = c.flags;
  config.rnn.input = config.rnn.hidden = c.hidden;
  config.rnn.layers = c.layers;
  config.softmax.kind = c.softmax;
  config.dropout = config.rnn.dropout = c.dropout, config.rnn.variational = c.dropout > 0;
  config.rnn.state_dropout = c.state_dropout, config.rnn.weight_drop = c.weight_drop;
  Model<float> model(config);
  initialise(model, {}, 1);
  return training_of(model, c, pool, seconds);
}

std::vector<Result> measure_model(Model<float>& model, const ModelSelection& selection, Pool& pool, double seconds) {
  const RecurrentOptions& rnn = model.config().rnn;
  Case c{"model", "step", rnn.cell, rnn.hidden, rnn.layers, model.config().vocabulary};
  Pool one(1);
  std::vector<Result> results{{c, step_of(model, c, one, seconds)}};
  c.profile = selection.profile;
  c.batch = selection.batch, c.steps = selection.steps, c.threads = pool.size();
  c.name = "reading";
  results.push_back({c, reading_of(model, c, pool, seconds)});
  c.name = "training";
  results.push_back({c, training_of(model, c, pool, 2 * seconds)});
  return results;
}

}  // namespace rnn::core::bench
