// Why: what a model writes follows its session, its memory can be kept as bytes, and what does not fit is refused.
#include <cmath>
#include <nlohmann/json.hpp>

#include "kernels/host.h"
#include "networks/session.h"
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

// An untrained model with the tokenizer of a small text.
ModelFile made_model(const std::string& kind, int hidden, const std::string& mode,
                     const std::string& text = tiny_story(20)) {
  ModelFile file;
  file.path = "made";
  file.tokenizer = build_tokenizer(kind, {text});
  file.model = tiny_model(tiny_config(kVariants[2], file.tokenizer->size(), hidden, 2));
  // Larger output weights: an untrained model is too even to tell a right distribution from a wrong one.
  const View<float> out = file.model->params().view(file.model->table().find("output.weight"));
  for (int i = 0; i < out.rows * out.cols; ++i) host(out).data[i] *= 8;
  file.about.get() = {{"mode", mode}};
  return file;
}

// The same network, weights kept, read by hand.
struct ByHand {
  ModelFile file;
  Pool pool{1};
  bool sentences;
  std::unique_ptr<Session> session;
  std::vector<float> logits;

  ByHand(const std::string& kind, int hidden, const std::string& mode, const std::string& text = tiny_story(20))
      : file(made_model(kind, hidden, mode, text)), sentences(mode == "sentence") {
    file.model->pack(pool, false);
    session = std::make_unique<Session>(*file.model, 1, &pool);
    push(file.tokenizer->newline_id());
  }
  void push(int32_t id) {
    if (sentences && id == file.tokenizer->newline_id()) session->reset();
    const View<const float> out = session->push(id);
    logits.assign(host(out).data, host(out).data + out.cols);
  }
  void read(const std::string& text) {
    for (const int32_t id : file.tokenizer->encode(text)) push(id);
  }
};

void expect_same_distribution(Writer& writer, const ByHand& hand) {
  double sum = 0;
  for (const float x : hand.logits) sum += std::exp(static_cast<double>(x));
  const auto top = writer.top(static_cast<int>(hand.logits.size()));
  ASSERT_EQ(top.size(), hand.logits.size());
  double total = 0;
  for (size_t i = 0; i < top.size(); ++i) {
    EXPECT_NEAR(top[i].probability, std::exp(static_cast<double>(hand.logits[top[i].id])) / sum, 1e-12);
    EXPECT_LE(top[i].probability, top[i > 0 ? i - 1 : 0].probability);
    total += top[i].probability;
  }
  EXPECT_NEAR(total, 1, 1e-12);
}

// A sub-word begins with its space: one at the end of what was read waits, shown but not read, for the next piece or the next text.
TEST(Writer, ASpaceBehindThePromptWaitsForItsWord) {
  for (const char* kind : {"unigram", "bpe"}) {
    ModelFile file = made_model(kind, 12, "stream");
    Writer writer(file);
    const std::string start = writer.save_state();
    writer.read("The cat ");
    const std::string waiting = writer.save_state();
    SampleOptions all;
    all.temperature = 2;
    Random random(3, Purpose::test);
    for (int round = 0; round < 50; ++round) {
      writer.load_state(waiting);
      const std::string shown = writer.next(all, random);
      EXPECT_TRUE(file.tokenizer->piece(writer.last_token()).starts_with(' '));
      EXPECT_FALSE(shown.starts_with(' '));
    }
    writer.load_state(waiting);
    writer.read("sees");
    const auto in_parts = writer.top(5);
    writer.load_state(start);
    writer.read("The cat sees");
    const auto at_once = writer.top(5);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(in_parts[i].id, at_once[i].id);
      EXPECT_EQ(in_parts[i].probability, at_once[i].probability);
    }
  }
}

TEST(Writer, ReadsAsASessionDoes) {
  for (const std::string kind : {"byte", "char", "word"}) {
    for (const std::string mode : {"stream", "sentence"}) {
      ModelFile file = made_model(kind, 9, mode);
      ByHand hand(kind, 9, mode);
      Writer writer(file);
      expect_same_distribution(writer, hand);
      for (const std::string text : {"The cat sees", " a dog.\nThe big bird", " likes\n", "The"}) {
        EXPECT_TRUE(writer.read(text).empty());
        hand.read(text);
        expect_same_distribution(writer, hand);
      }
    }
  }
}

TEST(Writer, WritesWhatTheSamplerDrawsAndReadsIt) {
  for (const std::string mode : {"stream", "sentence"}) {
    ModelFile file = made_model("word", 9, mode);
    ByHand hand("word", 9, mode);
    Writer writer(file, 2);
    Sampler sampler(file.tokenizer->size());
    Random a(5, Purpose::sample), b(5, Purpose::sample);
    const SampleOptions how{0.9, 10, 0.95};
    writer.read("The old man"), hand.read("The old man");
    for (int i = 0; i < 60; ++i) {
      writer.next(how, a);
      const int32_t id = sampler.draw(hand.logits, how, b);
      ASSERT_EQ(writer.last_token(), id) << i;
      hand.push(id);
    }
    expect_same_distribution(writer, hand);
  }
}

// Before and behind an end of line the sentence model knows the same, whatever stood before.
TEST(Writer, ALineStartsAfreshInSentenceModeOnly) {
  for (const std::string mode : {"stream", "sentence"}) {
    ModelFile one = made_model("word", 9, mode), two = made_model("word", 9, mode);
    Writer fresh(one), later(two);
    later.read("The cat sees a dog.\n");
    const auto a = fresh.top(5), b = later.top(5);
    bool same = true;
    for (size_t i = 0; i < a.size(); ++i) same = same && a[i].id == b[i].id && a[i].probability == b[i].probability;
    EXPECT_EQ(same, mode == "sentence");
  }
}

