// Why: a sequence may have no steps, all of a batch may have none, and a batch may have no sequences: each is a case like any other.
#include <cmath>
#include <cstring>

#include "kernels/host.h"
#include "train/gradient_check.h"
#include "train/translators.h"

namespace rnn::core::test {
namespace {

const std::vector<int> kNobody = {}, kOnlyEmpty = {0, 0, 0}, kSomeEmpty = {0, 4, 0, 2}, kWithout = {4, 2};

struct Kind {
  const char* name;
  const char* task;
  bool frames;
};
constexpr Kind kKinds[] = {{"language_model", "language-model", false},
                           {"tag_ids", "tag", false},
                           {"tag_frames", "tag", true},
                           {"classify", "classify", false},
                           {"regress", "regress", true}};
constexpr int kWidth = 3, kOutputs = 4;

ModelConfig config_of(const Kind& kind, const Variant& v, int layers) {
  ModelConfig c;
  c.task = kind.task;
  c.rnn.cell = v.cell, c.rnn.flags = v.flags, c.rnn.projection = v.projection;
  c.rnn.hidden = 6, c.rnn.layers = layers, c.rnn.input = kind.frames ? kWidth : 5;
  if (!kind.frames) c.vocabulary = kVocabulary;
  c.output = kOutputs;
  if (layers == 1) return c;
  c.rnn.dropout = c.dropout = 0.2, c.rnn.variational = true, drop_recurrent(&c, 0.2, 0.2);
  c.rnn.residual = v.projection == 0;
  if (v.projection == 0) c.rnn.zoneout[0] = 0.2;
  if (c.task != "language-model") c.rnn.bidirectional = true, c.rnn.residual = false;
  return c;
}

// Sequences of these lengths: inputs and targets of a sequence are those of its place among the ones that have steps.
Batch batch_of(const ModelConfig& c, const std::vector<int>& lengths) {
  Batch batch;
  batch.in.seq = Seq::ragged(lengths);
  const auto rows = static_cast<size_t>(batch.in.seq.rows());
  for (size_t s = 0, number = 0; s < lengths.size(); ++s)
    batch.in.seq.id.push_back(static_cast<uint32_t>(lengths[s] > 0 ? number++ : 100 + s));
  if (c.vocabulary == 0) {
    batch.in.width = kWidth;
    for (size_t i = 0; i < rows * kWidth; ++i) batch.in.frames.push_back(std::sin(static_cast<float>(i)));
  } else {
    batch.in.ids = random_tokens(static_cast<int>(rows), kVocabulary, 1);
  }
  batch.to.last_step = c.task == "classify" || c.task == "regress";
  const int targets = static_cast<int>(batch.target_rows());
  if (c.task == "regress") {
    batch.to.width = kOutputs;
    for (int i = 0; i < targets * kOutputs; ++i) batch.to.values.push_back(static_cast<float>(i % 3));
  } else {
    batch.to.ids = random_tokens(targets, c.task == "language-model" ? kVocabulary : kOutputs, 2);
  }
  return batch;
}

template <class T>
State<T> random_state(const Model<T>& model, int streams) {
  State<T> state = model.initial(streams);
  Random random(9, Purpose::test);
  for (int s = 0; s < streams; ++s) {
    for (int i = 0; i < state.width(); ++i) state.row(s)[i] = static_cast<T>(random.uniform(-1, 1));
  }
  return state;
}

class Empty : public testing::TestWithParam<Variant> {
 protected:
  template <class F>
  void each_model(const F& f) {
    for (const Kind& kind : kKinds) {
      for (const int layers : {1, 2}) {
        SCOPED_TRACE(std::string(kind.name) + ", layers " + std::to_string(layers));
        f(config_of(kind, GetParam(), layers));
      }
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Variants, Empty, testing::ValuesIn(kVariants), variant_name);

// Nothing is read, so nothing but the bias of the output has a gradient, and states stay.
TEST_P(Empty, BatchesOfNoStepsTrain) {
  each_model([&](const ModelConfig& config) {
    const auto model = tiny_model(config);
    for (const std::vector<int>& lengths : {kNobody, kOnlyEmpty}) {
      const Pass<float> pass = trained(*model, batch_of(config, lengths), 2);
      for (const ParamInfo& info : model->table().all()) {
        const float* g = pass.grads.data() + info.offset;
        const bool any = std::any_of(g, g + info.size(), [](float x) { return x != 0; });
        EXPECT_EQ(any, info.name == "output.bias" && model->answers_at_end() && !lengths.empty()) << info.name;
      }
    }
  });
}

// Beside others they change no bit of these.
TEST_P(Empty, SequencesBesideOthersChangeNothing) {
  each_model([&](ModelConfig config) {
    const auto model = tiny_model(config);
    const auto few = static_cast<int>(kWithout.size()), many = static_cast<int>(kSomeEmpty.size());
    Pool pool(2);
    model->pack(pool, false);
    const auto run = [&](const std::vector<int>& lengths, State<float>& state) {
      Arena arena;
      Context<float> context{pool, arena};
      const Batch batch = batch_of(config, lengths);
      const View<float> out = model->forward(context, batch, state, nullptr);
      return std::vector<float>(host(out).data, host(out).data + static_cast<size_t>(out.rows) * out.cols);
    };
    State<float> all = random_state(*model, many);
    const State<float> before = all;
    State<float> alone = all.select({1, 3});
    const std::vector<float> with = run(kSomeEmpty, all), without = run(kWithout, alone);
    ASSERT_GE(with.size(), without.size());  // what answers at the end answers for the empty ones too, which come last
    EXPECT_EQ(std::memcmp(with.data(), without.data(), without.size() * sizeof(float)), 0);
    ASSERT_EQ(alone.rows(), few);
    EXPECT_EQ(all.select({1, 3}), alone);
    EXPECT_EQ(all.select({0, 2}), before.select({0, 2})) << "an empty sequence keeps its state";
    for (const float x : with) ASSERT_TRUE(std::isfinite(x));
  });
}

TEST_P(Empty, GradientsBesideOthersAreRight) {
  each_model([&](const ModelConfig& config) {
    Model<double> model(config);
    fill_weights(model);
    CheckOptions options;
    options.per_tensor = 5;
    for (const TensorCheck& c : check_gradients(model, batch_of(config, kSomeEmpty), options))
      EXPECT_LE(c.worst, options.tolerance) << c.name;
  });
}

// The final state of a sequence without steps is its first one, and so are the gradients by them.
TEST_P(Empty, StatesHandGradientsOn) {
  ModelConfig config = config_of(kKinds[0], GetParam(), 2);
  Model<double> model(config);
  fill_weights(model);
  Pool pool(1);
  model.pack(pool, true);
  for (const std::vector<int>& lengths : {kOnlyEmpty, kSomeEmpty, kNobody}) {
    const Batch batch = batch_of(config, lengths);
    const auto streams = static_cast<int>(lengths.size());
    Arena arena;
    Tape tape;
    Context<double> context{pool, arena, kernels<double>(), true, 5, 3};
    State<double> state = random_state(model, streams);
    const View<double> h = model.forward_hidden(context, batch, state, &tape);
    const View<double> dh = arena.matrix<double>(h.rows, h.cols);
    std::fill_n(host(dh).data, static_cast<size_t>(h.rows) * h.cols, 1.0);
    const State<double> last = random_state(model, streams);
    State<double> first = model.initial(streams);
    for (int s = 0; s < streams; ++s) std::fill_n(first.row(s), first.width(), NAN);
    Params<double> grads(model.table());
    model.backward_hidden(context, batch.in.seq, tape, dh, grads, &last, &first);
    for (int s = 0; s < streams; ++s) {
      for (int i = 0; i < first.width(); ++i) ASSERT_TRUE(std::isfinite(first.row(s)[i])) << s << " " << i;
      if (lengths[static_cast<size_t>(s)] > 0) continue;
      EXPECT_EQ(std::memcmp(first.row(s), last.row(s), static_cast<size_t>(first.width()) * sizeof(double)), 0) << s;
    }
  }
}

// A bare stack of frames, as torch.nn.LSTM has it.
TEST_P(Empty, BareModels) {
  ModelConfig config;
  config.task = "recurrent";
  config.rnn.cell = GetParam().cell, config.rnn.flags = GetParam().flags, config.rnn.projection = GetParam().projection;
  config.rnn.input = kWidth, config.rnn.hidden = 6, config.rnn.bidirectional = true;
  const auto model = tiny_model(config);
  Pool pool(1);
  model->pack(pool, true);
  for (const std::vector<int>& lengths : {kNobody, kOnlyEmpty, kSomeEmpty}) {
    const Batch batch = batch_of(config, lengths);
    Arena arena;
    Tape tape;
    Context<float> context{pool, arena};
    State<float> state = model->initial(batch.in.seq.streams());
    const View<float> h = model->forward(context, batch, state, &tape);
    EXPECT_EQ(h.rows, batch.in.seq.rows());
    Params<float> grads(model->table());
    model->backward(context, batch.in.seq, tape, h, grads);
    for (size_t i = 0; i < grads.size(); ++i) ASSERT_TRUE(std::isfinite(grads.data()[i]));
  }
}

// A source without steps is one of which nothing is known, a target without steps one of which nothing is asked.
TEST_P(Empty, Translators) {
  for (const AttentionKind attention : {AttentionKind::none, AttentionKind::additive, AttentionKind::general,
                                        AttentionKind::dot, AttentionKind::scaled_dot}) {
    for (const BridgeKind bridge : {BridgeKind::copy, BridgeKind::dense}) {
      for (const bool feeding : {false, true}) {
        if (feeding && attention == AttentionKind::none) continue;
        ModelConfig c = translator(GetParam(), 4, 6);
        c.encoder.attention = attention, c.encoder.bridge = bridge, c.encoder.input_feeding = feeding;
        c.rnn.layers = c.encoder.rnn.layers = 2, c.rnn.dropout = 0.2;
        c = complete(c);
        SCOPED_TRACE(std::string(attention_name(attention)) + ", " + std::string(bridge_name(bridge)) +
                     (feeding ? ", fed" : ""));
        const auto model = tiny_model(c);
        const std::vector<int> three = {2, 3, 1};
        for (const auto& [sources, targets] : {std::pair(kNobody, kNobody), std::pair(kOnlyEmpty, kOnlyEmpty),
                                               std::pair(three, kOnlyEmpty), std::pair(kOnlyEmpty, three)}) {
          const Pass<float> pass = trained(*model, pairs(sources, targets), 2);
          for (const float x : pass.h) ASSERT_TRUE(std::isfinite(x));
          for (size_t i = 0; i < pass.grads.size(); ++i) ASSERT_TRUE(std::isfinite(pass.grads.data()[i]));
          if (targets == three) continue;
          for (size_t i = 0; i < pass.grads.size(); ++i) ASSERT_EQ(pass.grads.data()[i], 0);
        }
        Model<double> exact(c);
        fill_weights(exact);
        CheckOptions options;
        options.per_tensor = 3;
        for (const TensorCheck& t : check_gradients(exact, pairs({0, 3, 2, 0}, {2, 0, 4, 0}), options))
          EXPECT_LE(t.worst, options.tolerance) << t.name;
      }
    }
  }
}

// Batches of empty sequences, one after the other, through the loop and through a look at the loss.
class EmptyBatches final : public Batcher {
 public:
  explicit EmptyBatches(const ModelConfig& config) : config_(config) {}
  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    batch = batch_of(config_, position_ == 0 ? kNobody : position_ == 1 ? kOnlyEmpty : kSomeEmpty);
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override { return 3; }
  int64_t tokens_per_epoch() const override { return 6; }
  void seek(int64_t epoch, int64_t position) override { epoch_ = epoch, position_ = position; }

 private:
  ModelConfig config_;
};

TEST(EmptyRuns, TrainAndEvaluate) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const ModelConfig config = config_of(kind, kLstm, 2);
    const auto model = tiny_model(config);
    Pool pool(2);
    EmptyBatches train(config), valid(config);
    TrainOptions options;
    options.optimizer = "adam", options.epochs = 2, options.accumulate = 2, options.activation_regularization = 1,
    options.temporal_activation_regularization = 1;
    EventStream events;
    Trainer trainer(*model, train, &valid, options, events, pool, {});
    const TrainResult result = trainer.run();
    EXPECT_TRUE(std::isfinite(result.train_loss));
    const Evaluation found = evaluate(*model, valid, pool);
    EXPECT_TRUE(std::isfinite(found.loss()));
    EXPECT_EQ(found.tokens, model->answers_at_end() ? 7 : 6);
    for (size_t i = 0; i < model->params().size(); ++i) ASSERT_TRUE(std::isfinite(model->params().data()[i]));
  }
}

}  // namespace
}  // namespace rnn::core::test
