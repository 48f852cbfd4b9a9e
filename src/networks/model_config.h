// Why: a network's configuration: all that is needed to build it, and which configurations are refused.
#pragma once

#include <string>
#include <string_view>

#include "heads/head.h"
#include "networks/encoder_decoder.h"
#include "nn/layers/embedding.h"
#include "nn/layers/output_layer.h"

namespace rnn::core {

// Tasks, their inputs and outputs:
//   language-model   ids in, an output row per step (classes: the next id)
//   tag              ids or frames in, an output row per step (classes)
//   classify         ids or frames in, one output row per sequence, from the last step (classes)
//   regress          ids or frames in, one output row per sequence, from the last step (numbers)
//   translate        ids of a source in, an output row per step of the target (classes: the next id); has an encoder
//   recurrent        frames in, hidden states out: a bare torch.nn.RNN, GRU or LSTM
constexpr std::string_view kTasks[] = {"language-model", "tag", "classify", "regress", "translate", "recurrent"};

constexpr std::string_view kNoHead = "";

struct ModelConfig {
  std::string task = "language-model";
  RecurrentOptions rnn;  // input: the embedding's size, or the size of a frame; for a translator: the decoder
  int vocabulary = 0;    // number of input ids, which get an embedding; 0: frames
  bool tied = false;     // language model, translator: output weights = embedding; needs output size = embedding size
  double dropout = 0;    // after the embedding and before the output, unless the next two options set their own:
  int output = 0;  // K, rows of the output layer; ignored for a language model and a translator, which use the vocabulary
  double input_dropout = -1, output_dropout = -1;  // after the embedding; before the output; -1: as `dropout`
  InputDrops drops = {};                           // of whole words
  SoftmaxOptions softmax = {};                     // language models; a model's own config() has the cutoffs that it took
  EncoderOptions encoder = {};                     // translate only
  // What it is built from, by name.
  std::string_view network() const { return encoder.present() ? "encoder-decoder" : "stacked"; }  // networks/list.h
  std::string_view head() const;                                                                  // heads/list.h, or kNoHead
  RowsRead head_reads() const;
  double dropout_of_input() const { return input_dropout < 0 ? dropout : input_dropout; }
  double dropout_of_output() const { return output_dropout < 0 ? dropout : output_dropout; }
};

// Throws Error{usage, "model/..."} for what cannot be built (sizes <= 0, projection of a GRU, tied weights of different
// sizes, cutoffs out of order, ...).
void check_config(const ModelConfig& config);
// The same with what follows from other options filled in: the encoder's cell, the outputs of a model of text. Throws the same.
ModelConfig checked_config(ModelConfig config);

}  // namespace rnn::core
