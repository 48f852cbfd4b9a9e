// Why: a comparison that averages the wrong runs, or sorts figures that may not be compared, costs somebody a wrong
// decision.
#include "runs/compare_runs.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "io/safetensors.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

// A run folder as rnn train leaves it behind.
struct MadeRun {
  std::string name;
  Names options = {};  // "lr", "0.1", ...
  double loss = 2;
  std::string task = "language-model";
  std::string pieces = "a b";  // of the tokenizer
  std::string hash = "fnv1a64:1";
  int bytes = 100;         // of the validation text
  std::string valid = "";  // its own file
  bool spelled = true;     // bits per byte have the spelling of unknown words, as versions before had not
  bool ended = true;
};

class CompareRuns : public test::FolderTest {
 protected:
  RunRecord make(const MadeRun& made) const {
    Options options;
    for (size_t i = 0; i < made.options.size(); i += 2) set_option(options, made.options[i], made.options[i + 1]);
    const auto check = [&](int step, double loss, bool best) {
      return json{{"type", "eval"},
                  {"step", step},
                  {"epoch", step / 10.0},
                  {"val_loss", loss},
                  {"best", best},
                  {"elapsed_s", step / 2.0},
                  {"val_perplexity", std::exp(loss)},
                  {"val_bits_per_byte", loss / 2}};
    };
    std::string text = json{{"type", "start"}, {"config", options_to_json(options)}}.dump() + "\n";
    text += json{{"type", "metric"}, {"step", 5}, {"loss", 9}, {"tokens_per_s", 100}, {"elapsed_s", 2.5}}.dump() + "\n";
    text += check(10, made.loss + 1, true).dump() + "\n" + check(20, made.loss, true).dump() + "\n" +
            check(30, made.loss + 0.5, false).dump() + "\n";
    if (made.ended) {
      text +=
          json{{"type", "result"},
               {"step", 30},
               {"elapsed_s", 15.5},
               {"tokens_per_s", 250},
               {"reason", "epochs"},
               {"parameters", 1234},
               {"best_epoch", 2},
               {"exit", 0},
               {"metrics",
                {{"val_loss", made.loss}, {"val_perplexity", std::exp(made.loss)}, {"val_bits_per_byte", made.loss / 2}}}}
              .dump() +
          "\n";
    }
    write(made.name + "/metrics.jsonl", text);
    json data = {{"files", {"some/where/story.txt"}},
                 {"hash", made.hash},
                 {"valid", {{"bytes", made.bytes}, {"tokens", made.pieces.size()}}}};
    if (made.spelled) data["valid"]["unknown"] = made.pieces.size() / 3;
    data["valid"]["file"] = made.valid.empty() ? json() : json(made.valid);
    write(made.name + "/data.json", data.dump());
    SafetensorsWriter model;
    model.set_metadata("rnn.config", json{{"task", made.task}, {"vocabulary", made.pieces.size()}}.dump());
    model.set_metadata("rnn.tokenizer", json{{"kind", "word"}, {"pieces", made.pieces}}.dump());
    model.set_metadata("rnn.about", json{{"command", "rnn train story.txt"}, {"mode", "stream"}}.dump());
    const std::vector<float> weights(6);
    model.add_floats("a", {2, 3}, weights);
    write(made.name + "/model.safetensors", model.finish());
    return read_run_record(path(made.name));
  }
};

