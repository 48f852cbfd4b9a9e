// Why: updates and beam searches of a translator, over sentences of fixed lengths that other engines can run, too.
#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/rng.h"
#include "bench/bench.h"
#include "bench/timing.h"
#include "data/pair_batcher.h"
#include "decode/beam.h"
#include "networks/init.h"
#include "tasks/translate/stream/translator.h"
#include "train/trainer.h"

namespace rnn::core::bench {
namespace {

using Sentence = std::vector<int32_t>;

constexpr int32_t kEnd = 0, kEnds[] = {kEnd};
constexpr int kLeast = 5, kSpread = 21;  // words: every combination of two lengths from 5 to 25 occurs
constexpr int kPairCount = 4096;         // sorted by length and split into batches; every eighth is used for training
constexpr int kFirstBatch = 4, kEveryBatch = 8;
constexpr int kSentences = 1000;

// `words` random words and the end.
Sentence sentence(Random& random, int words, int vocabulary) {
  Sentence ids(static_cast<size_t>(words));
  for (int32_t& id : ids) id = 1 + static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary - 1)));
  ids.push_back(kEnd);
  return ids;
}

std::vector<TokenPair> chosen_pairs(const Case& c) {
  std::vector<std::pair<int, int>> words;  // lengths of a target and its source
  for (int i = 0; i < kPairCount; ++i) words.emplace_back(kLeast + i / kSpread % kSpread, kLeast + i % kSpread);
  std::sort(words.begin(), words.end(), std::greater<>());
  Random random(1, Purpose::test);
  std::vector<TokenPair> pairs;
  for (int i = 0; i < kPairCount; ++i) {
    if (i / c.batch % kEveryBatch != kFirstBatch) continue;
    const auto [target, source] = words[static_cast<size_t>(i)];
    pairs.push_back({sentence(random, source, c.vocabulary), sentence(random, target, c.vocabulary)});
  }
  return pairs;
}

// Longest first.
std::vector<Sentence> chosen_sentences(const Case& c) {
  std::vector<int> words;
  for (int i = 0; i < kSentences; ++i) words.push_back(kLeast + i % kSpread);
  std::sort(words.begin(), words.end(), std::greater<>());
  Random random(1, Purpose::test);
  std::vector<Sentence> sentences;
  for (const int n : words) sentences.push_back(sentence(random, n, c.vocabulary));
  return sentences;
}

ModelConfig translator_of(const Case& c) {
  ModelConfig config;
  config.task = "translate";
  config.vocabulary = c.vocabulary;
  config.rnn.cell = c.cell, config.rnn.flags = c.flags;
  config.rnn.input = config.rnn.hidden = c.hidden;
  config.rnn.layers = c.layers;
  EncoderOptions& encoder = config.encoder;
  encoder.rnn.input = c.hidden, encoder.rnn.hidden = c.hidden / 2;
  encoder.rnn.layers = c.layers, encoder.rnn.bidirectional = true;
  encoder.attention_size = c.hidden;
  encoder.input_feeding = c.input_feeding;
  encoder.bridge = BridgeKind::dense;
  encoder.match(config.rnn);
  return config;
}

// Multiply-adds of the products of a forward pass: per source token, per token that the decoder reads, per pair of these.
struct Products {
  double source = 0, target = 0, meeting = 0;

  explicit Products(const Model<float>& model) {
    for (const ParamInfo& info : model.table().all()) {
      if (info.vector || info.name.ends_with("embedding.weight") || info.name.starts_with("bridge.")) continue;
      const bool once = info.name.starts_with("encoder.") || info.name.starts_with("attention.key.");
      (once ? source : target) += static_cast<double>(info.size());
    }
    meeting = model.config().encoder.attention_size + model.config().encoder.output();
  }
  double flops(size_t source_tokens, double target_tokens) const {
    const auto n = static_cast<double>(source_tokens);
    return 2 * (n * source + target_tokens * (target + n * meeting));
  }
};

