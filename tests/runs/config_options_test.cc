// Why: a run that starts from a model says what the model is in options; one that they do not show is a silent lie.
#include "runs/config_options.h"

#include <gtest/gtest.h>

#include "options/option_list.h"

namespace rnn::core {
namespace {

ModelOptions unusual() {
  ModelOptions o;
  o.cell = "gru-reset-before", o.peephole = o.layer_norm = o.residual = o.tied = o.variational = true;
  o.cell_clip = 2, o.layers = 2, o.hidden = 12, o.last_hidden = 5, o.embed = 7, o.projection = 3;
  o.softmax = "adaptive", o.cutoffs = "3,5", o.softmax_divide = 2;
  o.dropout = 0.5, o.input_dropout = 0.25, o.output_dropout = 0.125, o.embedding_dropout = 0.1, o.word_dropout = 0.2;
  o.state_dropout = 0.3, o.zoneout = 0.4, o.zoneout_cell = 0.6, o.weight_drop = 0.7;
  return o;
}

bool of_model(const OptionInfo& o) {
  return (o.rule == ResumeRule::shape || o.rule == ResumeRule::regularisation) && o.name != "tokens" &&
         o.readers != OptionReaders::of_series && o.readers != OptionReaders::of_speech &&
         o.readers != OptionReaders::of_labels;
}

TEST(ConfigOptions, EveryOptionOfAModelComesBackFromItsConfiguration) {
  const Options made{unusual(), {}}, usual;
  ModelConfig config = model_config(made.model);
  config.vocabulary = 20;
  Options back;
  options_from_config(config, &back.model);
  for (const OptionInfo& o : option_list()) {
    if (!of_model(o) || o.readers == OptionReaders::of_translators) continue;
    EXPECT_NE(get_option(made, o), get_option(usual, o)) << o.name << " is not tried";
    EXPECT_EQ(get_option(back, o), get_option(made, o)) << o.name;
  }
}

TEST(ConfigOptions, OfATranslatorToo) {
  ModelConfig config = model_config(unusual());
  EncoderOptions& e = config.encoder;
  e.rnn.layers = 3, e.rnn.bidirectional = false, e.own_embedding = e.input_feeding = e.reversed_source = true;
  e.attention = AttentionKind::dot, e.attention_size = 9, e.bridge = BridgeKind::dense;
  Options back, usual;
  options_from_config(config, &back.model);
  for (const OptionInfo& o : option_list()) {
    if (!of_model(o) || o.readers != OptionReaders::of_translators) continue;
    EXPECT_NE(get_option(back, o), get_option(usual, o)) << o.name;
  }
  EXPECT_EQ(back.model.encoder_layers, 3);
  EXPECT_EQ(back.model.attention, "dot");
  EXPECT_TRUE(back.model.one_way && back.model.reverse_source);
}

TEST(ConfigOptions, SharesOfTheirOwnOnly) {
  ModelOptions o;
  o.dropout = 0.25;
  ModelConfig config = model_config(o);
  config.vocabulary = 20;
  ModelOptions back;
  options_from_config(config, &back);
  EXPECT_EQ(back.input_dropout, -1);
  EXPECT_EQ(back.output_dropout, -1);
  EXPECT_EQ(config.rnn.dropout, 0.25) << "between the layers";
}

TEST(ConfigOptions, RegularisationLeavesTheShape) {
  ModelConfig config = model_config(ModelOptions());
  regularise_by(unusual(), &config);
  EXPECT_EQ(config.rnn.hidden, ModelOptions().hidden);
  EXPECT_EQ(config.rnn.cell, CellKind::lstm);
  EXPECT_EQ(config.rnn.zoneout[1], 0.6);
  EXPECT_EQ(config.dropout_of_input(), 0.25);
  EXPECT_EQ(config.rnn.dropout, 0.5);
}

TEST(ConfigOptions, AReluIsACellOfItsOwn) {
  ModelOptions o, back;
  o.cell = "rnn-relu";
  const ModelConfig config = model_config(o);
  EXPECT_EQ(config.rnn.cell, CellKind::elman);
  EXPECT_EQ(config.rnn.flags, kRelu);
  options_from_config(config, &back);
  EXPECT_EQ(back.cell, "rnn-relu");
}

}  // namespace
}  // namespace rnn::core
