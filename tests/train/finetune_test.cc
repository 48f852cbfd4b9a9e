// Why: a run that starts from a model keeps what it was told to keep, to the bit, and reports what it cannot do.
#include <nlohmann/json.hpp>
#include "io/model_file.h"
#include "kernels/host.h"
#include "support/tiny_run.h"
#include "tasks/training.h"

namespace rnn::core::test {
namespace {

class Finetune : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    text_ = write("story.txt", tiny_story(42));
    RunRequest r = tiny_request(text_, path("start"), "stream");
    r.model.layers = 2, r.model.dropout = 0.2, r.options.epochs = 1;
    train(r);
  }
  RunRequest request(const std::string& name, std::vector<std::string> given = {}) const {
    RunRequest r = tiny_request(text_, path(name), "stream");
    r.model = {};
    r.init_from = path("start");
    r.given = std::move(given);
    return r;
  }
  RunResult train(const RunRequest& r) const {
    EventStream events;
    return train_run(r, events, {});
  }
  // Names of the tensors that a run changed.
  std::vector<std::string> moved(const std::string& run) const {
    const ModelFile before = load_model(path("start")), after = load_model(path(run) + "/last.ckpt.safetensors");
    std::vector<std::string> names;
    const ParamTable& table = before.model->table();
    for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
      const size_t bytes = table[id].size() * sizeof(float);
      if (std::memcmp(host(before.model->params().view(id)).data, host(after.model->params().view(id)).data, bytes) != 0)
        names.push_back(table[id].name);
    }
    return names;
  }
  Failure refused(const RunRequest& r) const {
    const Failure f = failure_of([&] { train(r); });
    EXPECT_FALSE(std::filesystem::exists(r.folder)) << "an unusable request left a folder";
    return f;
  }
  std::string text_;
};

TEST_F(Finetune, FrozenLayersKeepTheirBits) {
  for (const std::string optimizer : {"sgd", "adamw", "rmsprop"}) {
    RunRequest r = request("tuned-" + optimizer);
    r.options.optimizer = optimizer, r.options.weight_decay = 0.1, r.options.average = "ema";
    if (optimizer == "sgd") r.options.momentum = 0.9;
    r.options.freeze = "embedding,rnn.0";
    train(r);
    EXPECT_EQ(moved("tuned-" + optimizer),
              (std::vector<std::string>{"rnn.weight_ih_l1", "rnn.weight_hh_l1", "rnn.bias_ih_l1", "rnn.bias_hh_l1",
                                        "output.weight", "output.bias"}));
    const ModelFile best = load_model(path("tuned-" + optimizer)), start = load_model(path("start"));
    EXPECT_EQ(std::memcmp(host(best.model->params().view(0)).data, host(start.model->params().view(0)).data,
                          best.model->table()[0].size() * sizeof(float)),
              0)
        << "the mean of a frozen embedding is no longer it";
  }
}

TEST_F(Finetune, RegularisationIsThisRunsAndTheModelsWhereNothingIsSaid) {
  train(request("same"));
  EXPECT_EQ(config_to_json(load_model(path("same")).model->config()),
            config_to_json(load_model(path("start")).model->config()));
  RunRequest r = request("tuned", {"dropout", "embedding-dropout", "weight-drop"});
  r.model.dropout = 0.4, r.model.embedding_dropout = 0.1, r.model.weight_drop = 0.3;
  train(r);
  const ModelConfig config = load_model(path("tuned")).model->config();
  EXPECT_EQ(config.dropout, 0.4);
  EXPECT_EQ(config.rnn.dropout, 0.4);
  EXPECT_EQ(config.dropout_of_input(), 0.4);
  EXPECT_EQ(config.dropout_of_output(), 0.4);
  EXPECT_EQ(config.drops.rows, 0.1);
  EXPECT_EQ(config.drops.unknown, 0) << "the unknown word";
  EXPECT_EQ(config.rnn.weight_drop, 0.3);
  EXPECT_EQ(config.rnn.hidden, 12);
}

TEST_F(Finetune, AnotherShapeIsRefused) {
  RunRequest r = request("other", {"hidden"});
  r.model.hidden = 13;
  const Failure f = refused(r);
  EXPECT_EQ(f.code, "usage/init_from");
  EXPECT_EQ(f.exit, Exit::usage);
  EXPECT_NE(f.message.find("--hidden is 13"), std::string::npos) << f.message;
  EXPECT_NE(f.message.find("has 12"), std::string::npos) << f.message;
  r = request("other", {"cell"});
  r.model.cell = "gru";
  EXPECT_EQ(refused(r).code, "usage/init_from");
  r = request("other", {"tokens"});
  r.model.tokens = "char";
  EXPECT_NE(refused(r).message.find("has word"), std::string::npos);
  r = request("same", {"hidden", "cell", "layers", "embed"});  // the model's own values, and 0 for the embedding's size
  r.model.hidden = 12, r.model.layers = 2;
  EXPECT_EQ(train(r).updates > 0, true);
}

TEST_F(Finetune, NamesThatMeanNothing) {
  RunRequest r = request("none");
  r.options.freeze = "rnn.2";
  EXPECT_NE(refused(r).help.find("embedding, rnn.0, rnn.1, output"), std::string::npos);
  r.options.freeze = "*";
  EXPECT_EQ(refused(r).code, "usage/layers");
  r.options.freeze = "", r.options.layer_lr = "embedding=-1";
  EXPECT_EQ(refused(r).code, "usage/layers");
}

TEST_F(Finetune, SentencesHaveNoRandomWindows) {
  RunRequest r = request("none");
  r.options.bptt = 20, r.options.bptt_random = true, r.options.mode = "sentence";
  EXPECT_EQ(refused(r).code, "usage/bptt_random");
  r.options.mode = "stream", r.options.bptt = 9;
  EXPECT_EQ(refused(r).code, "usage/option");
}

// A model without an unknown word of an earlier version, and one whose shares are its own, come back as they were.
TEST_F(Finetune, FilesRememberWhatIsDropped) {
  RunRequest r = tiny_request(text_, path("own"), "stream");
  r.model.dropout = 0.3, r.model.output_dropout = 0.5, r.model.input_dropout = 0, r.model.word_dropout = 0.1;
  r.options.epochs = 1;
  train(r);
  const ModelConfig config = load_model(path("own")).model->config();
  EXPECT_EQ(config.dropout_of_input(), 0);
  EXPECT_EQ(config.dropout_of_output(), 0.5);
  EXPECT_EQ(config.rnn.dropout, 0.3);
  EXPECT_EQ(config.drops.words, 0.1);
  nlohmann::json old = config_to_json(config);
  for (const char* key : {"input_dropout", "output_dropout", "embedding_dropout", "word_dropout", "unknown"}) old.erase(key);
  const ModelConfig earlier = config_from_json(old);
  EXPECT_EQ(earlier.dropout_of_input(), 0.3);
  EXPECT_EQ(earlier.dropout_of_output(), 0.3);
  EXPECT_EQ(earlier.drops.words, 0);
}

}  // namespace
}  // namespace rnn::core::test
