// Why: streaming is a sequence of length one: the same bits as a whole text, whatever runs next to it, and not one allocation.
#include "networks/session.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "base/rng.h"
#include "cells/names.h"
#include "networks/init.h"
#include "support/allocations.h"
#include "support/isa.h"

namespace rnn::core {
namespace {

constexpr int kVocabulary = 23, kEmbed = 11;

struct Variant {
  const char* name;
  CellKind cell;
  int flags, hidden, projection, last = 0;  // units of the last of several layers; 0: hidden
};
constexpr Variant kVariants[] = {{"tanh", CellKind::elman, 0, 19, 0},
                                 {"relu", CellKind::elman, kRelu, 16, 0},
                                 {"lstm", CellKind::lstm, 0, 21, 0},
                                 {"lstm peephole", CellKind::lstm, kPeephole, 9, 0},
                                 {"lstm, the last layer narrow", CellKind::lstm, 0, 35, 0, 18},
                                 {"gru, the last layer wide", CellKind::gru, 0, 9, 0, 20},
                                 {"lstm projection", CellKind::lstm, 0, 34, 13},
                                 {"lstm peephole projection", CellKind::lstm, kPeephole, 16, 5},
                                 {"gru", CellKind::gru, 0, 35, 0},
                                 {"gru reset before", CellKind::gru_reset_before, 0, 18, 0},
                                 {"lstm coupled", CellKind::lstm_coupled, 0, 22, 0},
                                 {"tanh norm", CellKind::elman, kLayerNorm, 19, 0},
                                 {"lstm norm", CellKind::lstm, kLayerNorm, 21, 0},
                                 {"lstm norm projection", CellKind::lstm, kLayerNorm | kPeephole, 34, 13},
                                 {"lstm coupled norm", CellKind::lstm_coupled, kLayerNorm, 18, 0},
                                 {"gru norm", CellKind::gru, kLayerNorm, 35, 0},
                                 {"gru reset before norm", CellKind::gru_reset_before, kLayerNorm, 18, 0},
                                 {"mingru", find_cell("mingru")->kind, 0, 35, 0},
                                 {"mingru norm", find_cell("mingru")->kind, kLayerNorm, 18, 0},
                                 {"indrnn", find_cell("indrnn")->kind, kRelu, 35, 0, 17},
                                 {"indrnn tanh norm", find_cell("indrnn-tanh")->kind, kLayerNorm, 19, 0}};

// For unit/networks/session: once on the best instruction set, and once on each by RNN_ISA.
class Sessions : public testing::Test {
 protected:
  void SetUp() override {
    const std::string forced = test::forced_isa();
    if (!forced.empty() && !isa_supported(forced)) GTEST_SKIP() << "this machine has no " << forced;
    ASSERT_TRUE(forced.empty() || forced == isa_name()) << isa_name();
  }
};

ModelConfig config_of(const Variant& v, int layers, const char* task = "language-model") {
  ModelConfig config{
      task, {}, std::strcmp(task, "recurrent") == 0 ? 0 : kVocabulary, false, 0.5};  // dropout: in training only
  config.rnn.cell = v.cell, config.rnn.flags = v.flags, config.rnn.input = kEmbed, config.rnn.hidden = v.hidden;
  config.rnn.layers = layers, config.rnn.projection = v.projection;
  config.rnn.last_hidden = layers > 1 ? v.last : 0;
  if (config.vocabulary == 0) config.dropout = 0;
  return config;
}

std::unique_ptr<Model<float>> model_of(const ModelConfig& config) {
  auto model = std::make_unique<Model<float>>(config);
  initialise(*model, {}, 3);
  Pool pool(1);
  model->pack(pool, false);
  return model;
}

std::vector<int32_t> random_ids(int count, uint32_t stream = 0) {
  Random random(8, Purpose::test, stream);
  std::vector<int32_t> ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(kVocabulary));
  return ids;
}

using Bits = std::vector<float>;
bool same(const Bits& a, const Bits& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}
void append(Bits& to, View<const float> rows) {
  for (int r = 0; r < rows.rows; ++r) to.insert(to.end(), host(rows).row(r), host(rows).row(r) + rows.cols);
}

// Logits of all steps at once; `state` goes on from where it was.
Bits whole(const Model<float>& model, const Seq& seq, const std::vector<int32_t>& ids, State<float>& state, int threads = 1,
           bool with_tape = false) {
  Pool pool(threads);
  Arena arena;
  Tape tape;
  Context<float> context{pool, arena};
  Bits logits;
  append(logits, model.forward(context, seq, ids.data(), state, with_tape ? &tape : nullptr));
  return logits;
}

Bits stepped(Session& session, const std::vector<int32_t>& ids) {
  const size_t streams = static_cast<size_t>(session.state().rows());
  Bits logits;
  for (size_t at = 0; at < ids.size(); at += streams)
    append(logits, session.push(std::span<const int32_t>(ids).subspan(at, streams)));
  return logits;
}

TEST_F(Sessions, StepByStepHasTheBitsOfTheWholeSequence) {
  constexpr int kSteps = 12;
  for (const Variant& v : kVariants) {
    for (const int layers : {1, 2, 3}) {
      const auto model = model_of(config_of(v, layers));
      for (const int streams : {1, 2, 3, 7}) {
        SCOPED_TRACE(std::string(v.name) + ", " + std::to_string(layers) + " layers, " + std::to_string(streams) +
                     " streams");
        const std::vector<int32_t> ids = random_ids(kSteps * streams);
        State<float> state = model->initial(streams);
        const Bits expected = whole(*model, Seq::uniform_batch(streams, kSteps), ids, state);
        ASSERT_EQ(expected.size(), static_cast<size_t>(kSteps) * streams * kVocabulary);
        ASSERT_TRUE(std::all_of(expected.begin(), expected.end(), [](float x) { return std::isfinite(x); }));
        EXPECT_NE(Bits(expected.begin(), expected.begin() + kVocabulary),
                  Bits(expected.end() - kVocabulary, expected.end()));
        Session session(*model, streams);
        EXPECT_TRUE(same(stepped(session, ids), expected));
        EXPECT_TRUE(session.state() == state);

        Pool pool(3);
        Session threaded(*model, streams, &pool);
        EXPECT_TRUE(same(stepped(threaded, ids), expected)) << "three threads, stepped";
        State<float> again = model->initial(streams);
        EXPECT_TRUE(same(whole(*model, Seq::uniform_batch(streams, kSteps), ids, again, 3, true), expected))
            << "three threads, with a tape";
        EXPECT_TRUE(again == state);
      }
    }
  }
}

TEST_F(Sessions, ChunksHaveTheBitsOfTheWholeSequence) {
  constexpr int kSteps = 13, kStreams = 2;
  for (const Variant& v : kVariants) {
    SCOPED_TRACE(v.name);
    const auto model = model_of(config_of(v, 2));
    const std::vector<int32_t> ids = random_ids(kSteps * kStreams);
    State<float> state = model->initial(kStreams), chunked = state;
    const Bits expected = whole(*model, Seq::uniform_batch(kStreams, kSteps), ids, state);
    Bits logits;
    auto from = ids.begin();
    for (const int steps : {1, 5, 0, 4, 3}) {
      const std::vector<int32_t> part(from, from + steps * kStreams);
      const Bits more = whole(*model, Seq::uniform_batch(kStreams, steps), part, chunked);
      logits.insert(logits.end(), more.begin(), more.end());
      from += steps * kStreams;
    }
    EXPECT_TRUE(same(logits, expected));
    EXPECT_TRUE(chunked == state);
  }
}

TEST_F(Sessions, ARaggedBatchGivesEachStreamTheBitsItHasAlone) {
  const std::vector<int> lengths{4, 1, 9, 9, 2, 0, 6};
  for (const Variant& v : kVariants) {
    for (const int layers : {1, 3}) {
      SCOPED_TRACE(std::string(v.name) + ", " + std::to_string(layers) + " layers");
      const auto model = model_of(config_of(v, layers));
      const Seq seq = Seq::ragged(lengths);
      std::vector<int32_t> ids(seq.rows());
      for (int t = 0; t < seq.steps(); ++t) {
        for (int r = 0; r < seq.active(t); ++r) ids[seq.start[t] + r] = random_ids(9, seq.order[r])[t];
      }
      State<float> state = model->initial(seq.streams());
      const Bits logits = whole(*model, seq, ids, state);
      for (int r = 0; r < seq.streams(); ++r) {
        const int stream = seq.order[r];
        Bits part;
        for (int t = 0; t < lengths[stream]; ++t) {
          const float* row = logits.data() + static_cast<size_t>(seq.start[t] + r) * kVocabulary;
          part.insert(part.end(), row, row + kVocabulary);
        }
        Session alone(*model);
        std::vector<int32_t> own = random_ids(9, stream);
        own.resize(lengths[stream]);
        EXPECT_TRUE(same(stepped(alone, own), part)) << "stream " << stream;
        EXPECT_TRUE(state.select({stream}) == alone.state()) << "stream " << stream;
      }
    }
  }
}

TEST_F(Sessions, FramesAreStreamedTheSame) {
  constexpr int kSteps = 8, kStreams = 3;
  for (const Variant& v : kVariants) {
    SCOPED_TRACE(v.name);
    const auto model = model_of(config_of(v, 2, "recurrent"));
    Random random(2, Purpose::test);
    Matrix<float> frames(kSteps * kStreams, kEmbed);
    for (size_t i = 0; i < frames.size(); ++i) frames.data()[i] = static_cast<float>(random.normal());
    Pool pool(2);
    Arena arena;
    Context<float> context{pool, arena};
    State<float> state = model->initial(kStreams);
    Bits expected, logits;
    append(expected, model->forward_frames(context, Seq::uniform_batch(kStreams, kSteps), frames.view(), state, nullptr));
    Session session(*model, kStreams);
    for (int t = 0; t < kSteps; ++t)
      append(logits, session.push(View<const float>(frames.view().middle(t * kStreams, kStreams))));
    EXPECT_TRUE(same(logits, expected));
    EXPECT_TRUE(session.state() == state);
  }
}

TEST_F(Sessions, AStateIsAValue) {
  for (const Variant& v : kVariants) {
    SCOPED_TRACE(v.name);
    const auto model = model_of(config_of(v, 2));
    const std::vector<int32_t> prompt = random_ids(5, 1), next = random_ids(6, 2);
    Session session(*model);
    const Bits from_zero = stepped(session, prompt);
    const State<float> remembered = session.state();
    const Bits first = stepped(session, next);
    EXPECT_FALSE(session.state() == remembered);

    session.set_state(remembered);  // rewind
    EXPECT_TRUE(same(stepped(session, next), first));

    Session clone(*model);
    clone.set_state(remembered);
    EXPECT_TRUE(same(stepped(clone, next), first));

    Session restored(*model);  // through bytes
    const std::string bytes = remembered.bytes();
    EXPECT_EQ(bytes.size(), sizeof(float) * remembered.width());
    restored.set_state(State<float>::of_bytes(bytes, model->recurrent().state_width()));
    EXPECT_TRUE(same(stepped(restored, next), first));

    session.reset();
    EXPECT_TRUE(same(stepped(session, prompt), from_zero));

    Session beam(*model, 2);  // one memory, two hypotheses
    beam.set_state(remembered.select({0, 0}));
    const View<const float> rows = beam.push(std::vector<int32_t>{next[0], next[0]});
    EXPECT_EQ(std::memcmp(host(rows).row(0), first.data(), kVocabulary * sizeof(float)), 0);
    EXPECT_EQ(std::memcmp(host(rows).row(1), first.data(), kVocabulary * sizeof(float)), 0);
  }
}

TEST_F(Sessions, AForeignStateIsRefused) {
  const auto model = model_of(config_of(kVariants[2], 1));
  Session session(*model, 2);
  stepped(session, random_ids(6));
  const State<float> before = session.state();
  const int width = before.width();
  for (const State<float>& wrong :
       {State<float>(1, width), State<float>(2, width + 1), State<float>(3, width), State<float>()}) {
    try {
      session.set_state(wrong);
      ADD_FAILURE() << "accepted " << wrong.rows() << " x " << wrong.width();
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::model);
      EXPECT_EQ(e.code(), "state/size");
      EXPECT_NE(std::string(e.what()).find(std::to_string(wrong.rows()) + " streams x " + std::to_string(wrong.width())),
                std::string::npos);
    }
    EXPECT_TRUE(session.state() == before);
  }
  std::string bytes = before.bytes();
  bytes.pop_back();
  EXPECT_THROW(State<float>::of_bytes(bytes, width), Error);
  EXPECT_THROW(State<float>::of_bytes(bytes, 0), Error);
}

