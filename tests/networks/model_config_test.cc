// Why: what a cell does not have is refused by the network itself, whoever asks for it.
#include "networks/model_config.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cells/names.h"

namespace rnn::core {
namespace {

ModelConfig config_of(std::string_view cell) {
  ModelConfig config;
  config.vocabulary = 9, config.rnn.input = 4, config.rnn.hidden = 5;
  config.rnn.cell = find_cell(cell)->kind, config.rnn.flags = find_cell(cell)->variant.flag;
  return config;
}

std::string refusal(const ModelConfig& config) {
  try {
    check_config(config);
  } catch (const Error& e) {
    return e.code() + ": " + e.what();
  }
  return "";
}

TEST(ModelConfig, WithoutARecurrentMatrixThereIsNothingToDropInIt) {
  for (const NamedCell& cell : kNamedCells) {
    SCOPED_TRACE(cell.variant.name);
    const std::string name(cell.variant.name);
    const bool matrix = has_recurrent_matrix(cell.kind);
    ModelConfig config = config_of(name);
    config.rnn.zoneout[0] = 0.2, config.dropout = config.rnn.dropout = 0.1, config.rnn.variational = true;
    EXPECT_EQ(refusal(config), "");
    config.rnn.weight_drop = 0.1;
    EXPECT_EQ(refusal(config),
              matrix ? "" : "model/dropout: [" + name + "] has no recurrent matrix, so there is nothing for weight drop");
    config.rnn.weight_drop = 0, config.rnn.state_dropout = 0.1;
    EXPECT_EQ(refusal(config),
              matrix ? "" : "model/dropout: [" + name + "] has no recurrent matrix, so there is nothing for state dropout");
    config = config_of(name);
    config.rnn.flags |= kPeephole;
    EXPECT_EQ(refusal(config).empty(), has_peepholes(cell.kind));
    config = config_of(name);
    config.rnn.projection = 3;
    EXPECT_EQ(refusal(config).empty(), matrix && has_cell_state(cell.kind));
  }
}

TEST(ModelConfig, OnlyAModelThatLabelsSymbolsReadsTheirLetters) {
  ModelConfig config = config_of("gru");
  config.task = "tag", config.output = 3, config.letters.vocabulary = 5;
  EXPECT_EQ(refusal(config), "");
  config.letters.width = 65;
  EXPECT_EQ(refusal(config), "model/letters: letters of a window is 65, it must be between 1 and 64");
  config.letters.width = 3, config.letters.longest = 0;
  EXPECT_EQ(refusal(config), "model/letters: letters of a word is 0, it must be between 1 and 256");
  config.letters.longest = 4, config.vocabulary = 0;
  EXPECT_EQ(refusal(config), "model/letters: only a model that labels symbols reads their letters");
  config.vocabulary = 9, config.task = "language-model";
  EXPECT_EQ(refusal(config), "model/letters: only a model that labels symbols reads their letters");
}

TEST(ModelConfig, OnlyARecogniserThatReadsForwardLooksAhead) {
  ModelConfig config = config_of("gru");
  config.task = "transcribe", config.vocabulary = 0, config.output = 4, config.row_convolution = 128;
  EXPECT_EQ(refusal(config), "");
  config.row_convolution = 129;
  EXPECT_EQ(refusal(config), "model/row_convolution: a look-ahead of 129 steps is impossible, give 0 to 128");
  config.row_convolution = -1;
  EXPECT_EQ(refusal(config), "model/row_convolution: a look-ahead of -1 steps is impossible, give 0 to 128");
  config.row_convolution = 2, config.rnn.bidirectional = true;
  EXPECT_EQ(refusal(config).substr(0, 19), "model/bidirectional");
  config.rnn.bidirectional = false, config.task = "tag";
  EXPECT_EQ(refusal(config), "model/task: only a model that transcribes has a look-ahead convolution");
}

TEST(ModelConfig, OnlyATaggerHasLabelsOfTheWholeBesideItsOwn) {
  ModelConfig config = config_of("gru");
  config.task = "tag", config.output = 4, config.whole_labels = 3;
  EXPECT_EQ(refusal(config), "");
  config.whole_labels = -1;
  EXPECT_EQ(refusal(config), "model/whole: -1 labels of the whole are impossible, give 1 to 1048576");
  config.whole_labels = 3, config.task = "classify";
  EXPECT_EQ(refusal(config), "model/whole: only a model with a label for every step has labels of the whole beside them");
}

}  // namespace
}  // namespace rnn::core