TEST(Writer, UnknownWordsAreReported) {
  ModelFile file = made_model("word", 9, "stream");
  Writer writer(file);
  EXPECT_EQ(writer.read("The zebra sees a quagga and the zebra."), (std::vector<std::string>{"zebra", "quagga", "and"}));
  EXPECT_TRUE(writer.read("The cat").empty());
  const int32_t banned[] = {writer.tokenizer().unknown_id()};
  Random random(1, Purpose::sample);
  for (int i = 0; i < 200; ++i) {
    writer.next({1.5, 0, 1, banned}, random);
    EXPECT_NE(writer.last_token(), writer.tokenizer().unknown_id());
  }
}

// Byte models write any bytes; what is shown is well-formed at every moment and equals the whole decoded at once.
TEST(Writer, StreamedTextIsTheDecodedText) {
  const std::string text = "The café is für Élise — “naïve” 日本語 \xF0\x9F\x99\x82.\nThe cat's dog.\n";
  for (const std::string kind : {"byte", "char", "word"}) {
    ModelFile file = made_model(kind, 9, "stream", text);
    Writer writer(file);
    Random random(3, Purpose::sample);
    std::vector<int32_t> ids;
    std::string streamed;
    for (int i = 0; i < 300; ++i) {
      streamed += writer.next({1.3, 0, 1}, random);
      ids.push_back(writer.last_token());
    }
    streamed += writer.flush();
    // The writer stands behind an end of line, as a fresh detokenizer does.
    EXPECT_EQ(streamed, file.tokenizer->decode(ids)) << kind;
    EXPECT_GT(streamed.size(), 200u);
  }
}

TEST(Writer, StateGoesOnWithTheSameText) {
  for (const std::string kind : {"byte", "char", "word"}) {
    for (const std::string mode : {"stream", "sentence"}) {
      ModelFile file = made_model(kind, 9, mode), copy = made_model(kind, 9, mode);
      Writer writer(file);
      writer.read("The old man");
      Random first(9, Purpose::sample);
      for (int i = 0; i < 17; ++i) writer.next({1.0, 0, 1}, first);
      const std::string state = writer.save_state();
      EXPECT_LT(state.size(), 1000u);
      const auto continued = [](Writer& w) {
        Random random(11, Purpose::sample);
        std::string text;
        for (int i = 0; i < 80; ++i) text += w.next({1.0, 0, 1}, random);
        return text + w.flush();
      };
      const std::string expected = continued(writer);
      Writer other(copy);
      other.read("something else");
      other.load_state(state);
      EXPECT_EQ(continued(other), expected) << kind << " " << mode;
      EXPECT_EQ(other.last_token(), writer.last_token());
      writer.load_state(state);  // rewound
      EXPECT_EQ(writer.save_state(), state);
      EXPECT_EQ(continued(writer), expected);
    }
  }
}

TEST(Writer, BadStatesAreRefusedAndNothingChanges) {
  ModelFile file = made_model("word", 9, "stream"), larger = made_model("word", 10, "stream");
  Writer writer(file), other(larger);
  writer.read("The cat sees");
  const std::string good = writer.save_state();
  const auto code = [&](const std::string& bytes) { return failure_of([&] { writer.load_state(bytes); }).code; };
  EXPECT_EQ(code(other.save_state()), "state/size");
  EXPECT_EQ(code(""), "state/corrupt");
  EXPECT_EQ(code("rnnstat1"), "state/corrupt");
  EXPECT_EQ(code("RNNSTAT1" + good.substr(8)), "state/corrupt");
  std::string token = good;
  token[35] = '\x7f';  // no such token
  EXPECT_EQ(code(token), "state/corrupt");
  for (size_t cut = 8; cut < good.size(); ++cut) {
    const Failure f = failure_of([&] { writer.load_state(good.substr(0, cut)); });
    EXPECT_EQ(f.exit, Exit::model) << cut;
  }
  EXPECT_EQ(code(good + good.substr(good.size() - writer.state_bytes())), "state/size");  // two streams
  EXPECT_EQ(writer.save_state(), good);
}

TEST(Writer, BareRecurrentModelIsRefused) {
  ModelFile file;
  file.path = "gru.safetensors";
  ModelConfig config;
  config.task = "recurrent";
  config.rnn.cell = CellKind::gru, config.rnn.input = 3, config.rnn.hidden = 4;
  file.model = std::make_unique<Model<float>>(config);
  const Failure f = failure_of([&] { Writer writer(file); });
  EXPECT_EQ(f.code, "model/task");
  EXPECT_EQ(f.exit, Exit::model);
  EXPECT_NE(f.message.find("gru.safetensors"), std::string::npos);
}

// The weights are held once, and a file that was made ready may be used again.
TEST(Writer, HoldsTheWeightsOnce) {
  ModelFile file = made_model("word", 9, "stream");
  Writer writer(file);
  EXPECT_EQ(file.model->params().size(), 0u);
  Writer second(file);
  writer.read("The cat"), second.read("The cat");
  EXPECT_EQ(writer.save_state(), second.save_state());
  EXPECT_EQ(writer.top(3)[0].probability, second.top(3)[0].probability);
}

}  // namespace
}  // namespace rnn::core::test
