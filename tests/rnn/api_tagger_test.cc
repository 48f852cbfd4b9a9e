// Why: the public tagger: tags, probabilities and spans are those of the program, to the bit.
#include "label_case.h"

namespace rnn_api {
namespace {

using Words = std::vector<std::string>;

TEST(ApiTagger, TagsAsTheProgramDoes) {
  const rnn::Model model = trained_on("tags", "tag", write_tagged(), {{"epochs", "6"}});
  rnn::Tagger tagger(model);
  EXPECT_EQ(tagger.tags(), (Words{"B-city", "B-day", "I-city", "O"}));
  EXPECT_TRUE(tagger.spans());
  const std::vector<std::string> sentences = {"fly to New Oslo on Monday", "", "to Rome, please", "Kyoto"};
  std::string lines;
  for (const std::string& sentence : sentences) lines += sentence + "\n";
  write_all("sentences.txt", lines);
  const std::vector<rnn::Tagged> found = tagger.tag(sentences);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].tags, (Words{"O", "O", "B-city", "I-city", "O", "B-day"}));
  ASSERT_EQ(found[0].spans.size(), 2u);
  EXPECT_EQ(found[0].spans[0].text, "New Oslo");
  EXPECT_EQ(found[0].spans[1].begin, 5);
  EXPECT_EQ(found[0].spans[1].end, 6);
  EXPECT_TRUE(found[1].words.empty() && found[1].tags.empty() && found[1].spans.empty());
  EXPECT_EQ(found[2].words, (Words{"to", "Rome", ",", "please"}));
  const std::vector<nlohmann::json> said = program_says("tag tags sentences.txt");
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(tagger.tag(sentences[i]).probabilities, found[i].probabilities) << "alone and together";
    EXPECT_EQ(tagger.tag_words(found[i].words).tags, found[i].tags);
    if (said.empty()) continue;
    EXPECT_EQ(said[i]["words"], found[i].words);
    EXPECT_EQ(said[i]["tags"], found[i].tags);
    EXPECT_EQ(said[i]["probabilities"].get<std::vector<double>>(), found[i].probabilities) << sentences[i];
    ASSERT_EQ(said[i]["spans"].size(), found[i].spans.size());
    for (size_t s = 0; s < found[i].spans.size(); ++s) EXPECT_EQ(said[i]["spans"][s]["text"], found[i].spans[s].text);
  }
  expect_error(Exit::model, "model/task", [&] { rnn::Classifier{model}; });
  expect_error(Exit::model, "model/task", [&] { rnn::Tagger{trained_model()}; });
}

TEST(ApiTagger, TagsThatAreNoSpans) {
  std::string file;
  for (int i = 0; i < 60; ++i) file += "the DET\ncat NOUN\n" + std::string(i % 2 == 0 ? "sleeps VERB\n" : "") + "\n";
  write_all("pos.conll", file);
  rnn::Tagger tagger(trained_on("pos", "tag", "pos.conll", {{"layout", "conll"}, {"epochs", "6"}, {"crf", "off"}}));
  EXPECT_FALSE(tagger.spans());
  const rnn::Tagged found = tagger.tag("the cat sleeps");
  EXPECT_EQ(found.tags, (Words{"DET", "NOUN", "VERB"}));
  EXPECT_TRUE(found.spans.empty());
  for (const double p : found.probabilities) EXPECT_TRUE(p > 0 && p <= 1);
}

}  // namespace
}  // namespace rnn_api
