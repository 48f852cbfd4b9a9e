// Why: the public face keeps what its header promises: facts, steps, states as values, errors, no allocation in a step.
#include <cstring>
#include <filesystem>

#include "rnn/rnn.h"
#include "series_case.h"
#include "support/allocations.h"

namespace rnn_api {
namespace {

static_assert(noexcept(std::declval<rnn::Session&>().push(std::span<const int32_t>())));
static_assert(noexcept(std::declval<rnn::Session&>().push(int32_t{0})));
static_assert(noexcept(std::declval<rnn::Session&>().push(std::span<const float>())));
static_assert(std::is_nothrow_move_constructible_v<rnn::Session> && !std::is_copy_constructible_v<rnn::Session>);
static_assert(std::is_copy_constructible_v<rnn::Model> && std::is_copy_assignable_v<rnn::State>);

Floats frame_at(int t, int stream = 0) {
  Floats frame;
  for (int k = 0; k < kIn; ++k) frame.push_back(std::cos(0.7f * static_cast<float>(t + 3 * k + 11 * stream)));
  return frame;
}

Floats copy_of(std::span<const float> row) { return {row.begin(), row.end()}; }

TEST(Api, VersionIsTheProjects) {
  const std::string cmake = read_all(std::string(RNN_TEST_SOURCE) + "/CMakeLists.txt");
  EXPECT_NE(cmake.find(std::string("project(rnn VERSION ") + rnn::version() + " "), std::string::npos) << rnn::version();
}

TEST(Api, BareModelSaysWhatItIs) {
  const rnn::Model model = bare_model();
  EXPECT_FALSE(model.is_language_model());
  EXPECT_EQ(model.vocabulary(), 0);
  EXPECT_EQ(model.inputs(), kIn);
  EXPECT_EQ(model.outputs(), kHidden);
  EXPECT_EQ(model.parameters(), 4 * kHidden * (kIn + kHidden + 2));
  EXPECT_EQ(model.state_bytes(), 2 * kHidden * sizeof(float));
  EXPECT_EQ(model.unknown_token(), -1);
  EXPECT_EQ(model.newline_token(), -1);
  const rnn::ModelInfo info = model.info();
  EXPECT_EQ(info.task, "recurrent");
  EXPECT_EQ(info.cell, "lstm");
  EXPECT_EQ(info.tokens, "");
  EXPECT_EQ(info.about, "{}");
  expect_error(Exit::model, "model/task", [&] { model.encode("a"); });
  expect_error(Exit::model, "model/task", [&] { model.token_text(0); });
  expect_error(Exit::model, "model/task", [&] { rnn::Writer writer(model); });
  write_all("any.txt", "a b c\n");
  expect_error(Exit::model, "model/task", [&] { rnn::evaluate(model, "any.txt"); });
}

TEST(Api, SessionFollowsTheEquations) {
  const Lstm reference;
  rnn::Session session(bare_model());
  std::vector<double> h(kHidden), c(kHidden);
  for (int t = 0; t < 40; ++t) {
    const Floats frame = frame_at(t);
    const std::span<const float> out = session.push(frame);
    reference.step(frame.data(), h, c);
    ASSERT_EQ(out.size(), size_t{kHidden});
    // float32 sums of 8 products and rational tanh: a few units in the last place of numbers below 1.
    for (size_t j = 0; j < kHidden; ++j) ASSERT_NEAR(out[j], h[j], 1e-6) << "t " << t << " unit " << j;
  }
}

TEST(Api, StateIsAValue) {
  rnn::Session session(bare_model());
  const rnn::State fresh = session.state();
  for (int t = 0; t < 5; ++t) session.push(frame_at(t));
  const rnn::State kept = session.state();
  EXPECT_FALSE(kept == fresh);
  EXPECT_EQ(kept, rnn::State::from_bytes(kept.to_bytes()));
  EXPECT_EQ(kept.to_bytes().size(), 16 + session.model().state_bytes() + 24);
  EXPECT_EQ(rnn::State(), rnn::State::from_bytes(rnn::State().to_bytes()));
  const Floats first = copy_of(session.push(frame_at(5)));
  EXPECT_FALSE(session.state() == kept);

  session.set_state(kept);
  EXPECT_EQ(copy_of(session.push(frame_at(5))), first) << "rewound";
  rnn::Session other(session.model());
  other.set_state(rnn::State::from_bytes(kept.to_bytes()));
  EXPECT_EQ(copy_of(other.push(frame_at(5))), first) << "taken up elsewhere";
  session.reset();
  EXPECT_EQ(session.state(), fresh);
  rnn::Session moved = std::move(other);
  moved.reset();
  EXPECT_EQ(copy_of(moved.push(frame_at(0))), copy_of(session.push(frame_at(0))));
}

TEST(Api, StateRefusesWhatDoesNotFit) {
  rnn::Session one(bare_model()), two(one.model(), 2);
  expect_error(Exit::model, "state/size", [&] { two.set_state(one.state()); });
  expect_error(Exit::model, "state/size", [&] { one.set_state(rnn::State()); });
  const std::string good = two.state().to_bytes();
  std::vector<std::string> bad = {"",         "rnnstate",         good.substr(0, good.size() - 1),
                                  good + "x", good.substr(0, 16), "x" + good.substr(1)};
  for (const size_t at : {8, 11, 12, 15}) {
    bad.push_back(good);
    bad.back()[at] = '\x7f';
  }
  for (const std::string& bytes : bad) expect_error(Exit::model, "state/corrupt", [&] { rnn::State::from_bytes(bytes); });
}

TEST(Api, AStateBelongsToItsModel) {
  rnn::Session one(bare_model());
  one.push(frame_at(0));
  const std::string bytes = one.state().to_bytes();
  Lstm other;
  other.b_ih[0] += 1;
  other.save("other.safetensors");
  rnn::Session two(rnn::Model::load("other.safetensors"));
  expect_error(Exit::model, "state/model", [&] { two.set_state(rnn::State::from_bytes(bytes)); });
  expect_error(Exit::model, "state/model", [&] { two.set_state(one.state()); });
  two.set_state(rnn::State::from_bytes(bytes.substr(0, bytes.size() - 24)));  // says no model: only the size counts
  std::string damaged = bytes;
  damaged.replace(16, 4, std::string("\x00\x00\xc0\x7f", 4));
  expect_error(Exit::model, "state/corrupt", [&] { rnn::State::from_bytes(damaged); });
}

TEST(Api, StreamsDoNotMix) {
  const rnn::Model model = bare_model();
  constexpr int kStreams = 7;
  rnn::Session together(model, kStreams, 2);
  std::vector<rnn::Session> alone;
  for (int s = 0; s < kStreams; ++s) alone.emplace_back(model);
  EXPECT_EQ(together.state().streams(), kStreams);
  for (int t = 0; t < 10; ++t) {
    Floats frames;
    for (int s = 0; s < kStreams; ++s) {
      const Floats frame = frame_at(t, s);
      frames.insert(frames.end(), frame.begin(), frame.end());
    }
    const std::span<const float> out = together.push(frames);
    ASSERT_EQ(out.size(), size_t{kStreams * kHidden});
    for (int s = 0; s < kStreams; ++s) {
      const std::span<const float> single = alone[static_cast<size_t>(s)].push(frame_at(t, s));
      ASSERT_EQ(std::memcmp(single.data(), out.data() + s * kHidden, kHidden * sizeof(float)), 0)
          << "t " << t << " stream " << s;
    }
  }
}

TEST(Api, PushRefusesWhatDoesNotFitAndHearsNothing) {
  rnn::Session frames(bare_model(), 2);
  const rnn::State before = frames.state();
  EXPECT_TRUE(frames.push(Floats(kIn)).empty()) << "one frame for two streams";
  EXPECT_TRUE(frames.push(Floats(2 * kIn + 1)).empty());
  EXPECT_TRUE(frames.push(Floats()).empty());
  EXPECT_TRUE(frames.push(std::vector<int32_t>{0, 0}).empty()) << "ids to a model of frames";
  EXPECT_EQ(frames.state(), before);

  rnn::Session words(trained_model());
  const rnn::State empty = words.state();
  EXPECT_TRUE(words.push(-1).empty());
  EXPECT_TRUE(words.push(trained_model().vocabulary()).empty());
  EXPECT_TRUE(words.push(std::vector<int32_t>{0, 0}).empty());
  EXPECT_TRUE(words.push(frame_at(0)).empty());
  EXPECT_EQ(words.state(), empty);
  EXPECT_EQ(words.push(trained_model().vocabulary() - 1).size(), static_cast<size_t>(trained_model().vocabulary()));
}

TEST(Api, SessionRefusesImpossibleSizesAndBackwardReaders) {
  const rnn::Model model = bare_model();
  for (const int streams : {0, -1, 65537})
    expect_error(Exit::usage, "session/size", [&] { rnn::Session s(model, streams); });
  expect_error(Exit::usage, "session/size", [&] { rnn::Session s(model, 1, -1); });
  Lstm().save("both_ways.safetensors", "_reverse");
  const rnn::Model both = rnn::Model::load("both_ways.safetensors");
  EXPECT_TRUE(both.info().bidirectional);
  expect_error(Exit::model, "model/bidirectional", [&] { rnn::Session s(both); });
}

TEST(Api, AStepAllocatesNothing) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "the sanitizer has its own malloc";
#else
  rnn::Session frames(bare_model(), 3), words(trained_model());
  const Floats three(3 * kIn, 0.5f);
  const rnn::State frame_state = frames.state(), word_state = words.state();
  const int64_t first = allocations;
  float sum = 0;
  for (int t = 0; t < 200; ++t) {
    sum += frames.push(three)[0] + words.push(t % trained_model().vocabulary())[0];
    if (t % 50 == 49) {
      frames.set_state(frame_state);
      words.set_state(word_state);
    }
  }
  frames.reset();
  EXPECT_EQ(allocations - first, 0);
  EXPECT_TRUE(std::isfinite(sum));
  rnn::Session another(trained_model());
  EXPECT_GT(allocations - first, 0) << "the counter counts";
#endif
}

TEST(Api, LoadErrors) {
  expect_error(Exit::model, "model/missing", [] { rnn::Model::load("nowhere"); });
  std::filesystem::create_directories("empty_folder");
  expect_error(Exit::model, "model/missing", [] { rnn::Model::load("empty_folder"); });
  bare_model();
  const std::string bytes = read_all("lstm.safetensors");
  write_all("cut.safetensors", bytes.substr(0, bytes.size() - 3));
  expect_error(Exit::model, "model/truncated", [] { rnn::Model::load("cut.safetensors"); });
  Lstm broken;
  broken.w_hh[7] = std::nanf("");
  broken.save("nan.safetensors");
  expect_error(Exit::model, "model/nan", [] { rnn::Model::load("nan.safetensors"); });
  write_all("junk.safetensors", std::string(100, '\x01'));
  EXPECT_THROW(rnn::Model::load("junk.safetensors"), rnn::Error);
}

TEST(Api, PushingAValueAllocatesNothing) {
#ifdef RNN_COUNT_ALLOCATIONS
  const rnn::Forecaster forecaster(shop_model());
  rnn::Series series = forecaster.read(history_of(0, 30));
  const std::vector<double> row = {1, 2, 3};
  const int64_t before = allocations;
  bool all = true;
  for (int t = 0; t < 1000; ++t) all = series.push(t, row) && all;
  EXPECT_EQ(allocations - before, 0);
  EXPECT_TRUE(all);
  EXPECT_EQ(series.steps(), 1030);
#else
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
}

}  // namespace
}  // namespace rnn_api