TEST_F(CompareRuns, ReadsARun) {
  const RunRecord run = make({.name = "a/", .options = {"cell", "gru", "seed", "7"}});
  EXPECT_EQ(run.path, path("a"));
  EXPECT_EQ(run.task, "language-model");
  EXPECT_EQ(run.settings.at("cell"), "gru");
  EXPECT_EQ(run.settings.at("seed"), "7");
  EXPECT_EQ(run.settings.at("lr"), "auto");
  EXPECT_EQ(run.settings.at("tokens"), "word");  // what auto came to
  EXPECT_EQ(run.settings.at("mode"), "stream");
  EXPECT_EQ(run.settings.at("data"), "story.txt");
  EXPECT_EQ(run.parameters, 1234);
  EXPECT_EQ(run.best[figure::kLoss], 2);
  EXPECT_EQ(run.best[figure::kBitsPerByte], 1);
  EXPECT_EQ(run.best[figure::kAccuracy], std::nullopt);
  EXPECT_EQ(run.best[figure::kUpdates], 30);
  EXPECT_EQ(run.best[figure::kSeconds], 15.5);
  EXPECT_EQ(run.best[figure::kTokensPerSecond], 250);
  EXPECT_EQ(run.best_epoch, 2);
  EXPECT_EQ(run.ended, "epochs");
  EXPECT_EQ(run.problem, "");
}

TEST_F(CompareRuns, ReadsWhatACutRunLeftBehind) {
  MadeRun made{.name = "cut", .ended = false};
  make(made);
  std::ofstream(path("cut/metrics.jsonl"), std::ios::app) << "{\"type\":\"eval\",\"val_lo";
  const RunRecord run = read_run_record(path("cut"));
  EXPECT_EQ(run.ended, "");
  EXPECT_EQ(run.best[figure::kLoss], 2);  // the best check, not the last
  EXPECT_EQ(run.best_epoch, 2);
  EXPECT_EQ(run.best[figure::kUpdates], 30);
  EXPECT_EQ(run.parameters, 6);  // counted in the model file
  std::ofstream(path("cut/metrics.jsonl"), std::ios::app)
      << "ss\":9}\n{\"type\":\"warning\",\"code\":\"train/diverged\",\"step\":40}\n";
  EXPECT_EQ(read_run_record(path("cut")).ended, "diverged");
  EXPECT_NE(compare_runs({read_run_record(path("cut"))}).notes.at(0).find("diverged"), std::string::npos);
}

TEST_F(CompareRuns, SaysWhatIsNoRun) {
  EXPECT_EQ(failure_of([&] { read_run_record(path("none")); }).code, "run/missing");
  write("other/notes.txt", "x");
  const Failure other = failure_of([&] { read_run_record(path("other")); });
  EXPECT_EQ(other.code, "run/missing");
  EXPECT_EQ(other.exit, Exit::data);
  EXPECT_NE(other.message.find("is not a run folder"), std::string::npos);
  make({.name = "bad"});
  write("bad/metrics.jsonl", "{\"type\":\"start\"}\nhello\n");
  const Failure bad = failure_of([&] { read_run_record(path("bad")); });
  EXPECT_EQ(bad.code, "run/metrics");
  EXPECT_NE(bad.message.find("metrics.jsonl:2 "), std::string::npos) << bad.message;

  write("bare/config.toml", "");  // made, and stopped before its first event
  const RunComparison bare = compare_runs({read_run_record(path("bare")), make({.name = "a"})});
  EXPECT_EQ(bare.rows.back().name, "bare");
  EXPECT_EQ(bare.notes, (Names{"bare: it has no metrics.jsonl."}));
  write("bare/metrics.jsonl", "");
  EXPECT_EQ(compare_runs({read_run_record(path("bare"))}).notes, (Names{"bare: its metrics.jsonl is empty."}));
  write("bare/metrics.jsonl", "{\"type\":\"start\",\"config\":{}}\n");
  write("bare/model.safetensors", "short");
  EXPECT_EQ(compare_runs({read_run_record(path("bare"))}).notes, (Names{"bare: its model.safetensors cannot be read."}));
  std::filesystem::remove(path("bare/model.safetensors"));
  EXPECT_EQ(compare_runs({read_run_record(path("bare"))}).notes,
            (Names{"bare has no validation yet: there is nothing to compare."}));
}

