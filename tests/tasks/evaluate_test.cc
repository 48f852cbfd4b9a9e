// Why: the figures of an evaluation add up, line by line, and baselines appear only where they are fair.
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/inputs/compression.h"
#include "metrics/figures.h"
#include "support/tiny_run.h"
#include "tasks/language_model/ngram_rows.h"
#include "tasks/training.h"

namespace rnn::core::test {
namespace {

class EvaluateText : public FolderTest {
 protected:
  // Trained for some updates on tiny_story(80), of which `share` is kept for validation.
  std::string run(const std::string& mode, double share = 0.2) {
    RunRequest r = tiny_request(write("story.txt", tiny_story(80)), path("run-" + mode), mode);
    r.options.valid_share = share;
    r.options.max_updates = 8;
    r.model.min_count = 2;
    EventStream events;
    train_run(r, events, {});
    return r.folder;
  }
  static EvalReport evaluated(const std::string& run, const std::string& text, bool per_line = false, bool baselines = false,
                              int threads = 1) {
    ModelFile file = load_model(run);
    return evaluate_text(file, text, {per_line, baselines, threads});
  }
};

TEST_F(EvaluateText, LinesWeighUpToTheTotal) {
  const std::string model = run("sentence");
  std::string content = tiny_story(70, 9);
  content.insert(content.find('\n') + 1, "\n  \nThe zebra sees a quagga.\n\n");  // blank lines and unknown words
  const std::string text = write("text.txt", content);
  const EvalReport report = evaluated(model, text, true);
  double nats = 0;
  int64_t tokens = 0, unknown = 0;
  for (const auto& line : report.lines_report) {
    nats += line.loss * static_cast<double>(line.tokens);
    tokens += line.tokens, unknown += line.unknown;
    EXPECT_EQ(line.tokens == 0, line.text.find_first_not_of(' ') == std::string::npos) << line.text;
  }
  EXPECT_EQ(report.lines_report.size(), 74u);
  EXPECT_EQ(report.lines, 74);
  EXPECT_EQ(report.lines_report[3].text, "The zebra sees a quagga.");
  EXPECT_EQ(report.lines_report[3].unknown, 2);
  EXPECT_EQ(report.lines_report[3].tokens, 7);
  EXPECT_EQ(tokens, report.tokens);
  EXPECT_EQ(unknown, report.unknown);
  EXPECT_GE(unknown, 2);
  EXPECT_NEAR(nats / static_cast<double>(tokens), report.model.at(figure::kLoss), 1e-9);
  EXPECT_EQ(report.bytes, static_cast<int64_t>(content.size()));
  EXPECT_NEAR(report.model.at(figure::kPerplexity), std::exp(report.model.at(figure::kLoss)), 1e-9);
  // "zebra" and "quagga" are spelled, each with an end mark, in a uniform code over 257 symbols.
  ASSERT_EQ(unknown, 2);
  const double bytes = static_cast<double>(content.size()), without = nats / std::log(2.0) / bytes;
  EXPECT_NEAR(report.model.at(figure::kBitsPerByte), without + 13 * std::log2(257.0) / bytes, 1e-9);
  EXPECT_NEAR(report.model.at(figure::kBitsWithoutSpelling), without, 1e-9);
  EXPECT_NEAR(report.model.at(figure::kUnknownShare), 2 / static_cast<double>(tokens), 1e-12);
  EXPECT_FALSE(evaluated(model, write("known.txt", "The cat sees a dog.\n")).model[figure::kUnknownShare]);
}

TEST_F(EvaluateText, StreamsPredictEveryTokenOnce) {
  const std::string model = run("stream");
  const std::string content = tiny_story(50, 9), text = write("text.txt", content);
  const EvalReport report = evaluated(model, text, true);
  const ModelFile file = load_model(model);
  EXPECT_EQ(report.tokens, static_cast<int64_t>(file.tokenizer->encode(content).size()));
  // The first line is read from the zero state either way; later lines know more.
  const EvalReport one = evaluated(model, write("one.txt", content.substr(0, content.find('\n') + 1)));
  EXPECT_NEAR(one.model.at(figure::kLoss), report.lines_report[0].loss, 1e-9);
  double alone = 0;
  for (const auto& line : report.lines_report) alone += line.loss * static_cast<double>(line.tokens);
  EXPECT_NE(alone / static_cast<double>(report.tokens), report.model.at(figure::kLoss));
}

TEST_F(EvaluateText, LastLineWithoutItsEnd) {
  for (const std::string mode : {"stream", "sentence"}) {
    const std::string model = run(mode), content = tiny_story(20, 9);
    const EvalReport whole = evaluated(model, write("whole.txt", content), true);
    const EvalReport cut = evaluated(model, write("cut.txt", content.substr(0, content.size() - 1)), true);
    EXPECT_EQ(whole.model.at(figure::kLoss), cut.model.at(figure::kLoss));
    EXPECT_EQ(whole.tokens, cut.tokens);
    EXPECT_EQ(whole.lines_report.size(), cut.lines_report.size());
    EXPECT_EQ(whole.lines_report.back().loss, cut.lines_report.back().loss);
  }
}

TEST_F(EvaluateText, ThreadsDoNotMatter) {
  for (const std::string mode : {"stream", "sentence"}) {
    const std::string model = run(mode), text = write("text.txt", tiny_story(40, 9));
    EXPECT_EQ(evaluated(model, text, false, false, 1).model.at(figure::kLoss),
              evaluated(model, text, false, false, 3).model.at(figure::kLoss));
  }
}

TEST_F(EvaluateText, BaselinesOfTheUnchangedText) {
  for (const std::string mode : {"stream", "sentence"}) {
    const std::string model = run(mode, 0.37), text = write("text.txt", tiny_story(30, 9));  // not the default share
    const EvalReport report = evaluated(model, text, false, true);
    ASSERT_EQ(report.baselines.size(), 3u) << report.note;
    EXPECT_TRUE(report.note.empty());
    EXPECT_EQ(report.baselines[0].name, "trigram");
    const ModelFile file = load_model(model);
    const RunText data = read_run_text({path("story.txt")}, "", 0.37);
    const TokenDocuments train = encode_documents(*file.tokenizer, data.train),
                         read = encode_documents(*file.tokenizer, read_text(text));
    const int orders[] = {3, 5};
    for (size_t i = 0; i < 2; ++i) {
      const auto streams = [&](const TokenDocuments& d) { return ngram_streams(d, *file.tokenizer, mode == "sentence"); };
      const NgramModel grams = count_ngrams(streams(train), *file.tokenizer, orders[i]);
      EXPECT_NEAR(report.baselines[i].at(figure::kLoss), ngram_loss(grams, streams(read), file.tokenizer->newline_id()),
                  1e-12);
    }
    EXPECT_EQ(report.baselines[1].name, "Kneser-Ney 5-gram");
    EXPECT_EQ(report.baselines[2].name, "zstd -19");
    EXPECT_NEAR(report.baselines[2].at(figure::kBitsPerByte), zstd_bits_per_byte(read_file(text)), 1e-12);
    EXPECT_EQ(report.baselines[2][figure::kLoss], std::nullopt);
  }
}

TEST_F(EvaluateText, NoNgramsOfAnotherText) {
  const std::string model = run("stream"), text = write("text.txt", tiny_story(30, 9));
  write("story.txt", tiny_story(81));
  const EvalReport changed = evaluated(model, text, false, true);
  ASSERT_EQ(changed.baselines.size(), 1u);
  EXPECT_EQ(changed.baselines[0].name, "zstd -19");
  EXPECT_NE(changed.note.find("has changed"), std::string::npos) << changed.note;
  std::filesystem::remove(path("story.txt"));
  const EvalReport gone = evaluated(model, text, false, true);
  EXPECT_EQ(gone.baselines.size(), 1u);
  EXPECT_NE(gone.note.find("cannot be read"), std::string::npos) << gone.note;
  ModelFile silent = load_model(model);
  silent.about = nullptr;
  const EvalReport nothing = evaluate_text(silent, text, {false, true, 1});
  EXPECT_EQ(nothing.baselines.size(), 1u);
  EXPECT_NE(nothing.note.find("does not name"), std::string::npos) << nothing.note;
}

TEST_F(EvaluateText, TheSameFileTwice) {
  const std::string text = write("text.txt", tiny_story(20, 9));
  ModelFile file = load_model(run("sentence"));
  const double loss = evaluate_text(file, text, {false, false, 1}).model.at(figure::kLoss);
  EXPECT_EQ(evaluate_text(file, text, {false, false, 1}).model.at(figure::kLoss), loss);
  EXPECT_EQ(file.model->params().size(), 0u);
}

TEST_F(EvaluateText, Refusals) {
  const std::string model = run("stream");
  EXPECT_EQ(failure_of([&] { evaluated(model, path("missing.txt")); }).code, "data/missing");
  EXPECT_EQ(failure_of([&] { evaluated(model, write("empty.txt", "")); }).exit, Exit::data);
  ModelFile bare;
  bare.path = "gru.safetensors";
  ModelConfig config;
  config.task = "recurrent";
  config.rnn.cell = CellKind::gru, config.rnn.input = 3, config.rnn.hidden = 4;
  bare.model = std::make_unique<Model<float>>(config);
  EXPECT_EQ(failure_of([&] { evaluate_text(bare, path("story.txt"), {}); }).code, "model/task");
}

}  // namespace
}  // namespace rnn::core::test