TEST_F(Sessions, PushAllocatesNothing) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "the sanitizer has its own malloc";
#else
  const int64_t start = allocations;
  Buffer<float>(100);
  EXPECT_EQ(allocations - start, 1) << "the counter sees std::aligned_alloc";
  void* volatile block = ::operator new(64);
  ::operator delete(block);
  EXPECT_EQ(allocations - start, 2) << "the counter sees operator new";
  for (const Variant& v : kVariants) {
    for (const int threads : {0, 1, 3}) {
      for (const int streams : {1, 5}) {
        SCOPED_TRACE(std::string(v.name) + ", " + std::to_string(streams) + " streams, pool of " + std::to_string(threads));
        const auto model = model_of(config_of(v, 2));
        const auto frames_model = model_of(config_of(v, 2, "recurrent"));
        const std::vector<int32_t> ids = random_ids(100 * streams);
        const Matrix<float> frames(streams, kEmbed);
        const std::unique_ptr<Pool> pool = threads > 0 ? std::make_unique<Pool>(threads) : nullptr;
        Session session(*model, streams, pool.get()), by_frames(*frames_model, streams, pool.get());
        const State<float> memory = session.state();
        float sum = 0;
        const int64_t before = allocations;
        for (int t = 0; t < 100; ++t) {
          sum += host(session.push(std::span<const int32_t>(ids).subspan(static_cast<size_t>(t) * streams, streams)))(0, 0);
          sum += host(by_frames.push(frames.view()))(0, 0);
          if (t % 10 == 9) session.set_state(memory);
          if (t % 25 == 24) session.reset();
        }
        EXPECT_EQ(allocations - before, 0);
        EXPECT_TRUE(std::isfinite(sum));
      }
    }
  }
