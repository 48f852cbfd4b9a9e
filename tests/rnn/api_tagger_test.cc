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

// A model that also labels sentences: both faces answer, as the program does.
TEST(ApiTagger, TagsAndLabelsSentences) {
  std::string words, tags, labels;
  const char* genres[] = {"jazz", "rock", "folk"};
  for (int i = 0; i < 90; ++i) {
    words += i % 2 == 0 ? "play " + std::string(genres[i % 3]) + "\n"
                        : "rain in " + std::string(i % 3 == 0 ? "Rome\n" : "Oslo\n");
    tags += i % 2 == 0 ? "O B-genre\n" : "O O B-city\n";
    labels += i % 2 == 0 ? "Play\n" : "Weather\n";
  }
  std::filesystem::create_directories("requests");
  write_all("requests/seq.in", words), write_all("requests/seq.out", tags), write_all("requests/label", labels);
  const rnn::Model model = trained_on("both", "classify,tag", "requests", {{"epochs", "6"}});
  rnn::Tagger tagger(model);
  rnn::Classifier classifier(model);
  EXPECT_EQ(tagger.labels(), (Words{"Play", "Weather"}));
  EXPECT_EQ(classifier.labels(), (Words{"Play", "Weather"}));
  EXPECT_FALSE(classifier.streaming());
  EXPECT_TRUE(classifier.reads_text());
  const std::vector<std::string> sentences = {"play rock", "", "rain in Rome"};
  const std::vector<rnn::Tagged> tagged = tagger.tag(sentences);
  const std::vector<rnn::Classified> classified = classifier.classify(sentences);
  EXPECT_EQ(tagged[0].label, "Play");
  EXPECT_EQ(tagged[2].label, "Weather");
  EXPECT_TRUE(tagged[1].label.empty()) << "nothing was said";
  write_all("both.txt", "play rock\n\nrain in Rome\n");
  const std::vector<nlohmann::json> said = program_says("tag both both.txt"),
                                    answered = program_says("classify both both.txt");
  for (const size_t i : {0, 2}) {
    EXPECT_EQ(classified[i].label, tagged[i].label);
    EXPECT_EQ(classified[i].probability, tagged[i].label_probability);
    EXPECT_DOUBLE_EQ(classified[i].distribution[0] + classified[i].distribution[1], 1);
    if (said.empty()) continue;
    EXPECT_EQ(said[i]["label"], tagged[i].label);
    EXPECT_EQ(said[i]["label_probability"].get<double>(), tagged[i].label_probability);
    EXPECT_EQ(answered[i]["label"], tagged[i].label);
    EXPECT_EQ(answered[i]["probability"].get<double>(), tagged[i].label_probability);
  }
  expect_error(Exit::usage, "stream/both", [&] { classifier.push(std::string_view("play")); });
}

}  // namespace
}  // namespace rnn_api
