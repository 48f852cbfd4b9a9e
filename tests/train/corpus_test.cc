// Why: the test of the whole chain on real text: a small LSTM must learn what the words of the project's own text do.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "metrics/figures.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/training.h"

namespace rnn::core {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream in(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class Corpus : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("rnn-corpus-" + std::to_string(::getpid()));
    RunRequest request;
    request.data = {RNN_TEST_SOURCE "/data/corpus/everyday.txt"};
    request.folder = folder_.string();
    request.model.tokens = "word";
    request.model.hidden = 200;
    request.model.dropout = 0.3;
    request.options.batch = 16;
    request.options.epochs = 10;
    EventStream events;
    result_ = train_run(request, events, {});
    file_ = std::make_unique<ModelFile>(load_model(request.folder));
  }
  static void TearDownTestSuite() {
    file_.reset();
    std::filesystem::remove_all(folder_);
  }
  static std::vector<std::string> likeliest(const std::string& prompt, int n) {
    Writer writer(*file_);
    EXPECT_TRUE(writer.read(prompt).empty()) << prompt << " has unknown words";
    std::vector<std::string> words;
    for (const auto& candidate : writer.top(n)) words.push_back(writer.tokenizer().piece(candidate.id));
    return words;
  }

  static inline std::filesystem::path folder_;
  static inline RunResult result_;
  static inline std::unique_ptr<ModelFile> file_;
};

TEST_F(Corpus, BeatsTheTrigram) {
  ASSERT_EQ(result_.baselines.at(0).name, "trigram");
  EXPECT_LT(result_.valid.at(figure::kLoss), result_.baselines[0].at(figure::kLoss));
}

TEST_F(Corpus, TheCatIsSleeping) {
  const auto words = likeliest("The cat is", 5);
  EXPECT_NE(std::find(words.begin(), words.end(), "sleeping"), words.end());
}

TEST_F(Corpus, NewPromptsGoOnSensibly) {
  const std::string text = read_file(RNN_TEST_SOURCE "/data/corpus/everyday.txt");
  int sensible = 0, prompts = 0;
  std::string missed;
  for (const auto& line : lines_of(RNN_TEST_SOURCE "/tests/train/prompts.tsv")) {
    const size_t tab = line.find('\t');
    const std::string prompt = line.substr(0, tab);
    ASSERT_EQ(text.find(prompt), std::string::npos) << "'" << prompt << "' stands in the corpus";
    std::istringstream in(line.substr(tab + 1));
    const auto words = likeliest(prompt, 5);
    bool good = false;
    for (std::string word; in >> word;) good = good || std::find(words.begin(), words.end(), word) != words.end();
    ++prompts;
    sensible += good;
    if (!good) missed += prompt + " ... " + words[0] + ", " + words[1] + "\n";
  }
  EXPECT_EQ(prompts, 12);
  EXPECT_GE(sensible, 10) << missed;
}

TEST(CorpusText, IsWhatItShouldBe) {
  const auto lines = lines_of(RNN_TEST_SOURCE "/data/corpus/everyday.txt");
  size_t bytes = 0, cat = 0;
  for (const auto& line : lines) {
    bytes += line.size() + 1;
    cat += line.starts_with("The cat is");
  }
  EXPECT_GE(bytes, 120'000u);
  EXPECT_LE(cat, 3u);
}

}  // namespace
}  // namespace rnn::core