// Every hypothesis must end exactly when it has as many words as its source: with random weights ends would come at random.
BeamOptions forced_search(int beam, size_t tokens) {
  BeamOptions o;
  o.beam = beam, o.ends = kEnds;
  o.min_tokens = o.max_tokens = static_cast<int>(tokens);
  o.allow = [tokens](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
    if (written.size() + 1 < tokens) return false;
    allowed[kEnd] = 1;
    return true;
  };
  return o;
}

void translate(TranslationScorer& scorer, const std::vector<Sentence>& sources, int beam) {
  std::vector<BeamOptions> each;
  for (const Sentence& source : sources) each.push_back(forced_search(beam, source.size()));
  scorer.set_sources(sources);
  const auto found = beam_search(scorer, kEnds, each);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (found[i].empty() || found[i][0].ids.size() != sources[i].size() || !found[i][0].finished)
      throw Error(Exit::internal, "internal/bench", "a translation is not as long as its source");
  }
}

}  // namespace

Figures measure_pairs(const Case& c, Pool& pool, double seconds) {
  Model<float> model(translator_of(c));
  initialise(model, {}, 1);
  const std::vector<TokenPair> pairs = chosen_pairs(c);
  const auto batcher = pair_batcher(pairs, {.batch = c.batch, .shuffle = false});
  TrainOptions options;
  options.optimizer = "sgd";
  options.lr = 0.1;
  options.clip = 5;
  options.batch = c.batch;
  EventStream events;
  Figures f;
  Trainer::Hooks hooks;
  if (c.profile) hooks.profile = &f.profile;
  Trainer trainer(model, *batcher, nullptr, options, events, pool, hooks);
  Batch batch;
  const auto next = [&] {
    const ProfileScope data(hooks.profile, Phase::data);
    return batcher->next(batch);
  };
  const auto all_batches = [&] {
    batcher->start_epoch(0);
    while (next()) trainer.step(batch);
  };
  all_batches();  // memory grows here, so that no phase is charged for it
  f.profile = {};
  {
    const ProfileRun profiled(hooks.profile);  // the trainer counts the updates
    f.seconds = median_of_long(seconds, all_batches);
  }
  const Products products(model);
  for (const TokenPair& pair : pairs)
    f.flops += 3 * products.flops(pair.source.size(), static_cast<double>(pair.target.size()));
  // Converted to one batch with the average number of tokens, rounded.
  const auto all = static_cast<double>(batcher->tokens_per_epoch());
  f.tokens = std::llround(all / static_cast<double>(batcher->batches_per_epoch()));
  const double share = static_cast<double>(f.tokens) / all;
  f.seconds *= share, f.flops *= share;
  return f;
}

Figures measure_beam(const Case& c, Pool& pool, double seconds) {
  Model<float> model(translator_of(c));
  initialise(model, {}, 1);
  model.pack(pool, false);
  model.drop_params();
  TranslationScorer scorer(model, pool);
  const std::vector<Sentence> sentences = chosen_sentences(c);
  const auto all_sentences = [&] {
    for (size_t first = 0; first < sentences.size(); first += static_cast<size_t>(c.batch)) {
      const size_t count = std::min(static_cast<size_t>(c.batch), sentences.size() - first);
      const auto begin = sentences.begin() + static_cast<ptrdiff_t>(first);
      translate(scorer, {begin, begin + static_cast<ptrdiff_t>(count)}, c.beam);
    }
  };
  all_sentences();  // memory grows here
  Figures f;
  f.seconds = median_of_long(seconds, all_sentences);
  const Products products(model);
  double tokens = 0;
  for (const Sentence& source : sentences) {
    // The start token is read by one hypothesis, each word by the whole beam.
    f.flops += products.flops(source.size(), 1 + c.beam * static_cast<double>(source.size() - 1));
    tokens += static_cast<double>(source.size());
  }
  const double share = static_cast<double>(c.batch) / kSentences;
  f.tokens = std::llround(tokens * share), f.sentences = c.batch;
  f.seconds *= share, f.flops *= share;
  return f;
}

}  // namespace rnn::core::bench
