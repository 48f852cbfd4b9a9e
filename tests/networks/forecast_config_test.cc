// Why: what cannot forecast is refused with the reason, and a file says all of how a model forecasts, or nothing.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/model_file.h"
#include "networks/model.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

ModelConfig forecast() {
  ModelConfig c;
  c.task = kForecastTask, c.rnn.input = 8, c.rnn.hidden = 8;
  c.forecast.horizon = 10, c.forecast.context = 48, c.forecast.segment = 4, c.forecast.inputs = 2;
  return c;
}

TEST(ForecastConfig, OutputsAreThoseOfTheHead) {
  ModelConfig c = forecast();
  EXPECT_EQ(checked_config(c).output, 4 * 3);
  EXPECT_EQ(checked_config(c).reads(), RowsRead::every);
  EXPECT_EQ(c.network(), "segments");
  EXPECT_EQ(c.head(), "quantiles");
  EXPECT_EQ(c.forecast.future(), 3);
  c.forecast.head = ForecastHead::student_t;
  EXPECT_EQ(checked_config(c).output, 4 * 3);
  c.forecast.head = ForecastHead::negative_binomial;
  EXPECT_EQ(checked_config(c).output, 4 * 2);
  c.forecast.network = ForecastNetwork::stacked, c.forecast.segment = 0, c.rnn.input = 2;
  c.forecast.head = ForecastHead::huber;
  EXPECT_EQ(checked_config(c).output, 10);
  EXPECT_EQ(checked_config(c).reads(), RowsRead::last);
  EXPECT_EQ(Model<float>(c).head().info().name, "huber");
}

TEST(ForecastConfig, WhatCannotForecastIsRefused) {
  const auto code = [](auto change) {
    ModelConfig c = forecast();
    change(c);
    return failure_of([&] { checked_config(c); }).code;
  };
  EXPECT_EQ(code([](ModelConfig&) {}), "none");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.horizon = 0; }), "model/task");
  EXPECT_EQ(code([](ModelConfig& c) { c.task = "regress", c.output = 1; }), "model/task");
  EXPECT_EQ(code([](ModelConfig& c) { c.vocabulary = 5; }), "model/task");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.horizon = -3; }), "model/task");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.horizon = 1 << 30; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.segment = 0; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.segment = 60000; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.context = 0; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.known = 2; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.forecast.channels = -1; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& c) { c.rnn.bidirectional = true; }), "model/bidirectional");
  EXPECT_EQ(code([](ModelConfig& c) { c.rnn.input = 1, c.forecast.channels = 2; }), "model/size");
  EXPECT_EQ(code([](ModelConfig& c) { c.tied = true; }), "model/tied");
  const auto levels = [&](std::vector<double> l) { return code([&](ModelConfig& c) { c.forecast.levels = l; }); };
  EXPECT_EQ(levels({}), "model/levels");
  EXPECT_EQ(levels({0.5, 0.5}), "model/levels");
  EXPECT_EQ(levels({0, 0.5}), "model/levels");
  EXPECT_EQ(levels({0.5, 1}), "model/levels");
  EXPECT_EQ(levels(std::vector<double>(200, 0.5)), "model/levels");
  const auto stacked = [&](auto change) {
    return code([&](ModelConfig& c) {
      c.forecast.network = ForecastNetwork::stacked, c.forecast.segment = 0, c.rnn.input = 2;
      change(c.forecast);
    });
  };
  EXPECT_EQ(stacked([](ForecastOptions&) {}), "none");
  EXPECT_EQ(stacked([](ForecastOptions& f) { f.segment = 2; }), "model/forecast");
  EXPECT_EQ(stacked([](ForecastOptions& f) { f.known = 1; }), "model/forecast");
  EXPECT_EQ(stacked([](ForecastOptions& f) { f.channels = 1; }), "model/forecast");
  EXPECT_EQ(stacked([](ForecastOptions& f) { f.inputs = 3; }), "model/forecast");
}

TEST(ForecastConfig, AnAutoregressionSaysOneStepAtATime) {
  ModelConfig c = forecast();
  ForecastOptions& f = c.forecast;
  f.network = ForecastNetwork::autoregressive, f.head = ForecastHead::student_t, f.segment = 0, f.known = 1, f.lags = {7};
  f.inputs = 4, c.rnn.input = 4;
  EXPECT_EQ(checked_config(c).output, 3);
  EXPECT_EQ(c.network(), "stacked");
  EXPECT_EQ(checked_config(c).reads(), RowsRead::every);
  const auto code = [&](auto change) {
    ModelConfig other = c;
    change(other);
    return failure_of([&] { checked_config(other); }).code;
  };
  EXPECT_EQ(code([](ModelConfig&) {}), "none");
  EXPECT_EQ(code([](ModelConfig& o) { o.forecast.segment = 2; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.forecast.channels = 2; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.forecast.known = 4; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.rnn.input = 5; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.forecast.head = ForecastHead::huber; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.forecast.head = ForecastHead::squared; }), "model/forecast");
  EXPECT_EQ(code([](ModelConfig& o) { o.rnn.bidirectional = true; }), "model/bidirectional");
}

TEST(ForecastConfig, LagsAscendAndHaveRoom) {
  const auto code = [](std::vector<int> lags, int inputs = 4) {
    ModelConfig c = forecast();
    c.forecast.lags = std::move(lags), c.forecast.inputs = inputs;
    return failure_of([&] { checked_config(c); }).code;
  };
  EXPECT_EQ(code({1, 24, 168}), "none");
  EXPECT_EQ(code({0, 24}), "model/lags");
  EXPECT_EQ(code({24, 24}), "model/lags");
  EXPECT_EQ(code({24, 7}), "model/lags");
  EXPECT_EQ(code({1 << 20}), "model/lags");
  EXPECT_EQ(code({1, 2, 3}, 3), "model/lags");
  ModelConfig c = forecast();
  EXPECT_FALSE(config_to_json(c)["forecast"].contains("lags"));
  c.forecast.lags = {9, 10, 30}, c.forecast.inputs = 4;
  EXPECT_EQ(c.forecast.lags_ahead(), 2);
  EXPECT_EQ(c.forecast.longest_lag(), 30);
  EXPECT_FALSE(c.forecast.masked(0));
  EXPECT_EQ(config_from_json(config_to_json(c)).forecast.lags, c.forecast.lags);
}

TEST(ForecastConfig, OnlyAForecastersFileSaysHow) {
  EXPECT_FALSE(config_to_json(ModelConfig()).contains("forecast"));
  ModelConfig c = forecast();
  c.forecast.levels = {0.05, 0.5, 0.95}, c.forecast.normalise = Normalise::median, c.forecast.channels = 7;
  const ModelConfig back = config_from_json(config_to_json(c));
  EXPECT_EQ(config_to_json(back), config_to_json(c));
  EXPECT_EQ(back.forecast.levels, c.forecast.levels);
  EXPECT_EQ(back.forecast.normalise, Normalise::median);
  EXPECT_EQ(back.forecast.channels, 7);
}

}  // namespace
}  // namespace rnn::core