TEST_F(CompareRuns, ShowsWhatDiffersAndTheBestFirst) {
  const RunComparison c = compare_runs({make({.name = "x", .options = {"lr", "0.1", "hidden", "16"}, .loss = 3}),
                                        make({.name = "y", .options = {"cell", "gru", "hidden", "16"}, .loss = 1}),
                                        make({.name = "z", .options = {"hidden", "16"}, .loss = 2})});
  EXPECT_EQ(c.differing, (Names{"cell", "lr"}));  // not hidden; in the order of the options
  EXPECT_EQ(c.sorted_by, "val_loss");
  ASSERT_EQ(c.rows.size(), 3u);
  EXPECT_EQ(c.rows[0].name, "y");
  EXPECT_EQ(c.rows[1].name, "z");
  EXPECT_EQ(c.rows[2].name, "x");
  EXPECT_EQ(c.rows[0].settings.at("cell"), "gru");
  EXPECT_EQ(c.rows[0].settings.at("lr"), "auto");
  EXPECT_EQ(c.rows[2].settings.at("lr"), "0.1");
  EXPECT_TRUE(c.same_losses && c.same_bits);
  EXPECT_TRUE(c.notes.empty());
}

TEST_F(CompareRuns, SeedsAreOneRowWithMeanAndSampleDeviation) {
  std::vector<RunRecord> runs = {make({.name = "gru-1", .options = {"cell", "gru"}, .loss = 1}),
                                 make({.name = "lstm-1", .loss = 2.5}),
                                 make({.name = "gru-2", .options = {"cell", "gru", "seed", "2"}, .loss = 2}),
                                 make({.name = "gru-3", .options = {"cell", "gru", "seed", "3"}, .loss = 4})};
  const RunComparison c = compare_runs(runs);
  ASSERT_EQ(c.rows.size(), 2u);
  const ComparedRow &gru = c.rows[0], &lstm = c.rows[1];
  EXPECT_EQ(gru.name, "gru-*");
  EXPECT_EQ(gru.runs, (std::vector<size_t>{0, 2, 3}));
  EXPECT_NEAR(gru.mean.at(figure::kLoss), 7.0 / 3, 1e-12);
  EXPECT_NEAR(gru.deviation.at(figure::kLoss), std::sqrt(7.0 / 3), 1e-12);  // squares 16/9 + 1/9 + 25/9, over n - 1 = 2
  EXPECT_EQ(gru.mean[figure::kUpdates], 30);
  EXPECT_EQ(lstm.mean[figure::kLoss], 2.5);
  EXPECT_EQ(lstm.deviation[figure::kLoss], std::nullopt);
  EXPECT_EQ(c.differing, (Names{"cell", "seed"}));
  EXPECT_EQ(gru.settings.at("seed"), "1, 2, 3");

  // The same seed twice is no second seed; nor is a run named twice.
  runs.push_back(make({.name = "again", .options = {"cell", "gru"}, .loss = 1}));
  runs.push_back(runs[0]);
  const RunComparison twice = compare_runs(runs);
  EXPECT_EQ(twice.runs.size(), 5u);
  ASSERT_EQ(twice.rows.size(), 3u);
  EXPECT_EQ(twice.rows[0].name, "again");

  // Seeds alone: one row, nothing differs. Data of its own: another row.
  const RunComparison alone = compare_runs({runs[0], runs[2]});
  EXPECT_EQ(alone.rows.size(), 1u);
  EXPECT_TRUE(alone.differing.empty());
  const RunComparison other =
      compare_runs({runs[0], make({.name = "o", .options = {"cell", "gru", "seed", "2"}, .hash = "fnv1a64:2"})});
  EXPECT_EQ(other.rows.size(), 2u);
}

