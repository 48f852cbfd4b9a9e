// Why: encoder, bridge, decoder and attention are PyTorch's: gradient and attention weights of a batch, updates of a
// training.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "golden/updates.h"
#include "heads/head.h"
#include "kernels/host.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

// The value of a list of names that the case has under `key`.
template <class Kind, size_t n>
Kind kind_of(const GoldenCase& c, const char* key, const std::string_view (&names)[n]) {
  const auto name = c.get<std::string>(key);
  const auto* const found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) throw std::runtime_error(std::string("no ") + key + " " + name);
  return static_cast<Kind>(found - std::begin(names));
}

ModelConfig config_of(const GoldenCase& c) {
  ModelConfig config;
  config.task = "translate";
  config.rnn = recurrent_options(c), config.rnn.residual = c.get<bool>("residual");
  config.vocabulary = c.get<int>("vocabulary"), config.tied = c.get<bool>("tied");
  EncoderOptions& e = config.encoder;
  e.rnn.input = config.rnn.input, e.rnn.layers = c.get<int>("encoder_layers"), e.rnn.residual = config.rnn.residual;
  e.rnn.bidirectional = c.get<bool>("encoder_bidirectional");
  e.rnn.hidden = config.rnn.hidden / e.rnn.directions();
  e.own_embedding = c.get<bool>("source_embedding"), e.input_feeding = c.get<bool>("input_feeding");
  e.attention = kind_of<AttentionKind>(c, "attention", kAttentionNames), e.attention_size = c.get<int>("attention_size");
  e.bridge = kind_of<BridgeKind>(c, "bridge", kBridgeNames);
  e.match(config.rnn);
  return config;
}

// Sentences of one side of all pairs, each with its end.
using Sentences = std::vector<std::vector<int32_t>>;
Sentences side_of(const GoldenCase& c, const std::string& side) {
  const std::vector<float> ids = c.tensor(side), lengths = c.tensor(side + "_lengths");
  Sentences all;
  auto from = ids.begin();
  for (const float length : lengths) {
    const auto end = from + static_cast<int>(length);
    all.emplace_back(from, end);
    from = end;
  }
  EXPECT_TRUE(from == ids.end()) << side;
  return all;
}

Seq seq_of(const Sentences& all, int first, int count) {
  std::vector<int> lengths;
  for (int i = first; i < first + count; ++i) lengths.push_back(static_cast<int>(all[i].size()));
  return Seq::ragged(lengths);
}

// The pairs of a case in its batches; an epoch has each of them once.
class GoldenPairs final : public Batcher {
 public:
  explicit GoldenPairs(const GoldenCase& c) {
    const Sentences sources = side_of(c, "source"), targets = side_of(c, "target");
    const int streams = c.get<int>("streams"), end = c.get<int>("end");
    for (int number = 0; number < c.get<int>("batches"); ++number) {
      const int first = number * streams;
      Batch batch;
      batch.source.seq = seq_of(sources, first, streams), batch.in.seq = seq_of(targets, first, streams);
      for (int t = 0; t < batch.source.seq.steps(); ++t) {
        for (int r = 0; r < batch.source.seq.active(t); ++r)
          batch.source.ids.push_back(sources[first + batch.source.seq.order[r]][t]);
      }
      for (int t = 0; t < batch.in.seq.steps(); ++t) {
        for (int r = 0; r < batch.in.seq.active(t); ++r) {
          const std::vector<int32_t>& target = targets[first + batch.in.seq.order[r]];
          batch.in.ids.push_back(t == 0 ? end : target[t - 1]);
          batch.to.ids.push_back(target[t]);
        }
      }
      batches_.push_back(std::move(batch));
    }
  }
  const Batch& batch(int64_t number) const { return batches_[static_cast<size_t>(number) % batches_.size()]; }
  bool next(Batch& to) override {
    if (position_ == batches_per_epoch()) return false;
    to = batch(position_++);
    return true;
  }
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(batches_.size()); }
  int64_t tokens_per_epoch() const override {
    int64_t tokens = 0;
    for (const Batch& b : batches_) tokens += b.in.seq.rows();
    return tokens;
  }
  void seek(int64_t epoch, int64_t position) override { epoch_ = epoch, position_ = position; }

 private:
  std::vector<Batch> batches_;
};

TrainOptions options_of(const GoldenCase& c, const Variation& variation) {
  TrainOptions o;
  o.optimizer = c.get<std::string>("optimizer"), o.lr = c.get<double>("lr"), o.momentum = c.get<double>("momentum");
  o.weight_decay = c.get<double>("weight_decay"), o.clip = c.get<double>("clip");
  o.label_smoothing = c.get<double>("label_smoothing");
  o.batch = c.get<int>("streams"), o.accumulate = variation.accumulate;
  return o;
}

struct History {
  std::vector<double> loss, norm;
  Weights last;
  bool operator==(const History&) const = default;
};

History train(const GoldenCase& c, const Variation& variation) {
  Model<float> model(config_of(c));
  take_first_weights(c, model);
  GoldenPairs pairs(c);
  EventStream events;
  Pool pool(variation.threads);
  Trainer trainer(model, pairs, nullptr, options_of(c, variation), events, pool, {});
  History run;
  for (int update = 0; update < c.get<int>("updates"); ++update) {
    const Trainer::StepReport report = trainer.step(pairs.batch(update));
    run.loss.push_back(report.loss), run.norm.push_back(report.gradient_norm);
  }
  run.last = weights_of(model.params());
  return run;
}

