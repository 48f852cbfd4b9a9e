// Why: what a translator computes for a pair depends on the pair alone, to the bit: in a batch, in a beam, step by step, on
// any number of threads.
#include <numeric>
#include <string>

#include "cells/reference.h"
#include "kernels/host.h"
#include "support/isa.h"
#include "train/translators.h"

namespace rnn::core::test {
namespace {

// For ctest: once on the best instruction set, and once on each by RNN_ISA.
class TranslatorBits : public testing::Test {
 protected:
  void SetUp() override {
    const std::string forced = forced_isa();
    if (!forced.empty() && !isa_supported(forced)) GTEST_SKIP() << "this machine has no " << forced;
    ASSERT_TRUE(forced.empty() || forced == isa_name()) << isa_name();
  }
};

void append(std::string& to, const void* from, size_t bytes) { to.append(static_cast<const char*>(from), bytes); }
std::string bytes_of(View<const float> x) {
  std::string bytes;
  for (int r = 0; r < x.rows; ++r) append(bytes, host(x).row(r), x.cols * sizeof(float));
  return bytes;
}

// Every cell, attention and bridge, one layer and two; large enough for threads to share the work.
std::vector<ModelConfig> designs_for_bits() {
  std::vector<ModelConfig> all;
  for (const Variant& v : kVariants) {
    const int i = static_cast<int>(all.size());
    ModelConfig c = translator(v, 24, 64);
    c.rnn.projection = v.projection > 0 ? 32 : 0;
    c.rnn.layers = c.encoder.rnn.layers = 1 + i % 2, c.rnn.residual = c.encoder.rnn.residual = i % 2 == 1;
    c.encoder.rnn.hidden = c.rnn.output() / 2, c.encoder.own_embedding = i % 5 == 1;
    c.encoder.attention = static_cast<AttentionKind>(1 + i % 4), c.encoder.input_feeding = i / 4 % 2 == 1;
    c.encoder.bridge = c.rnn.projection > 0 ? BridgeKind::dense : static_cast<BridgeKind>(i % 3);
    all.push_back(complete(c));
  }
  ModelConfig c = translator(kLstm, 24, 64);
  c.encoder.attention = AttentionKind::none, c.encoder.bridge = BridgeKind::copy;
  all.push_back(complete(c));
  return all;
}
std::string describe(const ModelConfig& c) {
  return std::string(cell_info(c.rnn.cell).name) + " flags " + std::to_string(c.rnn.flags) + ", " +
         std::to_string(c.rnn.layers) + " layers, " + std::string(attention_name(c.encoder.attention)) +
         (c.encoder.input_feeding ? ", fed" : "");
}
std::unique_ptr<Model<float>> ready_model(const ModelConfig& config, bool training = false) {
  auto model = tiny_model(config);
  Pool pool(1);
  model->pack(pool, training);
  return model;
}

// A model's outputs for a batch, stream after stream, in bytes.
struct Said {
  std::string h, losses, states;
  bool operator==(const Said&) const = default;
};
Said said_of(const Model<float>& model, const Batch& batch, int threads = 1, bool with_tape = false) {
  Pool pool(threads);
  Arena arena;
  Tape tape;
  Context<float> context{pool, arena};
  State<float> state = model.initial(batch.in.seq.streams());
  const View<float> h = model.forward_hidden(context, batch, state, with_tape ? &tape : nullptr);
  std::vector<double> losses;
  model.loss(context, h, batch.to, {0.1, &losses, nullptr, {}, nullptr});
  Said said;
  const std::vector<int> position = batch.in.seq.positions();
  for (const int r : position) {
    for (int t = 0; t < batch.in.seq.steps() && r < batch.in.seq.active(t); ++t) {
      const int row = batch.in.seq.start[t] + r;
      append(said.h, host(h).row(row), h.cols * sizeof(float)), append(said.losses, &losses[row], sizeof(double));
    }
  }
  said.states = state.bytes();
  return said;
}

TEST_F(TranslatorBits, ARaggedBatchGivesEachPairTheBitsItHasAlone) {
  const Batch batch = many_pairs();
  for (const ModelConfig& config : designs_for_bits()) {
    SCOPED_TRACE(describe(config));
    const auto model = ready_model(config);
    const Said whole = said_of(*model, batch);
    ASSERT_EQ(whole.h.size(), sizeof(float) * batch.in.seq.rows() * model->width());
    for (const int threads : {1, 2, 3}) {
      for (const bool with_tape : {false, true})
        EXPECT_TRUE(said_of(*model, batch, threads, with_tape) == whole) << threads << " threads, tape " << with_tape;
    }
    Said alone;
    for (int s = 0; s < batch.in.seq.streams(); ++s) {
      const Said one = said_of(*model, select_streams(batch, s, 1), 1 + s % 3);
      alone.h += one.h, alone.losses += one.losses, alone.states += one.states;
    }
    EXPECT_TRUE(alone == whole);
  }
}

TEST_F(TranslatorBits, GradientsHaveTheSameBitsOnAnyNumberOfThreads) {
  const Batch batch = many_pairs();
  for (ModelConfig config : designs_for_bits()) {
    SCOPED_TRACE(describe(config));
    config.dropout = config.rnn.dropout = 0.2, drop_recurrent(&config, 0.2, 0.2);
    const auto model = ready_model(complete(config), true);
    const Pass<float> one = trained(*model, batch);
    for (const int threads : {2, 3}) EXPECT_TRUE(same_bits(trained(*model, batch, threads).grads, one.grads)) << threads;
  }
}

// For all steps of a decoder, or one at a time. Rows of the attention count up to the length of their sources.
struct Decoded {
  std::string h, weights;
  State<float> state;
};
void decode(const Model<float>& model, Context<float>& context, const Encoded<float>& encoded, int streams, int steps,
            const int32_t* ids, const int* sources, Decoded& to) {
  View<const float> weights;
  to.h += bytes_of(model.decode(context, Seq::uniform_batch(streams, steps), ids, encoded, sources, to.state, &weights));
  for (int r = 0; r < weights.rows; ++r) {
    const int source = sources ? sources[r % streams] : r % streams;
    append(to.weights, host(weights).row(r), encoded.length[source] * sizeof(float));
  }
}

TEST_F(TranslatorBits, StepByStepHasTheBitsOfTheWholeTarget) {
  constexpr int kSteps = 6;
  const Batch batch = many_pairs();
  const int n = batch.source.seq.streams();
  const std::vector<int32_t> ids = random_tokens(n * kSteps, kVocabulary, 4);
  std::vector<int> own(n);
  std::iota(own.begin(), own.end(), 0);
  for (const ModelConfig& config : designs_for_bits()) {
    SCOPED_TRACE(describe(config));
    const auto model = ready_model(config);
    Pool pool(2);
    Arena arena;
    Context<float> context{pool, arena};
    Decoded whole;
    const Encoded<float> encoded = model->encode(context, batch.source.seq, batch.source.ids.data(), whole.state);
    decode(*model, context, encoded, n, kSteps, ids.data(), nullptr, whole);
    EXPECT_EQ(whole.weights.empty(), config.encoder.attention == AttentionKind::none);
    for (const int chunk : {1, 2}) {
      if (chunk == 2) model->drop_params();  // the packed weights are enough
      Decoded parts;
      const Encoded<float> again = model->encode(context, batch.source.seq, batch.source.ids.data(), parts.state);
      for (int t = 0; t < kSteps; t += chunk)
        decode(*model, context, again, n, chunk, ids.data() + static_cast<ptrdiff_t>(t) * n, own.data(), parts);
      EXPECT_TRUE(parts.h == whole.h) << chunk;
      EXPECT_TRUE(parts.weights == whole.weights) << chunk;
      EXPECT_TRUE(parts.state.bytes() == whole.state.bytes()) << chunk;
    }
  }
}

// Hypotheses of several sources, some with more than one; after a step some are dropped and some are split.
TEST_F(TranslatorBits, RowsOfABeamHaveTheBitsOfEachAlone) {
  const std::vector<int> kept{3, 3, 0, 5, 2, 1};
  const int n = static_cast<int>(kept.size());
  const Batch batch = many_pairs();
  for (const ModelConfig& config : designs_for_bits()) {
    SCOPED_TRACE(describe(config));
    const auto model = ready_model(config);
    Pool pool(2);
    Arena arena;
    Context<float> context{pool, arena};
    State<float> first;
    const Encoded<float> encoded = model->encode(context, batch.source.seq, batch.source.ids.data(), first);
    std::vector<int> sources{2, 0, 2, 1, 1, 5};
    State<float> beam = first.select(sources);
    for (uint32_t step = 0; step < 3; ++step) {
      const std::vector<int32_t> ids = random_tokens(n, kVocabulary, 10 + step);
      Decoded all{{}, {}, beam}, alone;
      decode(*model, context, encoded, n, 1, ids.data(), sources.data(), all);
      for (int i = 0; i < n; ++i) {
        alone.state = beam.select({i});
        decode(*model, context, encoded, 1, 1, &ids[i], &sources[i], alone);
        EXPECT_TRUE(all.state.select({i}) == alone.state) << step << " " << i;
      }
      EXPECT_TRUE(all.h == alone.h) << step;
      EXPECT_TRUE(all.weights == alone.weights) << step;
      beam = all.state.select(kept);
      std::vector<int> moved;
      for (const int i : kept) moved.push_back(sources[i]);
      sources = moved;
    }
  }
}

}  // namespace
}  // namespace rnn::core::test