TEST_F(CompareRuns, AMeanLeavesOutRunsWithoutAFigureAndSaysSo) {
  const RunRecord one = make({.name = "a-1", .loss = 1});
  make({.name = "a-2", .options = {"seed", "2"}});
  std::string first_line;
  std::getline(std::ifstream(path("a-2/metrics.jsonl")), first_line);
  write("a-2/metrics.jsonl", first_line + "\n");
  const RunComparison c = compare_runs({one, read_run_record(path("a-2"))});
  ASSERT_EQ(c.rows.size(), 1u);
  EXPECT_EQ(c.rows[0].mean[figure::kLoss], 1);
  EXPECT_EQ(c.rows[0].deviation[figure::kLoss], std::nullopt);
  ASSERT_EQ(c.notes.size(), 2u);
  EXPECT_EQ(c.notes[0], "a-2 has no validation yet: there is nothing to compare.");
  EXPECT_EQ(c.notes[1], "a-*: the mean is over the 1 of 2 runs that have a validation.");
}

TEST_F(CompareRuns, SaysWhatMayNotBeCompared) {
  const RunRecord plain = make({.name = "plain", .loss = 2});
  const auto with = [&](const MadeRun& made) { return compare_runs({plain, make(made)}); };

  const RunComparison tokens = with({.name = "tokens", .loss = 1, .pieces = "a b c"});
  EXPECT_FALSE(tokens.same_losses);
  EXPECT_TRUE(tokens.same_bits);
  EXPECT_EQ(tokens.sorted_by, "val_bits_per_byte");
  EXPECT_EQ(tokens.rows[0].name, "tokens");
  EXPECT_EQ(tokens.differing, (Names{"vocabulary"}));
  ASSERT_EQ(tokens.notes.size(), 1u);
  EXPECT_NE(tokens.notes[0].find("different tokens"), std::string::npos);

  const RunComparison before = with({.name = "before", .loss = 1, .pieces = "a b c", .spelled = false});
  EXPECT_FALSE(before.same_losses || before.same_bits);
  ASSERT_EQ(before.notes.size(), 1u);
  EXPECT_NE(before.notes[0].find("spelling of unknown words"), std::string::npos);
  const RunComparison same_words = with({.name = "same-words", .loss = 1, .spelled = false});
  EXPECT_TRUE(same_words.same_losses);
  EXPECT_FALSE(same_words.same_bits);
  EXPECT_EQ(same_words.notes.size(), 1u);
  const RunComparison old_ones =
      compare_runs({make({.name = "o1", .spelled = false}), make({.name = "o2", .spelled = false})});
  EXPECT_TRUE(old_ones.same_losses && old_ones.same_bits && old_ones.notes.empty());

  for (const MadeRun& made :
       {MadeRun{.name = "text", .loss = 1, .hash = "fnv1a64:2"}, MadeRun{.name = "share", .loss = 1, .bytes = 50},
        MadeRun{.name = "file", .loss = 1, .valid = "v.txt"}}) {
    const RunComparison c = with(made);
    EXPECT_FALSE(c.same_losses || c.same_bits) << made.name;
    EXPECT_EQ(c.sorted_by, "");
    EXPECT_EQ(c.rows[0].name, "plain");  // the order given
    ASSERT_EQ(c.notes.size(), 2u);
    EXPECT_NE(c.notes[0].find("validated on different data"), std::string::npos);
  }
  // A validation file of its own is the same whatever was trained on.
  const RunComparison own =
      compare_runs({make({.name = "v1", .valid = "v.txt"}), make({.name = "v2", .hash = "fnv1a64:2", .valid = "v.txt"})});
  EXPECT_TRUE(own.same_losses && own.same_bits && own.notes.empty());

  const RunComparison tasks = with({.name = "task", .loss = 1, .task = "classify"});
  EXPECT_FALSE(tasks.same_losses || tasks.same_bits);
  ASSERT_EQ(tasks.notes.size(), 1u);
  EXPECT_NE(tasks.notes[0].find("(classify, language-model)"), std::string::npos);

  std::filesystem::remove(path("task/data.json"));
  const RunComparison unknown = with({.name = "u"});
  EXPECT_TRUE(unknown.same_losses);
  std::filesystem::remove(path("u/data.json"));
  const RunComparison lost = compare_runs({plain, read_run_record(path("u"))});
  EXPECT_FALSE(lost.same_losses || lost.same_bits);
  EXPECT_NE(lost.notes.at(0).find("unknown"), std::string::npos);
}