void expect_golden(const GoldenCase& c, const History& run, Worst& values, Worst& weights) {
  compare(c.name + " loss", run.loss, c.tensor("loss"), kGoldenTranslator, values);
  compare(c.name + " gradient norm", run.norm, c.tensor("norm"), kGoldenTranslator, values);
  for (const auto& [name, w] : run.last) {
    weights.see(c.name + " " + name, relative_error(w, c.tensor("last/" + name)), kGoldenTranslator);
    EXPECT_NE(w, c.tensor("first/" + name)) << name << " did not move";
  }
  const auto is_weight = [&](const std::string& name) { return name.starts_with(c.name + "/last/"); };
  const auto& names = c.file->names();
  EXPECT_EQ(std::count_if(names.begin(), names.end(), is_weight), static_cast<ptrdiff_t>(run.last.size()))
      << "PyTorch has other tensors";
}

TEST(Seq2seq, UpdatesOfTorch) {
  const GoldenFile file("seq2seq.safetensors");
  ASSERT_EQ(file.cases().size(), 4u);
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    expect_golden(c, train(c, {}), values, weights);
  }
  values.record("values");
  weights.record("weights");
}

TEST(Seq2seq, ThreadsChangeNoBit) {
  const GoldenFile file("seq2seq.safetensors");
  for (const GoldenCase& c : file.cases()) EXPECT_TRUE(train(c, {}) == train(c, {.threads = 3})) << c.name;
}

TEST(Seq2seq, AccumulationIsTheSameUpdate) {
  const GoldenFile file("seq2seq.safetensors");
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    for (const int parts : {2, 3}) {
      SCOPED_TRACE(c.name + " in " + std::to_string(parts));
      expect_golden(c, train(c, {.accumulate = parts}), values, weights);
    }
  }
  values.record("accumulated");
}

// A model with the initial weights of the case, and its first batch.
template <class T>
struct Beginning {
  Model<T> model;
  Batch batch;
  Pool pool{2};
  Arena arena;
  Context<T> context{pool, arena};

  explicit Beginning(const GoldenCase& c) : model(config_of(c)), batch(GoldenPairs(c).batch(0)) {
    take_first_weights(c, model);
    model.pack(pool, true);
  }
};

template <class T>
void expect_gradient(const GoldenCase& c, double tolerance, Worst& worst) {
  SCOPED_TRACE(c.name);
  Beginning<T> b(c);
  Tape tape;
  State<T> state = b.model.initial(b.batch.in.seq.streams());
  const View<T> h = b.model.forward_hidden(b.context, b.batch, state, &tape);
  const View<T> dh = b.arena.template matrix<T>(h.rows, h.cols);
  Params<T> grads(b.model.table());
  const LossSum sum = b.model.loss(b.context, h, b.batch.to, {c.get<double>("label_smoothing"), nullptr, &grads, dh});
  b.model.backward_hidden(b.context, b.batch.in.seq, tape, dh, grads);
  EXPECT_TRUE(tape.empty());
  worst.see(c.name + " loss", std::fabs(sum.loss / sum.weight / c.tensor("loss")[0] - 1), tolerance);
  for (const ParamInfo& info : b.model.table().all()) {
    const T* from = grads.data() + info.offset;
    std::vector<T> mean(from, from + info.size());
    for (T& x : mean) x = static_cast<T>(x / sum.weight);
    worst.see(c.name + " " + info.name, relative_error(mean, c.tensor("gradient/" + info.name)), tolerance);
  }
}

TEST(Seq2seq, GradientOfTorch) {
  const GoldenFile file("seq2seq.safetensors");
  Worst single, exact;
  for (const GoldenCase& c : file.cases()) {
    expect_gradient<float>(c, kGoldenAttentionGradient, single);
    expect_gradient<double>(c, kGoldenRounding, exact);
  }
  single.record("gradient");
  exact.record("gradient_in_double");
}

// Of the first pair: [target, source].
template <class T>
void expect_attention(const GoldenCase& c, double tolerance, Worst& worst) {
  SCOPED_TRACE(c.name);
  Beginning<T> b(c);
  State<T> state;
  const Encoded<T> encoded = b.model.encode(b.context, b.batch.source.seq, b.batch.source.ids.data(), state);
  View<const T> weights;
  b.model.decode(b.context, b.batch.in.seq, b.batch.in.ids.data(), encoded, nullptr, state, &weights);
  ASSERT_EQ(host(weights).data != nullptr, c.has("attention_weights"));
  if (!host(weights).data) return;
  const std::vector<int64_t> shape = c.shape("attention_weights");
  ASSERT_EQ(shape, (std::vector<int64_t>{static_cast<int64_t>(c.tensor("target_lengths")[0]), encoded.length[0]}));
  const int position = b.batch.in.seq.positions()[0];
  std::vector<T> first;
  for (int t = 0; t < shape[0]; ++t) {
    const T* row = host(weights).row(b.batch.in.seq.start[t] + position);
    first.insert(first.end(), row, row + shape[1]);
  }
  worst.see(c.name, relative_error(first, c.tensor("attention_weights")), tolerance);
}

TEST(Seq2seq, AttentionWeightsOfTorch) {
  const GoldenFile file("seq2seq.safetensors");
  Worst single, exact;
  for (const GoldenCase& c : file.cases()) {
    expect_attention<float>(c, kGoldenAttention, single);
    expect_attention<double>(c, kGoldenRounding, exact);
  }
  single.record("attention");
  exact.record("attention_in_double");
}

}  // namespace
}  // namespace rnn::core::test
