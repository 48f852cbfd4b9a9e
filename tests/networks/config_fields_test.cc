// Why: a field that its file does not carry is lost with the first save.
#include "networks/config_fields.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/model_file.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

// Changes every field, each to a value of its own.
struct Changer {
  int changed = 0;

  template <class T>
  void field(const FieldInfo&, T&& value) {
    using V = std::remove_cvref_t<T>;
    ++changed;
    if constexpr (requires { value.names; }) {
      EXPECT_TRUE(value.set(*std::prev(std::end(value.names))));
    } else if constexpr (requires { value.text(); }) {
      EXPECT_TRUE(value.set("gru"));
    } else if constexpr (requires { value.get(); }) {
      value.set(!value.get());
    } else if constexpr (requires { value.resolved; }) {
      value.stored = changed / 128.0;
    } else if constexpr (std::is_same_v<V, std::string>) {
      value = "translate";
    } else if constexpr (std::is_same_v<V, std::vector<int>>) {
      value = {3, 5, changed};
    } else if constexpr (std::is_same_v<V, std::vector<double>>) {
      value = {changed / 128.0};
    } else if constexpr (std::is_same_v<V, bool>) {
      value = !value;
    } else if constexpr (std::is_same_v<V, double>) {
      value = changed / 128.0;
    } else {
      value = 100 + changed;
    }
  }
  template <class Body>
  void group(std::string_view, bool, Body&& body) {
    body();
  }
  template <class Body>
  void object(std::string_view, bool, Body&& body) {
    body();
  }
};

TEST(ConfigFields, EveryOneComesBackFromTheFile) {
  const nlohmann::json usual = config_to_json(ModelConfig());
  ModelConfig config;
  Changer changer;
  fields(config, changer);
  const nlohmann::json changed = config_to_json(config);
  EXPECT_EQ(static_cast<int>(changed.flatten().size()), changer.changed + 6)
      << "cutoffs, lags and places are three entries each";
  for (const auto& [key, value] : usual.items()) EXPECT_NE(changed.at(key), value) << key;
  const ModelConfig back = config_from_json(changed);
  EXPECT_EQ(config_to_json(back), changed);
  EXPECT_EQ(back.rnn.hidden, config.rnn.hidden);
  EXPECT_EQ(back.rnn.flags, kRelu | kPeephole | kLayerNorm);
  EXPECT_EQ(back.dropout_of_input(), config.input_dropout);
  EXPECT_EQ(back.softmax.cutoffs, config.softmax.cutoffs);
  EXPECT_EQ(back.encoder.rnn.hidden, config.encoder.rnn.hidden);
  EXPECT_EQ(back.encoder.bridge, BridgeKind::zero);
  EXPECT_EQ(back.forecast.head, ForecastHead::negative_binomial);
  EXPECT_EQ(back.forecast.levels, config.forecast.levels);
  EXPECT_EQ(back.forecast.lags, config.forecast.lags);
}

// What earlier versions did not write has its default; what they all wrote may not be missing.
TEST(ConfigFields, OnlyLaterFieldsMayBeMissing) {
  const nlohmann::json full = config_to_json(ModelConfig());
  const std::set<std::string> groups = {"last_hidden", "variational", "input_dropout", "layer_norm", "output"};
  for (const auto& [key, value] : full.items()) {
    nlohmann::json less = full;
    less.erase(key);
    const std::string code = failure_of([&] { config_from_json(less); }).code;
    EXPECT_EQ(code, groups.count(key) > 0 ? "none" : "model/corrupt") << key;
  }
}

}  // namespace
}  // namespace rnn::core
