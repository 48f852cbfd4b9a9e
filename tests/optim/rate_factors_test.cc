// Why: a name in --layer-lr or --freeze refers to the tensors that the user expects, and no name is ignored.
#include "optim/rate_factors.h"

#include <gtest/gtest.h>

#include <map>

#include "networks/model.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Factors = std::map<std::string, double>;

ModelConfig config(bool tied = false) {
  ModelConfig c;
  c.vocabulary = 9, c.tied = tied;
  c.rnn.input = c.rnn.hidden = 4, c.rnn.layers = 2;
  return c;
}

Factors factors(const LayerRates& rates, bool tied = false) {
  const Model<float> model(config(tied));
  const std::vector<double> values = rate_factors(rates, model.table());
  Factors by_name;
  for (size_t i = 0; i < values.size(); ++i) by_name[model.table().all()[i].name] = values[i];
  return by_name;
}

TEST(RateFactors, LayerOfAParameter) {
  EXPECT_EQ(layer_of({Role::embedding, "embedding"}), "embedding");
  EXPECT_EQ(layer_of({Role::recurrent, "rnn", 0}), "rnn.0");
  EXPECT_EQ(layer_of({Role::input_bias, "rnn", 12, 1}), "rnn.12");
  EXPECT_EQ(layer_of({Role::bias, "output"}), "output");
}

// Their names end in .weight behind the number of the layer.
TEST(RateFactors, TheGainsOfALayerBelongToIt) {
  ModelConfig c = config();
  c.rnn.flags = kLayerNorm;
  const Model<float> model(c);
  const std::vector<double> values = rate_factors({.freeze = "rnn.0"}, model.table());
  EXPECT_EQ(values[static_cast<size_t>(model.table().find("rnn.layer_norm_ih_l0.weight"))], 0);
  EXPECT_EQ(values[static_cast<size_t>(model.table().find("rnn.layer_norm_c_l0.bias"))], 0);
  EXPECT_EQ(values[static_cast<size_t>(model.table().find("rnn.layer_norm_ih_l1.weight"))], 1);
}

TEST(RateFactors, LayersTensorsAndPatterns) {
  for (const auto& [name, factor] : factors({})) EXPECT_EQ(factor, 1) << name;
  const Factors f = factors({.factors = "rnn=0.5, rnn.0=0.25,*.bias_ih_*=2,output.bias=3", .freeze = "embedding"});
  EXPECT_EQ(f.at("embedding.weight"), 0);
  EXPECT_EQ(f.at("rnn.weight_hh_l0"), 0.25);  // the last that fits
  EXPECT_EQ(f.at("rnn.weight_hh_l1"), 0.5);
  EXPECT_EQ(f.at("rnn.bias_ih_l0"), 2);
  EXPECT_EQ(f.at("rnn.bias_ih_l1"), 2);
  EXPECT_EQ(f.at("rnn.bias_hh_l1"), 0.5);
  EXPECT_EQ(f.at("output.weight"), 1);
  EXPECT_EQ(f.at("output.bias"), 3);
}

TEST(RateFactors, DecayFromTheTopDown) {
  Factors f = factors({.factors = "rnn.0=0.7", .decay = 2.6});
  EXPECT_EQ(f.at("output.weight"), 1);
  EXPECT_DOUBLE_EQ(f.at("rnn.bias_hh_l1"), 1 / 2.6);
  EXPECT_EQ(f.at("rnn.weight_ih_l0"), 0.7);
  EXPECT_DOUBLE_EQ(f.at("embedding.weight"), 1 / (2.6 * 2.6 * 2.6));
  f = factors({.decay = 2, .tied = true}, true);
  EXPECT_EQ(f.at("embedding.weight"), 1) << "it is the output layer, too";
  EXPECT_EQ(f.at("rnn.weight_ih_l0"), 0.25);
}

TEST(RateFactors, WhatMeansNothingIsRefused) {
  const auto refused = [](const LayerRates& rates) { return failure_of([&] { factors(rates); }); };
  const Failure unknown = refused({.freeze = "embeding"});
  EXPECT_EQ(unknown.code, "usage/layers");
  EXPECT_EQ(unknown.exit, Exit::usage);
  EXPECT_NE(unknown.message.find("'embeding'"), std::string::npos) << unknown.message;
  EXPECT_NE(unknown.help.find("embedding, rnn.0, rnn.1, output"), std::string::npos) << unknown.help;
  EXPECT_EQ(refused({.factors = "rnn.2=0.5"}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "rnn"}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "rnn="}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "=2"}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "rnn=0"}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "rnn=nan"}).code, "usage/layers");
  EXPECT_EQ(refused({.factors = "rnn=0.5x"}).code, "usage/layers");
  EXPECT_NE(refused({.freeze = "*"}).message.find("nothing to train"), std::string::npos);
  EXPECT_EQ(refused({.freeze = "embedding,rnn,output.weight"}).code, "none");
}

}  // namespace
}  // namespace rnn::core
