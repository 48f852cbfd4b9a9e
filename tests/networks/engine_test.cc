// Why: streams at different points of different sequences share one pass, and none of them notices.
#include "networks/engine.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "base/rng.h"
#include "networks/init.h"
#include "networks/session.h"

namespace rnn::core {
namespace {

constexpr int kVocabulary = 11, kInput = 3;

ModelConfig config_of(bool frames, CellKind cell) {
  ModelConfig c;
  c.rnn.cell = cell, c.rnn.hidden = 13, c.rnn.layers = 2, c.rnn.input = frames ? kInput : 7;
  if (frames) {
    c.task = "tag", c.output = 4;
  } else {
    c.vocabulary = kVocabulary;
  }
  return c;
}

// What one stream has said so far, alone in a Session.
struct Alone {
  Session session;
  State<float> state;
  std::vector<int32_t> ids;
  std::vector<float> frames;
};

void expect_same_bits(bool frames, CellKind cell, int threads) {
  const ModelConfig c = config_of(frames, cell);
  Model<float> model(c);
  initialise(model, {}, 3);
  Pool pool(threads);
  model.pack(pool, false);
  Engine engine(model, &pool);
  Random random(5, Purpose::test);
  constexpr int kStreams = 37;
  std::vector<std::unique_ptr<Alone>> streams;
  for (int s = 0; s < kStreams; ++s) streams.emplace_back(new Alone{Session(model), model.initial(1), {}, {}});
  for (int round = 0; round < 6; ++round) {
    std::vector<Engine::Part> parts;
    std::vector<Alone*> chosen;
    for (auto& stream : streams) {
      const auto steps = static_cast<int>(random.below(5));  // none: it waits, or takes part with nothing
      if (steps == 0 && random.below(2) == 0) continue;
      stream->ids.clear(), stream->frames.clear();
      for (int t = 0; t < steps; ++t) stream->ids.push_back(static_cast<int32_t>(random.below(kVocabulary)));
      for (int i = 0; i < steps * kInput; ++i) stream->frames.push_back(static_cast<float>(random.normal()));
      chosen.push_back(stream.get());
      parts.push_back({&stream->state, {}, {}});
      frames ? void(parts.back().frames = stream->frames) : void(parts.back().ids = stream->ids);
    }
    const View<const float> together = engine.run(parts);
    for (size_t p = 0; p < parts.size(); ++p) {
      Alone& own = *chosen[p];
      for (int t = 0; t < static_cast<int>(own.ids.size()); ++t) {
        float* frame = own.frames.data() + static_cast<ptrdiff_t>(t) * kInput;
        const View<const float> alone = frames ? own.session.push(View<const float>{frame, 1, kInput, kInput})
                                               : own.session.push(own.ids[static_cast<size_t>(t)]);
        ASSERT_EQ(std::memcmp(host(alone).row(0), host(together).row(engine.row(static_cast<int>(p), t)),
                              sizeof(float) * alone.cols),
                  0)
            << "stream " << p << ", step " << t << " of round " << round;
      }
      ASSERT_EQ(own.session.state(), own.state);
    }
  }
}

TEST(Engine, StreamsOfUnlikePhasesHaveTheBitsOfEachAlone) {
  for (const CellKind cell : {CellKind::lstm, CellKind::gru}) {
    expect_same_bits(false, cell, 1);
    expect_same_bits(false, cell, 3);
    expect_same_bits(true, cell, 2);
  }
}

}  // namespace
}  // namespace rnn::core
