// Why: a flag that is read back as another value than was typed ruins a run silently.
#include "options/option_list.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include "base/error.h"
#include "cells/names.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "runs/option_checks.h"
#include "tasks/list.h"
#include "text/tokenizer.h"

namespace rnn::core {
namespace {

// The message of the error that setting `name` to `text` gives; "" when it is accepted.
std::string refusal(const char* name, const char* text, std::string* help = nullptr) {
  Options options;
  try {
    set_option(options, name, text);
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::usage);
    EXPECT_EQ(e.code(), "usage/option");
    if (help) *help = e.help();
    return e.what();
  }
  return "";
}

TEST(OptionList, NamesAreDistinctAndHelped) {
  std::set<std::string_view> names;
  for (const OptionInfo& o : option_list()) {
    EXPECT_TRUE(names.insert(o.name).second) << o.name;
    EXPECT_FALSE(o.help.empty()) << o.name;
    EXPECT_NE(std::find(std::begin(kSections), std::end(kSections), o.section), std::end(kSections)) << o.name;
  }
}

// How many members an aggregate has: the largest number of values it can be made from.
struct Anything {
  template <class T>
  operator T() const;
};
template <class T, class... Values>
constexpr size_t member_count() {
  if constexpr (requires { T{Values{}..., Anything{}}; }) {
    return member_count<T, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

// The structs have no member that the table forgot.
TEST(OptionList, CoversEveryField) {
  size_t model = 0, train = 0, series = 0, speech = 0, labels = 0;
  for (const OptionInfo& o : option_list()) {
    const auto count = [&]<class T, class S>(T S::*) {
      (std::is_same_v<S, ModelOptions>    ? model
       : std::is_same_v<S, TrainOptions>  ? train
       : std::is_same_v<S, SeriesOptions> ? series
       : std::is_same_v<S, LabelOptions>  ? labels
                                          : speech) += 1;
    };
    std::visit(count, o.member);
  }
  EXPECT_EQ(model, member_count<ModelOptions>());
  EXPECT_EQ(train, member_count<TrainOptions>());
  EXPECT_EQ(series, member_count<SeriesOptions>());
  EXPECT_EQ(speech, member_count<SpeechOptions>());
  EXPECT_EQ(labels, member_count<LabelOptions>());
  Options a, b;
  for (const OptionInfo& o : option_list()) EXPECT_EQ(get_option(a, o), get_option(b, o.name));
}

TEST(OptionList, DefaultsAreThoseOfTheStructs) {
  const Options options;
  EXPECT_EQ(get_option(options, "hidden"), "256");
  EXPECT_EQ(get_option(options, "lr"), "auto");
  EXPECT_EQ(get_option(options, "forget-bias"), "auto");
  EXPECT_EQ(get_option(options, "epsilon"), "1e-08");
  EXPECT_EQ(get_option(options, "tied"), "false");
  EXPECT_EQ(get_option(options, "valid-share"), "0.05");
}

// Options without choices take any text, which a config file writes as a string.
TEST(OptionList, ListsAreText) {
  Options options;
  set_option(options, "layer-lr", "rnn.0=0.5,output=2");
  set_option(options, "freeze", "embedding, rnn.*");
  EXPECT_EQ(options_from_json(options_to_json(options)).train.freeze, "embedding, rnn.*");
  const std::string toml = options_to_toml(options, {});
  EXPECT_NE(toml.find("layer-lr = \"rnn.0=0.5,output=2\""), std::string::npos) << toml;
  EXPECT_NE(options_to_toml({}, {}).find("freeze = \"\""), std::string::npos);
}

// What get_option says, set_option reads back to the same bits, for awkward values too.
TEST(OptionList, ValuesRoundTrip) {
  const std::pair<const char*, const char*> values[] = {{"lr", "0.1"},
                                                        {"lr", "4e-3"},
                                                        {"lr", "auto"},
                                                        {"epsilon", "1e-300"},
                                                        {"decay", "0.30000000000000004"},
                                                        {"seed", "18446744073709551615"},
                                                        {"max-updates", "9007199254740992"},
                                                        {"max-time", "2h"},
                                                        {"max-time", "90s"},
                                                        {"max-time", "1h30m"},
                                                        {"init", "uniform:0.1"},
                                                        {"cell", "gru-reset-before"},
                                                        {"tied", "true"},
                                                        {"peephole", "1"},
                                                        {"forget-bias", "0"},
                                                        {"forget_bias", "auto"},
                                                        {"beta2", "0.9999"},
                                                        {"hidden", "65536"},
                                                        {"valid_share", "0.5"},
                                                        {"max_seconds", "1.5m"}};
  for (const auto& [name, text] : values) {
    Options once, twice;
    set_option(once, name, text);
    const std::string shown = get_option(once, name);
    set_option(twice, name, shown);
    EXPECT_EQ(get_option(twice, name), shown) << name;
    EXPECT_EQ(options_to_json(once), options_to_json(twice)) << name << " " << text;
  }
  Options options;
  set_option(options, "max-time", "2h");
  EXPECT_EQ(options.train.max_seconds, 7200);
  for (const auto& [text, seconds] : {std::pair("45", 45.0),
                                      {"45s", 45},
                                      {"90m", 5400},
                                      {"1h30m", 5400},
                                      {"1.5h", 5400},
                                      {"1d", 86400},
                                      {"1d2h3m4.5s", 93784.5},
                                      {"0", 0}}) {
    set_option(options, "max-time", text);
    EXPECT_EQ(options.train.max_seconds, seconds) << text;
  }
  set_option(options, "seed", "18446744073709551615");
  EXPECT_EQ(options.train.seed, std::numeric_limits<uint64_t>::max());
  set_option(options, "lr", "0.1");
  EXPECT_EQ(options.train.lr, 0.1);
}

TEST(OptionList, RefusesWhatIsNoValue) {
  EXPECT_EQ(refusal("lr", "-1"), "--lr is -1, it must be above 0");
  EXPECT_EQ(refusal("lr", "0"), "--lr is 0, it must be above 0");
  EXPECT_EQ(refusal("hidden", "0"), "--hidden is 0, it must be at least 1");
  EXPECT_EQ(refusal("hidden", "65537"), "--hidden is 65537, it must be at least 1 and at most 65536");
  EXPECT_EQ(refusal("dropout", "1"), "--dropout is 1, it must be at least 0 and below 1");
  EXPECT_EQ(refusal("valid-share", "1"), "--valid-share is 1, it must be above 0 and below 1");
  EXPECT_EQ(refusal("seed", "-1"), "--seed is -1, it must be at least 0");
  for (const char* text : {"nan", "inf", "-inf", "NaN", "1e999", "", " 1", "1 ", "1,5", "0x10", "1e", "+1", "--layers"}) {
    EXPECT_NE(refusal("lr", text), "") << text;
  }
  for (const char* text : {"1.5", "1e3", "99999999999", "nan", "", "3x", "true"})
    EXPECT_NE(refusal("layers", text), "") << text;
  for (const char* text : {"", "5w", "m", "1h30", "30m1h", "1h1h", "1h-5m", "-5", "nan", "inf", "1e308d"})
    EXPECT_NE(refusal("max-time", text), "") << text;
  for (const char* text : {"uniform", "uniform:", "uniform:0", "uniform:nan", "uniform:A", "uniform:1x"}) {
    EXPECT_NE(refusal("init", text), "") << text;
  }
  EXPECT_NE(refusal("tied", "yes"), "");
  EXPECT_NE(refusal("seed", "18446744073709551616"), "");
}

TEST(OptionList, SuggestsTheNearestName) {
  std::string help;
  EXPECT_EQ(refusal("hiden", "1", &help), "there is no option 'hiden'");
  EXPECT_EQ(help, "did you mean hidden?");
  EXPECT_NE(refusal("cell", "lstmm", &help), "");
  EXPECT_EQ(help, "did you mean lstm?");
  EXPECT_NE(refusal("optimizer", "adma", &help), "");
  EXPECT_EQ(help, "did you mean adam?");
  EXPECT_NE(refusal("cell", "transformer", &help), "");
  EXPECT_EQ(help, "");
}

TEST(OptionList, NearestNameCountsASwapOnce) {
  constexpr std::string_view kNames[] = {"train", "eval", "generate", "--vocabulary"};
  EXPECT_EQ(nearest_name("trian", kNames), "train");
  EXPECT_EQ(nearest_name("gen", kNames), "generate");
  EXPECT_EQ(nearest_name("--vocab", kNames), "--vocabulary");
  EXPECT_EQ(nearest_name("bench", kNames), "");
  EXPECT_EQ(nearest_name("x", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
}

TEST(OptionList, JsonKeepsEveryValue) {
  Options options;
  for (const auto& [name, text] : {std::pair{"hidden", "7"},
                                   {"lr", "0.3"},
                                   {"tied", "true"},
                                   {"init", "uniform:0.1"},
                                   {"seed", "18446744073709551615"},
                                   {"valid-share", "0.1"},
                                   {"max-time", "90"}}) {
    set_option(options, name, text);
  }
  const nlohmann::json json = options_to_json(options);
  EXPECT_EQ(json["model"]["hidden"], 7);
  EXPECT_EQ(json["data"]["valid-share"], 0.1);
  const Options back = options_from_json(nlohmann::json::parse(json.dump()));
  EXPECT_EQ(options_to_json(back), json);
  EXPECT_EQ(back.train.seed, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(get_option(options_from_json({{"model", {{"hidden", 9}}}}), "layers"), "1");
  for (const nlohmann::json& bad :
       {nlohmann::json{{"model", {{"hiden", 1}}}}, nlohmann::json{{"model", {{"lr", 1}}}},
        nlohmann::json{{"model", {{"hidden", -1}}}}, nlohmann::json{{"train", {{"lr", nullptr}}}},
        nlohmann::json{{"train", 3}}, nlohmann::json::array()}) {
    try {
      options_from_json(bad);
      ADD_FAILURE() << bad.dump();
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::model);
      EXPECT_EQ(e.code(), "model/corrupt");
    }
  }
}

TEST(OptionList, TomlNamesEveryOptionOnce) {
  Options options;
  set_option(options, "seed", "18446744073709551615");
  set_option(options, "horizon", "7");     // of a run on series, which has its section
  set_option(options, "rate", "8000");     // of one on speech
  set_option(options, "layout", "table");  // of one on labels
  const std::string toml = options_to_toml(options, {{"a \"b\".txt", "c.txt"}, {"v.txt"}, {}});
  for (const OptionInfo& o : option_list()) {
    const std::string line = "\n" + std::string(o.name) + " = ";
    const size_t at = toml.find(line);
    ASSERT_NE(at, std::string::npos) << o.name;
    EXPECT_EQ(toml.find(line, at + 1), std::string::npos) << o.name;
  }
  EXPECT_NE(toml.find("train = [\"a \\\"b\\\".txt\", \"c.txt\"]\nvalid = \"v.txt\"\n"), std::string::npos);
  EXPECT_EQ(toml.find("test = "), std::string::npos);
  EXPECT_NE(toml.find("seed = \"18446744073709551615\""), std::string::npos);  // above what a TOML integer holds
  EXPECT_NE(toml.find("lr = \"auto\""), std::string::npos);
  EXPECT_NE(toml.find("hidden = 256 "), std::string::npos);
  EXPECT_NE(toml.find("tokenizer = \"\" "), std::string::npos);
  set_option(options, "tokenizer", "a \"b\".model");
  EXPECT_NE(options_to_toml(options, {}).find("tokenizer = \"a \\\"b\\\".model\""), std::string::npos);
}

TEST(OptionList, ContradictionsAreRefused) {
  const auto verdict = [](std::initializer_list<std::pair<const char*, const char*>> values) {
    Options options;
    for (const auto& v : values) set_option(options, v.first, v.second);
    try {
      check_options(options);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(verdict({}), "");
  EXPECT_EQ(verdict({{"peephole", "true"}}), "");
  EXPECT_EQ(verdict({{"cell", "gru"}, {"peephole", "true"}}), "--peephole needs a cell with peepholes, but the cell is gru");
  EXPECT_EQ(verdict({{"cell", "rnn"}, {"cell-clip", "3"}}),
            "--cell-clip needs a cell with a cell state, but the cell is rnn");
  EXPECT_EQ(verdict({{"cell", "lstm-coupled"}, {"peephole", "true"}}),
            "--peephole needs a cell with peepholes, but the cell is lstm-coupled");
  EXPECT_EQ(verdict({{"cell", "lstm-coupled"}, {"cell-clip", "3"}, {"projection", "8"}, {"layer-norm", "true"}}), "");
  EXPECT_NE(verdict({{"cell", "rnn"}, {"projection", "8"}}), "");
  EXPECT_NE(verdict({{"cell", "rnn"}, {"forget-bias", "1"}}), "");
  EXPECT_NE(verdict({{"cell", "rnn-relu"}, {"chrono", "100"}}), "");
  EXPECT_EQ(verdict({{"cell", "gru"}, {"chrono", "100"}}), "");
  EXPECT_EQ(verdict({{"cell", "mingru"}, {"chrono", "100"}, {"zoneout", "0.1"}, {"dropout", "0.2"}, {"layer-norm", "true"}}),
            "");
  EXPECT_EQ(verdict({{"cell", "mingru"}, {"weight-drop", "0.1"}}),
            "--weight-drop needs a cell with a recurrent matrix, but the cell is mingru");
  EXPECT_EQ(verdict({{"cell", "indrnn"}, {"state-dropout", "0.1"}}),
            "--state-dropout needs a cell with a recurrent matrix, but the cell is indrnn");
  EXPECT_NE(verdict({{"cell", "indrnn"}, {"chrono", "100"}}), "");
  EXPECT_NE(verdict({{"cell", "mingru"}, {"projection", "8"}}), "");
  EXPECT_NE(verdict({{"cell", "mingru"}, {"forget-bias", "1"}}), "");
  EXPECT_NE(verdict({{"chrono", "2"}}), "");
  EXPECT_NE(verdict({{"momentum", "0.9"}}), "");
  EXPECT_EQ(verdict({{"momentum", "0.9"}, {"optimizer", "sgd"}}), "");
  EXPECT_NE(verdict({{"batch", "4"}, {"accumulate", "5"}}), "");
}

TEST(OptionList, WhatATaskDoesNotKnowIsRefused) {
  const auto verdict = [](const char* task, const char* name, const char* value) {
    Options options;
    set_option(options, name, value);
    try {
      check_task_options(options, *find_task(task));
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), "usage/task_option");
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(verdict("language-model", "attention", "dot"),
            "--attention dot is for translators, but the task is language-model");
  EXPECT_EQ(verdict("language-model", "attention", "additive"), "");  // as nobody says it, and as config.toml has it
  EXPECT_EQ(verdict("translate", "attention", "dot"), "");
  EXPECT_EQ(verdict("classify", "best-by", "bleu"), "--best-by bleu is for translators, but the task is classify");
  EXPECT_EQ(verdict("translate", "mode", "sentence"), "--mode sentence is for running text, but the task is translate");
  EXPECT_EQ(verdict("regress", "tied", "true"), "--tied true is for text, but the task is regress");
  EXPECT_EQ(verdict("translate", "tied", "true"), "");
  EXPECT_EQ(verdict("language-model", "softmax", "sampled"), "");
  for (const char* task : {"language-model", "translate", "classify", "tag"}) EXPECT_EQ(verdict(task, "hidden", "7"), "");
}

// The rule of an option belongs to what it is: a model has shape and regularisation, a run the rest.
TEST(OptionList, EveryOptionHasARule) {
  for (const OptionInfo& o : option_list()) {
    const bool of_model = o.rule == ResumeRule::shape || o.rule == ResumeRule::regularisation;
    EXPECT_TRUE(!of_model || o.section == "model" || o.section == "series" || o.section == "speech" || o.section == "labels")
        << o.name;
  }
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(options_with(ResumeRule::changeable),
            (Names{"epochs", "max-updates", "max-time", "patience", "threads", "frame-memory"}));
  EXPECT_EQ(options_with(ResumeRule::regularisation),
            (Names{"dropout", "input-dropout", "output-dropout", "embedding-dropout", "word-dropout", "variational",
                   "state-dropout", "zoneout", "zoneout-cell", "weight-drop"}));
}

// The words of the table are those that the rooms below know.
TEST(OptionList, ChoicesAreThoseOfTheRoomsBelow) {
  const auto choices = [](const char* name) {
    const auto list = find_option(name)->choices;
    return std::set<std::string>(list.begin(), list.end());
  };
  std::set<std::string> tokens = {"auto"}, cells, optimizers;
  for (const TokenizerKind& kind : tokenizer_kinds()) tokens.emplace(kind.name);
  for (const NamedCell& cell : kNamedCells) cells.emplace(cell.variant.name);
  for (const std::string_view name : optimizer_names()) optimizers.emplace(name);
  EXPECT_EQ(choices("tokens"), tokens);
  EXPECT_EQ(choices("cell"), cells);
  EXPECT_EQ(choices("optimizer"), optimizers);
  for (const std::string& name : choices("schedule")) EXPECT_EQ(schedule_name(schedule_kind(name)), name);
}

// Whatever struct it is in: an unquoted word makes the whole file unreadable.
TEST(OptionList, WordsStandInQuotesInEverySection) {
  Options options;
  options.labels.label = "stars", options.speech.rate = 8000, options.series.horizon = 7;
  const std::string toml = options_to_toml(options, {});
  int words = 0;
  for (const OptionInfo& o : option_list()) {
    if (!std::holds_alternative<std::string ModelOptions::*>(o.member) &&
        !std::holds_alternative<std::string TrainOptions::*>(o.member) &&
        !std::holds_alternative<std::string SeriesOptions::*>(o.member) &&
        !std::holds_alternative<std::string SpeechOptions::*>(o.member) &&
        !std::holds_alternative<std::string LabelOptions::*>(o.member))
      continue;
    EXPECT_NE(toml.find("\n" + std::string(o.name) + " = \""), std::string::npos) << o.name;
    ++words;
  }
  EXPECT_GT(words, 50);
}

}  // namespace
}  // namespace rnn::core