#endif
}

TEST_F(Sessions, TwoThreadsOverOneModel) {
  for (const Variant& v : kVariants) {
    SCOPED_TRACE(v.name);
    const auto model = model_of(config_of(v, 2));
    const std::vector<int32_t> left = random_ids(300, 1), right = random_ids(300, 2);
    Session a(*model), b(*model);
    const Bits expected_left = stepped(a, left), expected_right = stepped(b, right);
    Pool shared(2);  // busy with the one, it lets the other run by itself
    for (Pool* pool : {static_cast<Pool*>(nullptr), &shared}) {
      Bits logits_left, logits_right;
      std::thread other([&] {
        Session session(*model, 1, pool);
        logits_right = stepped(session, right);
      });
      Session session(*model, 1, pool);
      logits_left = stepped(session, left);
      other.join();
      EXPECT_TRUE(same(logits_left, expected_left));
      EXPECT_TRUE(same(logits_right, expected_right));
    }
  }
}

TEST_F(Sessions, RunningNeedsThePackedWeightsOnly) {
  for (const Variant& v : kVariants) {
    SCOPED_TRACE(v.name);
    const auto model = model_of(config_of(v, 2));
    const std::vector<int32_t> ids = random_ids(20);
    Session before(*model);
    const Bits expected = stepped(before, ids);
    model->drop_params();
    EXPECT_EQ(model->params().size(), 0u);
    Session after(*model);
    EXPECT_TRUE(same(stepped(after, ids), expected));
  }
}

}  // namespace
}  // namespace rnn::core
