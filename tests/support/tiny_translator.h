// Why: a translator with every part that one can have, whose translations differ from line to line.
#pragma once

#include <string>

#include "io/model_file.h"
#include "support/tiny_run.h"

namespace rnn::core::test {

inline ModelFile tiny_translator(AttentionKind attention, bool input_feeding, const std::string& tokens = "word",
                                 BridgeKind bridge = BridgeKind::copy) {
  ModelFile file;
  file.path = "made";
  file.tokenizer =
      build_tokenizer(tokens, {"The cat is sleeping.\nThe dog is eating bread.\nA bird sees the cat and the dog.\n"});
  ModelConfig config;
  config.task = "translate", config.vocabulary = file.tokenizer->size();
  config.rnn.cell = CellKind::gru, config.rnn.input = 5, config.rnn.hidden = 8;
  EncoderOptions& e = config.encoder;
  e.rnn.input = 5, e.rnn.hidden = 4, e.rnn.layers = 1, e.rnn.bidirectional = true;
  e.attention = attention, e.attention_size = 7, e.bridge = bridge, e.input_feeding = input_feeding;
  e.match(config.rnn);
  file.model = std::make_unique<Model<float>>(config);
  Random random(11, Purpose::test);
  for (ParamId id = 0; id < static_cast<ParamId>(file.model->table().all().size()); ++id)
    for (float& w : file.model->params().values(id)) w = static_cast<float>(random.uniform(-0.9, 0.9));
  return file;
}

}  // namespace rnn::core::test
