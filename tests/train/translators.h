// Why: small translators and pairs of sentences for the tests of the encoder-decoder network.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "heads/head.h"
#include "kernels/host.h"
#include "support/tiny_run.h"

namespace rnn::core::test {

inline constexpr int kVocabulary = 11;
inline constexpr const Variant& kLstm = kVariants[2];

// One layer each, the encoder in both directions, bridge zero, additive attention.
inline ModelConfig translator(const Variant& v, int embed, int hidden) {
  ModelConfig c;
  c.task = "translate", c.vocabulary = kVocabulary;
  c.rnn.cell = v.cell, c.rnn.flags = v.flags, c.rnn.input = embed, c.rnn.hidden = hidden;
  EncoderOptions& e = c.encoder;
  e.rnn.hidden = hidden / 2, e.rnn.layers = 1, e.rnn.bidirectional = true;
  e.attention_size = hidden - 1, e.bridge = BridgeKind::zero;
  return c;
}

// Gives the encoder what it has in common with the decoder; call it after all other settings.
inline ModelConfig complete(ModelConfig c) {
  c.encoder.rnn.input = c.rnn.input;
  c.encoder.match(c.rnn);
  return c;
}

// Pairs of these lengths, with uneven weights, one of them 0, and their own masks.
inline Batch pairs(const std::vector<int>& sources, const std::vector<int>& targets) {
  Batch batch;
  batch.source.seq = Seq::ragged(sources), batch.in.seq = Seq::ragged(targets);
  for (size_t s = 0; s < targets.size(); ++s) batch.in.seq.id.push_back(static_cast<uint32_t>(3 * s + 2));
  batch.source.seq.id = batch.in.seq.id;
  const int rows = batch.in.seq.rows();
  batch.source.ids = random_tokens(batch.source.seq.rows(), kVocabulary, 1);
  batch.in.ids = random_tokens(rows, kVocabulary, 2), batch.to.ids = random_tokens(rows, kVocabulary, 3);
  for (int i = 0; i < rows; ++i) batch.to.weights.push_back(i == 3 ? 0.0f : 0.5f + 0.25f * static_cast<float>(i % 4));
  return batch;
}

// Sources longer than their targets and shorter; sentences of one step on either side and on both.
inline Batch few_pairs() { return pairs({2, 5, 1, 3, 1}, {4, 1, 3, 2, 1}); }
inline Batch many_pairs() { return pairs({9, 1, 4, 7, 2, 12, 3, 8, 5, 6, 1, 4}, {3, 8, 1, 5, 5, 2, 9, 4, 6, 7, 1, 10}); }

// Moves biases, peepholes and gains away from zero, too.
template <class T>
void fill_weights(Model<T>& model, double bound = 0.6) {
  Random random(5, Purpose::test);
  for (const auto& info : model.table().all()) {
    T* w = model.params().data() + info.offset;
    for (size_t i = 0; i < info.size(); ++i) w[i] = static_cast<T>(random.uniform(-bound, bound));
  }
}

// Outputs and gradient of a training pass.
template <class T>
struct Pass {
  std::vector<T> h;
  Params<T> grads;
};
template <class T>
Pass<T> trained(Model<T>& model, const Batch& batch, int threads = 1) {
  Pool pool(threads);
  model.pack(pool, true);
  model.drop_weights(pool, 5, 3);
  Arena arena;
  Tape tape;
  Context<T> context{pool, arena, kernels<T>(), true, 5, 3};
  State<T> state = model.initial(batch.in.seq.streams());
  const View<T> h = model.forward_hidden(context, batch, state, &tape);
  const View<T> dh = arena.matrix<T>(h.rows, h.cols);
  Pass<T> pass{std::vector<T>(host(h).data, host(h).data + static_cast<ptrdiff_t>(h.rows) * h.cols),
               Params<T>(model.table())};
  model.loss(context, h, batch.to, {0.1, nullptr, &pass.grads, dh});
  model.backward_hidden(context, batch.in.seq, tape, dh, pass.grads);
  model.drop_gradients(pool, pass.grads);
  EXPECT_TRUE(tape.empty());
  return pass;
}

}  // namespace rnn::core::test
