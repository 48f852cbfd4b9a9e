// Why: texts that are written side by side are those that each would be alone, and a stream can be saved, copied and begun anew.
#include "tasks/language_model/stream/write_stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "io/ready_model.h"
#include "support/tiny_run.h"
#include "tasks/language_model/stream/writer.h"

namespace rnn::core::test {
namespace {

ModelFile language_model(const std::string& kind, const std::string& mode) {
  ModelFile file;
  file.path = "made";
  const std::string text = tiny_story(20);
  file.tokenizer = build_tokenizer(kind, {text});
  file.model = tiny_model(tiny_config(kVariants[4], file.tokenizer->size(), 12, 2));
  file.about.get() = {{"mode", mode}};
  return file;
}

WriteStream stream_of(const ModelFile& file) { return {*file.tokenizer, file.model->initial(1), fresh_token(file)}; }

// Different prompts, lengths, stop texts and random numbers, and they begin at different times.
struct Text {
  std::string prompt;
  WriteOptions options;
  uint64_t seed = 0;
  int begin = 0;  // the pass with which it joins
};

Text text_of(int i) {
  const char* prompts[] = {"", "The cat", "A dog and a cat sleep ", "The sun\nThe moon", "x"};
  Text text;
  text.prompt = prompts[i % 5];
  text.options.tokens = 1 + i % 23;
  text.options.sampling.temperature = i % 3;
  text.options.sampling.repetition_penalty = i % 4 == 0 ? 1.3 : 1;
  if (i % 7 == 0) text.options.stop = "e";
  text.seed = static_cast<uint64_t>(i);
  text.begin = i % 11;
  return text;
}

// By a Writer, which reads and writes one token at a time.
std::string written_by_writer(Writer& writer, const Writer::Mark& start, const Text& t) {
  writer.rewind(start);
  if (!t.prompt.empty()) writer.read(t.prompt);
  Random random(t.seed, Purpose::sample);
  const int32_t unknown = writer.tokenizer().unknown_id();
  SampleOptions sampling = t.options.sampling;
  if (unknown >= 0) sampling.banned = {&unknown, 1};
  StopText stop(t.options.stop);
  std::string out;
  for (int64_t n = 0; n < t.options.tokens; ++n) {
    std::string piece = writer.next(sampling, random);
    const bool ends = stop.ends(piece);
    out += piece;
    if (ends) return out;
  }
  std::string piece = writer.flush();
  stop.ends(piece);
  return out + piece;
}

class Side : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Side, AThousandTextsOfUnlikePhasesAreThoseOfEachAlone) {
  constexpr int kTexts = 1000;
  ModelFile file = language_model(GetParam().first, GetParam().second),
            other = language_model(GetParam().first, GetParam().second);
  Writer writer(other);
  const Writer::Mark start = writer.mark();
  Pool pool(3);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  std::vector<std::unique_ptr<WriteStream>> all;
  for (int i = 0; i < kTexts; ++i) {
    all.push_back(stream_of(file).copy());
    const Text t = text_of(i);
    if (!t.prompt.empty()) all.back()->read(t.prompt);
    all.back()->write(t.options, Random(t.seed, Purpose::sample));
  }
  bool going = true;
  for (int pass = 0; going || pass < 11; ++pass) {
    std::vector<Stream*> here;
    for (int i = 0; i < kTexts; ++i)
      if (text_of(i).begin <= pass && all[static_cast<size_t>(i)]->writing())
        here.push_back(all[static_cast<size_t>(i)].get());
    going = step_streams(engine, here);
  }
  for (int i = 0; i < kTexts; ++i) {
    ASSERT_FALSE(all[static_cast<size_t>(i)]->writing());
    ASSERT_EQ(all[static_cast<size_t>(i)]->pieces(), written_by_writer(writer, start, text_of(i))) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Side,
                         testing::Values(std::pair{"char", "stream"}, std::pair{"word", "sentence"},
                                         std::pair{"unigram", "stream"}));

void run_to_the_end(Engine& engine, Stream& stream) {
  Stream* const one[] = {&stream};
  while (step_streams(engine, one)) {
  }
}

TEST(WriteStream, ASavedStreamGoesOnWithTheSameBits) {
  ModelFile file = language_model("char", "stream");
  Pool pool(1);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  const auto owner = stream_of(file).copy();
  WriteStream& stream = *owner;
  EXPECT_EQ(stream.want().ids.size(), 1u) << "the end of a line that begins every text";
  stream.read("The cat is");
  EXPECT_EQ(failure_of([&] { stream.save(); }).code, "stream/unread");
  run_to_the_end(engine, stream);
  const std::string bytes = stream.save();
  const auto twin = stream.copy();
  const auto write = [&](WriteStream& s) {
    s.write({.tokens = 30}, Random(5, Purpose::sample));
    run_to_the_end(engine, s);
    return s.pieces();
  };
  const std::string text = write(stream);
  EXPECT_GE(text.size(), 30u);
  EXPECT_EQ(write(*twin), text) << "a copy";
  EXPECT_NE(stream.save(), bytes);
  stream.load(bytes);
  EXPECT_EQ(stream.save(), bytes);
  EXPECT_EQ(write(stream), text) << "a loaded state";

  ModelFile same = language_model("char", "stream");
  Writer writer(same);
  writer.read("The cat is");
  EXPECT_EQ(writer.save_state(), bytes) << "the bytes of a Writer";

  stream.reset();
  stream.read("The cat is");
  EXPECT_EQ(write(stream), text) << "after reset";
  for (const std::string& wrong : {std::string(), bytes.substr(0, 20), "x" + bytes.substr(1), bytes + "1234"}) {
    EXPECT_THROW(stream.load(wrong), Error);
    EXPECT_EQ(stream.save().size(), bytes.size());
  }
}

TEST(WriteStream, ABeginningThatNoTokenCanMakeIsAFailureOfThisStreamAlone) {
  ModelFile file = language_model("word", "stream");
  Pool pool(1);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  const auto good = stream_of(file).copy(), bad = stream_of(file).copy();
  good->write({.tokens = 4}, Random(1, Purpose::sample));
  bad->write({.tokens = 4, .prefix = "zzzz"}, Random(1, Purpose::sample));
  Stream* const both[] = {good.get(), bad.get()};
  while (good->writing()) step_streams(engine, both);
  EXPECT_FALSE(good->pieces().empty());
  ASSERT_TRUE(bad->failure());
  EXPECT_EQ(failure_of([&] { std::rethrow_exception(bad->failure()); }).code, "generate/prefix");
}

}  // namespace
}  // namespace rnn::core::test
