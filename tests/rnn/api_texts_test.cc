// Why: the public face of many texts: the same bits as one writer, texts that come and go, and what is refused.
#include "api_case.h"
#include "rnn/rnn.h"

namespace rnn_api {
namespace {

rnn::Model small_model() {
  static const rnn::Model model = [] {
    std::string text;
    for (int i = 0; i < 200; ++i) text += i % 3 == 0 ? "The cat sleeps.\n" : i % 3 == 1 ? "A dog runs far.\n" : "We sing.\n";
    write_all("texts.txt", text);
    rnn::TrainRequest request;
    request.data = {"texts.txt"};
    request.folder = "texts_run";
    request.force = true;
    request.set("tokens", "char").set("hidden", "12").set("epochs", "2").set("threads", "1");
    rnn::train(request);
    return rnn::Model::load("texts_run");
  }();
  return model;
}

TEST(Texts, EachIsWhatOneWriterWrites) {
  const rnn::Model model = small_model();
  rnn::Texts texts(model, 2);
  const char* prompts[] = {"The cat", "", "A dog runs far.\nWe", "x"};
  for (size_t i = 0; i < 20; ++i)
    EXPECT_EQ(texts.add(prompts[i % 4], {.tokens = static_cast<int64_t>(i), .temperature = 1, .seed = i}), i);
  while (texts.step()) {
  }
  EXPECT_EQ(texts.unfinished(), 0u);
  EXPECT_FALSE(texts.step());
  for (size_t i = 0; i < 20; ++i) {
    rnn::Writer writer(model, i);
    writer.read(prompts[i % 4]);
    std::string text;
    for (size_t n = 0; n < i; ++n) text += writer.next({.temperature = 1});
    EXPECT_TRUE(texts.finished(i));
    EXPECT_EQ(texts.take(i), text + writer.flush()) << i;
    EXPECT_EQ(texts.take(i), "") << "it was taken";
  }
}

TEST(Texts, TheyComeAndGo) {
  rnn::Texts texts(small_model());
  const size_t first = texts.add("The", {.tokens = 50});
  expect_error(Exit::usage, "stream/unread", [&] { texts.save_state(first); });
  for (int i = 0; i < 5; ++i) texts.step();
  const size_t second = texts.add("We", {.tokens = 3, .stop = "."});
  texts.remove(first);
  EXPECT_EQ(texts.unfinished(), 1u);
  while (texts.step()) {
  }
  EXPECT_TRUE(texts.finished(second));
  rnn::Writer writer(small_model());
  writer.load_state(texts.save_state(second));
  expect_error(Exit::usage, "texts/number", [&] { texts.take(first); });
  expect_error(Exit::usage, "texts/number", [&] { texts.remove(7); });
  expect_error(Exit::usage, "generate/options", [&] { texts.add("a", {.temperature = -1}); });
  expect_error(Exit::usage, "session/size", [&] { rnn::Texts(small_model(), -1); });
  expect_error(Exit::model, "model/task", [&] { rnn::Texts texts_of(bare_model()); });
}

TEST(Texts, AModelInMemoryIsTheModelOfItsFile) {
  const rnn::Model model = small_model();
  const std::string bytes = read_all("texts_run/model.safetensors");
  const rnn::Model same = rnn::Model::from_bytes(bytes, "texts");
  EXPECT_EQ(same.info().path, "texts");
  EXPECT_EQ(same.parameters(), model.parameters());
  rnn::Session a(model), b(same);
  const auto x = a.push(3), y = b.push(3);
  EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end()));
  expect_error(Exit::model, "model/truncated", [&] { rnn::Model::from_bytes(bytes.substr(0, bytes.size() / 2)); });
  expect_error(Exit::model, "model/truncated", [&] { rnn::Model::from_bytes(""); });
}

}  // namespace
}  // namespace rnn_api