TEST_F(CompareRuns, NamesAreShortWhereTheyCanBe) {
  const auto names = [&](const Names& folders) {
    std::vector<RunRecord> runs;
    for (size_t i = 0; i < folders.size(); ++i)
      runs.push_back(make({.name = folders[i], .options = {"hidden", std::to_string(i + 1)}}));
    Names result;
    for (const ComparedRow& row : compare_runs(runs).rows) result.push_back(row.name);
    return result;
  };
  EXPECT_EQ(names({"p/a", "q/b"}), (Names{"a", "b"}));
  EXPECT_EQ(names({"p/a", "q/a"}), (Names{path("p/a"), path("q/a")}));
  const auto group = [&](const Names& folders) {
    std::vector<RunRecord> runs;
    for (size_t i = 0; i < folders.size(); ++i)
      runs.push_back(make({.name = folders[i], .options = {"seed", std::to_string(i + 1)}}));
    return compare_runs(runs).rows.at(0).name;
  };
  EXPECT_EQ(group({"s1-gru", "s22-gru"}), "s*-gru");
  EXPECT_EQ(group({"aa", "aaa"}), "aa*");
  EXPECT_EQ(group({"one", "two", "six"}), "one and 2 more");
}

// A density's loss may be below zero: absent is another thing.
TEST_F(CompareRuns, ALossBelowZeroCounts) {
  const RunComparison c =
      compare_runs({make({.name = "a", .loss = -1}), make({.name = "b", .options = {"lr", "0.1"}, .loss = -3})});
  EXPECT_EQ(c.runs[0].best[figure::kLoss], -1);
  EXPECT_EQ(c.runs[1].best[figure::kBitsPerByte], -1.5);
  EXPECT_TRUE(c.notes.empty());
  ASSERT_EQ(c.rows.size(), 2u);
  EXPECT_EQ(c.rows[0].name, "b") << "the lower loss is the better one";
  EXPECT_EQ(c.rows[0].mean[figure::kLoss], -3);
  EXPECT_EQ(to_json_object(c)["rows"][1]["val_loss"], -1);
}

TEST_F(CompareRuns, TheLossHasTheUnitOfTheTask) {
  EXPECT_EQ(make({.name = "numbers", .task = "regress"}).best.find("loss"), &figure::kSquaredError);
  EXPECT_EQ(make({.name = "labels", .task = "tag"}).best.find("loss"), &figure::kTargetLoss);
}

TEST_F(CompareRuns, JsonSaysTheSame) {
  const RunComparison c =
      compare_runs({make({.name = "a-1", .loss = 1}), make({.name = "a-2", .options = {"seed", "2"}, .loss = 2}),
                    make({.name = "b", .options = {"lr", "0.1"}, .loss = 5})});
  const auto j = to_json_object(c);
  EXPECT_EQ(j["sorted_by"], "val_loss");
  EXPECT_EQ(j["comparable"]["val_bits_per_byte"], true);
  EXPECT_EQ(j["differing"], nlohmann::ordered_json({"lr", "seed"}));
  EXPECT_EQ(j["rows"][0]["name"], "a-*");
  EXPECT_EQ(j["rows"][0]["runs"].size(), 2u);
  EXPECT_EQ(j["rows"][0]["val_loss"], 1.5);
  EXPECT_NEAR(j["rows"][0]["deviation"]["val_loss"].get<double>(), std::sqrt(0.5), 1e-12);
  EXPECT_TRUE(j["rows"][0]["val_accuracy"].is_null());
  EXPECT_TRUE(j["rows"][1]["deviation"].empty());
  EXPECT_EQ(j["rows"][1]["settings"]["lr"], "0.1");
  EXPECT_EQ(j["runs"][2]["settings"]["cell"], "lstm");
  EXPECT_EQ(j["runs"][2]["parameters"], 1234);
}

}  // namespace
}  // namespace rnn::core
