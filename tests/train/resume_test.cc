// Why: a run that was stopped anywhere and resumed is, number for number, the run that was never stopped.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/interrupt.h"
#include "io/safetensors.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "support/tiny_run.h"
#include "tasks/training.h"
#include "train/checkpoint.h"

namespace rnn::core::test {
namespace {

struct Case {
  const char* name;
  const char* mode;
  const char* optimizer;
  int64_t eval_every;
};
const Case kCases[] = {{"stream_adamw", "stream", "adamw", 3},
                       {"sentence_adamw", "sentence", "adamw", 0},
                       {"stream_sgd", "stream", "sgd", 0},
                       {"sentence_sgd", "sentence", "sgd", 4},
                       {"awd_sgd", "stream", "sgd", 5}};

class Resume : public FolderTest, public testing::WithParamInterface<Case> {
 protected:
  RunRequest request(const std::string& name) {
    if (text_.empty()) text_ = write("story.txt", tiny_story(42));
    RunRequest r = tiny_request(text_, path(name), GetParam().mode);
    r.model.dropout = 0.2;
    r.options.eval_every = GetParam().eval_every;
    r.options.optimizer = GetParam().optimizer;
    if (r.options.optimizer == "sgd") {
      r.options.lr = 4, r.options.momentum = 0.5;  // so much that the schedule has to divide
      r.options.schedule = "stall", r.options.decay = 0.25;
    }
    if (std::string(GetParam().name) == "awd_sgd") {
      r.model.embedding_dropout = 0.1, r.model.word_dropout = 0.1, r.model.output_dropout = 0.3, r.model.weight_drop = 0.2;
      r.options.activation_regularization = 2, r.options.temporal_activation_regularization = 1;
      r.options.bptt = 10, r.options.bptt_random = true;
      r.options.epochs = 3;
      r.options.layer_lr = "embedding=0.5", r.options.freeze = "rnn.bias*";
      r.options.average = "ema";
    }
    return r;
  }
  RunResult train(const RunRequest& r, const std::atomic<int>* signal = nullptr) {
    EventStream events;
    return train_run(r, events, {signal, nullptr});
  }
  RunResult resume(const std::string& name, const std::vector<std::pair<std::string, std::string>>& changes,
                   const std::atomic<int>* signal = nullptr) {
    EventStream events;
    return resume_run(path(name), changes, events, {signal, nullptr});
  }
  Safetensors file(const std::string& run, const std::string& name) const {
    return Safetensors::parse(read_file(path(run) + "/" + name), name);
  }
  // (step, loss, validation loss, best) of every evaluation in metrics.jsonl.
  std::vector<nlohmann::json> evaluations(const std::string& run) const {
    std::vector<nlohmann::json> rows;
    std::ifstream in(path(run) + "/metrics.jsonl");
    for (std::string line; std::getline(in, line);) {
      const auto event = nlohmann::json::parse(line);
      if (event.at("type") != "eval") continue;
      rows.push_back({event.at("step"), event.at("loss"), event.at("val_loss"), event.at("best"), event.at("epoch")});
    }
    return rows;
  }
  void expect_same_tensors(const std::string& whole, const std::string& parts, const std::string& name) const {
    const Safetensors a = file(whole, name), b = file(parts, name);
    ASSERT_EQ(a.names(), b.names());
    EXPECT_GE(a.names().size(), 7u);
    for (const auto& tensor : a.names()) EXPECT_TRUE(a.bytes(tensor) == b.bytes(tensor)) << name << " " << tensor;
  }
  // `same_options`: whether both runs had the same options when the best model, which records them, was written.
  void expect_same_run(const std::string& whole, const std::string& parts, bool same_options) const {
    const Safetensors a = file(whole, "last.ckpt.safetensors"), b = file(parts, "last.ckpt.safetensors");
    expect_same_tensors(whole, parts, "last.ckpt.safetensors");
    expect_same_tensors(whole, parts, "model.safetensors");
    for (const char* key : {"best_loss", "best_update", "best_epoch", "update", "epoch", "position", "schedule",
                            "early_stopping", "tokens", "loss_sum", "loss_weight", "optimizer_steps", "evaluated"}) {
      const auto state = [&](const Safetensors& f) {
        return nlohmann::json::parse(f.metadata().at("rnn.checkpoint")).at(key);
      };
      EXPECT_EQ(state(a), state(b)) << key;
    }
    if (same_options) {
      EXPECT_TRUE(read_file(path(whole) + "/model.safetensors") == read_file(path(parts) + "/model.safetensors"));
    }
  }
  std::string text_;
};
INSTANTIATE_TEST_SUITE_P(Runs, Resume, testing::ValuesIn(kCases), [](const auto& c) { return std::string(c.param.name); });

TEST_P(Resume, StoppedAtAnyUpdate) {
  const int64_t updates = train(request("whole")).updates;
  ASSERT_GE(updates, 10);
  const auto expected = evaluations("whole");
  ASSERT_GE(expected.size(), 2u);
  int kept = 0;
  for (int64_t k = 1; k <= updates; ++k) {
    SCOPED_TRACE("stopped at update " + std::to_string(k));
    RunRequest r = request("stopped");
    r.force = true;
    r.options.max_updates = k;
    const RunResult first = train(r);
    EXPECT_EQ(first.updates, k);
    EXPECT_EQ(first.reason, k < updates ? StopReason::updates : StopReason::epochs);
    kept += std::filesystem::exists(path("stopped") + "/best.ckpt.safetensors");
    const RunResult second = resume("stopped", {{"max-updates", "0"}, {"threads", "1"}});
    EXPECT_EQ(second.updates, updates);
    EXPECT_EQ(second.reason, StopReason::epochs);
    expect_same_run("whole", "stopped", false);
    // Every line of the whole run once, with the same numbers; besides them only the validation at the stop.
    std::set<int64_t> seen;
    std::vector<nlohmann::json> rows;
    std::set<int64_t> regular;
    for (const auto& row : expected) regular.insert(row[0].get<int64_t>());
    for (const auto& row : evaluations("stopped")) {
      const int64_t step = row[0];
      EXPECT_TRUE(seen.insert(step).second) << "two evaluations of update " << step;
      if (regular.count(step)) {
        rows.push_back(row);
      } else {
        EXPECT_EQ(step, k);
      }
    }
    EXPECT_EQ(rows, expected);
  }
  EXPECT_GT(kept, 0) << "no stop found a better model that the resumed run had to forget";
}

TEST_P(Resume, StoppedAfterEveryUpdateByASignal) {
  const int64_t updates = train(request("whole")).updates;
  const std::atomic<int> signal{15};
  EXPECT_EQ(train(request("parts"), &signal).reason, StopReason::signal);
  EXPECT_TRUE(std::filesystem::exists(path("parts") + "/model.safetensors"));
  for (int64_t k = 2; k <= updates; ++k) {
    const RunResult part = resume("parts", {}, &signal);
    EXPECT_EQ(part.reason, StopReason::signal);
    EXPECT_EQ(part.updates, k);
  }
  EXPECT_EQ(resume("parts", {}).updates, updates);
  expect_same_run("whole", "parts", true);
  EXPECT_EQ(evaluations("parts"), evaluations("whole"));
}

TEST_P(Resume, MoreEpochs) {
  RunRequest r = request("whole");
  r.options.epochs = 3;
  const RunResult whole = train(r);
  train(request("longer"));
  const RunResult longer = resume("longer", {{"epochs", "3"}});
  EXPECT_EQ(longer.updates, whole.updates);
  EXPECT_EQ(longer.valid.at(figure::kLoss), whole.valid.at(figure::kLoss));
  expect_same_run("whole", "longer", false);
}

// By a signal while the validation data is read: that evaluation is done again, and only once.
TEST_P(Resume, InterruptedInTheMiddleOfAnEvaluation) {
  train(request("whole"));
  const std::atomic<int> flag{2};
  interrupt_by(&flag);
  const RunResult stopped = train(request("parts"));
  interrupt_by(nullptr);
  EXPECT_EQ(stopped.reason, StopReason::signal);
  EXPECT_TRUE(evaluations("parts").empty());
  resume("parts", {});
  EXPECT_EQ(evaluations("parts"), evaluations("whole"));
  expect_same_run("whole", "parts", true);
}

TEST_P(Resume, OfAFinishedRunChangesNothing) {
  const RunResult first = train(request("run"));
  const std::string model = read_file(path("run") + "/model.safetensors");
  const auto rows = evaluations("run");
  const RunResult again = resume("run", {});
  EXPECT_EQ(again.updates, first.updates);
  EXPECT_EQ(again.reason, StopReason::epochs);
  EXPECT_EQ(again.valid.at(figure::kLoss), first.valid.at(figure::kLoss));
  EXPECT_TRUE(model == read_file(path("run") + "/model.safetensors"));
  EXPECT_EQ(evaluations("run"), rows);
}

// With other numbers of threads, too, and the final figures are the same.
TEST_P(Resume, WithMoreThreads) {
  train(request("whole"));
  RunRequest r = request("stopped");
  r.options.max_updates = 5;
  train(r);
  resume("stopped", {{"max-updates", "0"}, {"threads", "3"}});
  expect_same_tensors("whole", "stopped", "last.ckpt.safetensors");
  expect_same_tensors("whole", "stopped", "model.safetensors");
}

class BadResume : public FolderTest {
 protected:
  std::string stopped_run() {
    text_ = write("story.txt", tiny_story(42));
    RunRequest r = tiny_request(text_, path("run"), "stream");
    r.options.max_updates = 3;
    EventStream events;
    train_run(r, events, {});
    return r.folder;
  }
  Failure resume(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    return failure_of([&] {
      EventStream events;
      resume_run(path("run"), changes, events, {});
    });
  }
  std::string text_;
};

TEST_F(BadResume, NothingThere) { EXPECT_EQ(resume().code, "run/no_checkpoint"); }

TEST_F(BadResume, ChangedText) {
  stopped_run();
  write("story.txt", tiny_story(43));
  const Failure f = resume();
  EXPECT_EQ(f.code, "data/changed");
  EXPECT_EQ(f.exit, Exit::data);
  EXPECT_NE(f.help.find("--init-from"), std::string::npos);
}

TEST_F(BadResume, AnotherModelOrOtherBatches) {
  stopped_run();
  const std::pair<const char*, const char*> changes[] = {{"optimizer", "sgd"}, {"bptt", "5"},         {"batch", "2"},
                                                         {"mode", "sentence"}, {"seed", "2"},         {"hidden", "13"},
                                                         {"dropout", "0"},     {"valid-share", "0.3"}};
  for (const auto& [name, value] : changes) {
    const Failure f = resume({{name, value}});
    EXPECT_EQ(f.code, "usage/resume") << name;
    EXPECT_NE(f.message.find(std::string("--") + name), std::string::npos) << f.message;
  }
  EXPECT_EQ(resume({{"hiden", "13"}}).code, "usage/option");
}

// What may change is what the table of options says, option by option.
TEST_F(BadResume, TheTableSaysWhatMayChange) {
  stopped_run();
  const std::map<std::string_view, const char*> changes = {{"epochs", "2"},   {"max-updates", "4"}, {"max-time", "60"},
                                                           {"patience", "7"}, {"threads", "2"},     {"frame-memory", "0"}};
  for (const OptionInfo& o : option_list()) {
    const auto change = changes.find(o.name);
    EXPECT_EQ(change != changes.end(), o.rule == ResumeRule::changeable) << o.name;
    const std::string value = change != changes.end() ? change->second : get_option(Options{}, o);
    EXPECT_EQ(resume({{std::string(o.name), value}}).code, change != changes.end() ? "none" : "usage/resume") << o.name;
  }
}

// A trainer built from other options than the checkpoint's.
TEST_F(BadResume, CheckpointOfAnotherTrainer) {
  stopped_run();
  const ModelFile file = load_model(path("run") + "/last.ckpt.safetensors");
  const auto restore = [&](const std::string& optimizer, int window, int hidden) {
    return failure_of([&] {
      const auto model = tiny_model(tiny_config(kVariants[2], 15, hidden));
      const auto train = stream_batcher(4, window, 4 * (window + 1), 15);
      TrainOptions options;
      options.optimizer = optimizer;
      EventStream events;
      Pool pool(1);
      Trainer trainer(*model, *train, nullptr, options, events, pool, {});
      restore_checkpoint(file, trainer);
    });
  };
  EXPECT_NE(restore("sgd", 7, 12).message.find("moment"), std::string::npos);  // a state that sgd does not have
  EXPECT_EQ(restore("adamw", 7, 40).code, "model/corrupt");                    // moments of another size
}

TEST_F(BadResume, CutAndDamagedCheckpoint) {
  const std::string file = stopped_run() + "/last.ckpt.safetensors", bytes = read_file(file);
  write_file_atomic(file, bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(resume().code, "model/truncated");
  std::string worse = bytes;
  const size_t at = worse.find("checkpoint.carried");
  ASSERT_NE(at, std::string::npos);
  worse[at + 11] = 'X';
  write_file_atomic(file, worse);
  EXPECT_EQ(resume().exit, Exit::model);
  write_file_atomic(file, bytes);
  EXPECT_EQ(resume().code, "none");
}

}  // namespace
}  // namespace rnn::core::test
