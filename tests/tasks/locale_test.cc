// Why: the host of the library may have called setlocale: its numbers then have a comma, ours are read and written as ever.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/numbers.h"
#include "data/sequences.h"
#include "decode/scorer.h"
#include "io/model_file.h"
#include "kernels/host.h"
#include "metrics/figures.h"
#include "networks/init.h"
#include "optim/rate_factors.h"
#include "options/option_list.h"
#include "support/comma_locale.h"
#include "support/failure.h"
#include "support/folder.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/training.h"
#include "text/arpa.h"

namespace rnn::core::test {
namespace {

using nlohmann::json;

// de_DE writes 0,5. ps_AF writes a mark of two bytes between, of which nlohmann::json takes the first alone.
class UnderLocale : public FolderTest, public testing::WithParamInterface<const char*> {
 protected:
  // A number with a comma would be two columns.
  static void expect_same_columns(std::string_view table) {
    const auto columns = [](std::string_view line) { return std::count(line.begin(), line.end(), ','); };
    const auto wanted = columns(table.substr(0, table.find('\n')));
    int lines = 0;
    for (size_t end; (end = table.find('\n')) != table.npos; table.remove_prefix(end + 1), ++lines)
      EXPECT_EQ(columns(table.substr(0, end)), wanted);
    EXPECT_GT(lines, 1);
  }
  // What f() says under the plain locale and under the host's.
  template <class F>
  void expect_same(const F& f) {
    const auto plain = f();
    const HostLocale host(GetParam());
    if (!host.made()) GTEST_SKIP() << "neither is there a locale " << GetParam() << " nor what localedef makes one of";
    char half[8];
    std::snprintf(half, sizeof half, "%g", 0.5);
    ASSERT_STRNE(half, "0.5") << "the locale is not in force";
    EXPECT_EQ(f(), plain);
  }
};

TEST_P(UnderLocale, OptionsAreRead) {
  expect_same([] {
    Options options;
    set_option(options, "init", "uniform:0.25");
    set_option(options, "lr", "0.125");
    set_option(options, "max-time", "1.5h");
    EXPECT_EQ(uniform_range(options.model.init), 0.25);
    EXPECT_EQ(options.train.lr, 0.125);
    return options_to_toml(options, {}) + options_to_json(options_from_json(options_to_json(options))).dump() +
           failure_of([] {
             parse_real("x", "0,5", {0, 1});
           }).message;
  });
}

// All weights of a run that begins with uniform:0.1 would be zero if the number ended before its point.
TEST_P(UnderLocale, ARunTrainsToTheSameBits) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "the cat sees a dog .\n" : "a dog hears the bird .\n";
  const std::string file = write("story.txt", text);
  expect_same([&] {
    RunRequest request;
    request.data = {file}, request.folder = path("run"), request.force = true, request.command = "rnn train";
    request.model.tokens = "word", request.model.init = "uniform:0.1", request.model.hidden = 8,
    request.model.dropout = 0.25;
    request.options.max_updates = 4, request.options.batch = 2, request.options.bptt = 5, request.options.threads = 1;
    request.options.mode = "stream", request.options.layer_lr = "embedding=0.5";
    EventStream events;
    const RunResult result = train_run(request, events, {});
    EXPECT_GT(result.updates, 0);
    const ModelFile file_of_run = load_model(path("run"));
    EXPECT_EQ(file_of_run.model->config().dropout, 0.25);
    const Params<float>& weights = file_of_run.model->params();
    std::set<float> values(weights.data(), weights.data() + weights.size());
    EXPECT_GT(values.size(), 100u);
    // Numbers of a run that do not depend on the time it took.
    std::string said = std::string(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)) +
                       read_file(path("run/config.toml")) + config_to_json(file_of_run.model->config()).dump() +
                       number_text(result.valid.at(figure::kLoss));
    expect_same_columns(read_file(path("run/metrics.csv")));
    return said;
  });
}

TEST_P(UnderLocale, JsonIsRead) {
  const std::string sequences = write("numbers.jsonl", R"({"input": [0.25, -1.5e-3], "target": 2.75})"
                                                       "\n");
  ModelConfig config;
  config.task = "regress", config.output = 1, config.rnn.input = 1, config.rnn.hidden = 3;
  config.rnn.dropout = config.dropout = 0.375, config.rnn.zoneout[0] = 0.0625;
  const std::string file = write("model.safetensors", format_model(Model<float>(config), nullptr, {{"share", 0.3}}));
  expect_same([&] {
    const SequenceSet set = read_sequences(sequences);
    EXPECT_EQ(set.examples[0].frames, (std::vector<float>{0.25f, -1.5e-3f}));
    EXPECT_EQ(set.examples[0].values, std::vector<float>{2.75f});
    const ModelFile model = load_model(file);
    EXPECT_EQ(model.model->config().rnn.zoneout[0], 0.0625);
    EXPECT_EQ(model.about.at("share"), 0.3);
    return config_to_json(model.model->config()).dump() + model.about.get().dump();
  });
}

TEST_P(UnderLocale, OtherTextIsRead) {
  const std::string arpa = "\\data\\\nngram 1=3\n\n\\1-grams:\n-0.5\t<s>\n-0.25\t</s>\n-0.30103\ta\n\n\\end\\\n";
  expect_same([&] {
    const ArpaModel model(arpa, "a.arpa", nullptr);
    EXPECT_NEAR(model.log_prob(std::vector<int32_t>{}, 2), -std::log(2), 1e-5);
    std::string said;
    ParamTable table;
    table.add_matrix("embedding.weight", 2, 2, {Role::embedding, "embedding"});
    table.add_matrix("rnn.weight_ih_l0", 2, 2, {Role::input, "rnn", 0});
    for (const double factor : rate_factors({"embedding=0.25", "", 1, false}, table)) said += number_text(factor) + " ";
    return said;
  });
}

// What the trainer of sub-words gets, it reads through streams.
TEST_P(UnderLocale, SubWordsAreLearnt) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "she sells sea shells by the sea shore " + std::to_string(i * 7919 % 1000) + "\n";
  expect_same([&] { return build_tokenizer("unigram", {text}, {.max_vocabulary = 300})->to_json().dump(); });
}

TEST_P(UnderLocale, MessagesHaveAPoint) {
  expect_same([] {
    ModelConfig config;
    config.vocabulary = 5, config.rnn.input = config.rnn.hidden = 4, config.dropout = 1.5;
    const std::string dropout = failure_of([&] { check_config(config); }).message;
    EXPECT_NE(dropout.find("1.5,"), std::string::npos) << dropout;
    config.dropout = 0, config.rnn.cell_clip = -0.5;
    const std::string clip = failure_of([&] { check_config(config); }).message;
    EXPECT_NE(clip.find("-0.5,"), std::string::npos) << clip;
    const std::string divide =
        failure_of([] { check_softmax({.kind = SoftmaxKind::adaptive, .cutoffs = {}, .divide = 0.5}, 10, 4); }).message;
    EXPECT_NE(divide.find("0.5,"), std::string::npos) << divide;
    const std::string share = failure_of([] { ensemble_weights(2, {1.0, -0.5}); }).message;
    EXPECT_NE(share.find("-0.5,"), std::string::npos) << share;
    return dropout + clip + divide + share;
  });
}

INSTANTIATE_TEST_SUITE_P(All, UnderLocale, testing::Values("de_DE", "ps_AF"),
                         [](const auto& locale) { return std::string(locale.param); });

}  // namespace
}  // namespace rnn::core::test
