// Why: a sequence that comes in piece by piece beside others gets the answers that it gets as a whole, and a stream can be saved.
#include "tasks/sequences/stream/label_stream.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/rng.h"
#include "support/failure.h"

namespace rnn::core::test {
namespace {

constexpr int kWide = 3, kAnswers = 4, kKnown = 5;

struct LabelCase {
  const char* task;
  bool ids, backwards;
  CellKind cell;
  int letters = 0;  // of a symbol
};
void PrintTo(const LabelCase& c, std::ostream* out) { *out << c.task << (c.ids ? " ids" : " frames"); }

std::unique_ptr<Model<float>> labelling_model(const LabelCase& c, Pool& pool) {
  ModelConfig config;
  config.task = c.task;
  config.rnn.cell = c.cell, config.rnn.bidirectional = c.backwards;
  config.rnn.hidden = 7, config.rnn.layers = 2, config.rnn.input = kWide;
  config.vocabulary = c.ids ? kKnown : 0, config.output = kAnswers;
  if (c.letters > 0) config.letters = {.vocabulary = kKnown, .embed = 4, .width = 3, .filters = 6, .longest = c.letters};
  auto model = std::make_unique<Model<float>>(config);
  Random random(3, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(model->table().all().size()); ++id)
    for (float& w : model->params().values(id)) w = static_cast<float>(random.uniform(-1, 1));
  model->pack(pool, false);
  return model;
}

struct Sequence {
  std::vector<int32_t> ids;
  std::vector<float> frames;
  int steps = 0;
  size_t width() const { return ids.size() / static_cast<size_t>(steps); }  // ids of a step
};

Sequence sequence_of(const LabelCase& c, uint32_t number, int steps) {
  Random random(8, Purpose::test, number);
  Sequence s;
  s.steps = steps;
  for (int t = 0; t < steps; ++t) {
    if (c.ids) s.ids.push_back(static_cast<int32_t>(random.below(kKnown + 1)) - 1);
    for (int k = 0, n = t % (c.letters + 1); k < c.letters; ++k)
      s.ids.push_back(k < n ? static_cast<int32_t>(random.below(kKnown)) : -1);
    for (int i = 0; i < kWide && !c.ids; ++i) s.frames.push_back(static_cast<float>(random.normal()));
  }
  return s;
}

void read_part(LabelStream& stream, const Sequence& s, int begin, int end) {
  const auto b = static_cast<size_t>(begin), n = static_cast<size_t>(end - begin);
  s.ids.empty() ? stream.read(std::span<const float>(s.frames).subspan(b * kWide, n * kWide))
                : stream.read(std::span<const int32_t>(s.ids).subspan(b * s.width(), n * s.width()));
}

void run(Engine& engine, core::Stream& stream) {
  core::Stream* const one[] = {&stream};
  while (step_streams(engine, one)) {
  }
}

std::vector<float> whole(Engine& engine, const Sequence& s) {
  LabelStream stream(engine.model());
  read_part(stream, s, 0, s.steps);
  stream.finish();
  run(engine, stream);
  return stream.rows();
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

class LabelStreamTest : public testing::TestWithParam<LabelCase> {};

// 300 sequences begin at different times and come in parts of different lengths; some are longer than what is read in one pass.
TEST_P(LabelStreamTest, PiecesBesideOthersHaveTheBitsOfAWholeSequenceAlone) {
  constexpr int kCount = 300;
  Pool pool(3), alone(1);
  const auto model = labelling_model(GetParam(), pool);
  Engine engine(*model, &pool), plain(*model, &alone);
  std::vector<Sequence> sequences;
  std::vector<LabelStream> streams(kCount, LabelStream(*model));
  std::vector<int> given(kCount, 0);
  std::vector<std::vector<float>> got(kCount);
  for (uint32_t i = 0; i < kCount; ++i)
    sequences.push_back(sequence_of(GetParam(), i, i == 7 ? 1500 : 1 + static_cast<int>(i % 40)));
  for (int pass = 0, left = kCount; left > 0; ++pass) {
    std::vector<core::Stream*> here;
    for (int i = 0; i < kCount; ++i) {
      const auto n = static_cast<size_t>(i);
      if (i % 13 > pass || given[n] < 0) continue;
      const int end = std::min(sequences[n].steps, given[n] + (i == 7 ? 700 : 1 + i % 9));
      read_part(streams[n], sequences[n], given[n], end);
      given[n] = end;
      if (end == sequences[n].steps) streams[n].finish();
      here.push_back(&streams[n]);
    }
    while (step_streams(engine, here)) {
    }
    for (size_t n = 0; n < kCount; ++n) {
      const std::vector<float> rows = streams[n].rows();
      if (rows.empty()) continue;
      if (model->answers_at_end()) got[n].clear();
      got[n].insert(got[n].end(), rows.begin(), rows.end());
      if (given[n] == sequences[n].steps) given[n] = -1, --left;
    }
    ASSERT_LT(pass, 100);
  }
  for (size_t n = 0; n < kCount; ++n) ASSERT_TRUE(same(got[n], whole(plain, sequences[n]))) << n;
}

TEST_P(LabelStreamTest, ASavedStreamGoesOnWithTheSameBits) {
  Pool pool(1);
  const auto model = labelling_model(GetParam(), pool);
  Engine engine(*model, &pool);
  const Sequence s = sequence_of(GetParam(), 5, 20);
  LabelStream stream(*model);
  read_part(stream, s, 0, 12);
  EXPECT_EQ(failure_of([&] { stream.save(); }).code, "stream/unread");
  if (GetParam().backwards) return;  // it answers only whole sequences
  run(engine, stream);
  const std::string bytes = stream.save();
  const auto twin = stream.clone();
  LabelStream other(*model);
  other.load(bytes);
  if (model->answers_at_end()) {
    EXPECT_TRUE(same(other.rows(), stream.rows())) << "the answer so far";
  }
  stream.rows();
  static_cast<LabelStream&>(*twin).rows();
  for (LabelStream* one : {&stream, &other, static_cast<LabelStream*>(twin.get())}) {
    read_part(*one, s, 12, 20);
    one->finish();
    run(engine, *one);
  }
  const std::vector<float> want = stream.rows();
  EXPECT_EQ(want.size(), static_cast<size_t>(kAnswers) * (model->answers_at_end() ? 1 : 8));
  EXPECT_TRUE(same(other.rows(), want));
  EXPECT_TRUE(same(static_cast<LabelStream&>(*twin).rows(), want));
  for (const std::string& wrong : {std::string(), bytes.substr(0, 12), "x" + bytes.substr(1), bytes + "123"})
    EXPECT_THROW(stream.load(wrong), Error);
  stream.reset();
  read_part(stream, s, 0, 20);
  run(engine, stream);
  EXPECT_TRUE(same(stream.rows(), whole(engine, s))) << "after reset";
}

INSTANTIATE_TEST_SUITE_P(
    Tasks, LabelStreamTest,
    testing::Values(LabelCase{"classify", true, false, CellKind::gru}, LabelCase{"classify", false, true, CellKind::lstm},
                    LabelCase{"tag", true, false, CellKind::lstm}, LabelCase{"tag", true, true, CellKind::gru},
                    LabelCase{"tag", true, false, CellKind::gru, 3}, LabelCase{"classify", true, false, CellKind::lstm, 2},
                    LabelCase{"tag", false, false, CellKind::elman}, LabelCase{"regress", false, false, CellKind::gru}));

}  // namespace
}  // namespace rnn::core::test
