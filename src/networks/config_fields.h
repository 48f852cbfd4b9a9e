// Why: the fields of a model's configuration, described once for its file, for rnn info and for starting from it.
#pragma once

#include "base/fields.h"
#include "cells/reference.h"
#include "networks/model_config.h"

namespace rnn::core {

// A cell, written as its name.
template <class Kind>
struct CellField {
  Kind& cell;
  std::string text() const { return std::string(cell_info(cell).name); }
  bool set(std::string_view name) const {
    const auto found = std::find_if(kCells.begin(), kCells.end(), [&](const CellInfo* info) { return info->name == name; });
    if (found != kCells.end()) cell = static_cast<CellKind>(found - kCells.begin());
    return found != kCells.end();
  }
};
template <class Kind>
CellField(Kind&) -> CellField<Kind>;

// The recurrence of an encoder takes the rest from the decoder (EncoderOptions::match).
template <class Encoder, class V>
void encoder_fields(Encoder& e, V& v) {
  v.field({"layers", "encoder-layers"}, e.rnn.layers);
  v.field({"hidden"}, e.rnn.hidden);
  v.field({"last_hidden"}, e.rnn.last_hidden);
  v.field({"projection"}, e.rnn.projection);
  v.field({"bidirectional", "one-way", true}, e.rnn.bidirectional);
  v.field({"residual"}, e.rnn.residual);
  v.field({"own_embedding", "own-embedding"}, e.own_embedding);
  v.field({"attention", "attention"}, NamedField{e.attention, kAttentionNames});
  v.field({"attention_size", "attention-size"}, e.attention_size);
  v.field({"input_feeding", "input-feeding"}, e.input_feeding);
  v.field({"reversed_source", "reverse-source"}, e.reversed_source);
  v.field({"bridge", "bridge"}, NamedField{e.bridge, kBridgeNames});
}

template <class Forecast, class V>
void forecast_fields(Forecast& f, V& v) {
  v.field({"network"}, NamedField{f.network, kForecastNetworkNames});
  v.field({"head"}, NamedField{f.head, kForecastHeadNames});
  v.field({"normalise"}, NamedField{f.normalise, kNormaliseNames});
  v.field({"horizon"}, f.horizon);
  v.field({"context"}, f.context);
  v.field({"segment"}, f.segment);
  v.field({"inputs"}, f.inputs);
  v.field({"known"}, f.known);
  v.field({"channels"}, f.channels);
  v.field({"levels"}, f.levels);
  v.group("lags", !f.lags.empty(), [&] { v.field({"lags"}, f.lags); });
}

template <class Letters, class V>
void letter_fields(Letters& l, V& v) {
  v.field({"vocabulary"}, l.vocabulary);
  v.field({"embed"}, l.embed);
  v.field({"width"}, l.width);
  v.field({"filters"}, l.filters);
  v.field({"longest"}, l.longest);
}

template <class Transducer, class V>
void transducer_fields(Transducer& t, V& v) {
  v.field({"recurrent"}, t.recurrent);
  v.field({"context"}, t.context);
  v.field({"embedding"}, t.embedding);
  v.field({"hidden"}, t.hidden);
  v.field({"joiner"}, t.joiner);
  v.field({"ctc_weight"}, t.ctc_weight);
}

// Config: ModelConfig, const for a visitor that only looks. Files of all versions are read by this: a field that came later is in
// a group, and no key ever changes its meaning.
template <class Config, class V>
void fields(Config& c, V& v) {
  auto& rnn = c.rnn;
  v.field({"task"}, c.task);
  v.field({"cell", "cell"}, CellField{rnn.cell});
  v.field({"relu"}, FlagField{rnn.flags, kRelu});
  v.field({"peephole", "peephole"}, FlagField{rnn.flags, kPeephole});
  v.field({"input", "embed"}, rnn.input);
  v.field({"hidden", "hidden"}, rnn.hidden);
  v.field({"layers", "layers"}, rnn.layers);
  v.group("last_hidden", true, [&] { v.field({"last_hidden", "last-hidden"}, rnn.last_hidden); });
  v.field({"projection", "projection"}, rnn.projection);
  v.field({"bidirectional"}, rnn.bidirectional);
  v.field({"layer_dropout"}, rnn.dropout);
  v.field({"dropout", "dropout"}, c.dropout);
  v.group("variational", true, [&] {
    v.field({"variational", "variational"}, rnn.variational);
    v.field({"state_dropout", "state-dropout"}, rnn.state_dropout);
    v.field({"zoneout", "zoneout"}, rnn.zoneout[0]);
    v.field({"zoneout_cell", "zoneout-cell"}, rnn.zoneout[1]);
    v.field({"weight_drop", "weight-drop"}, rnn.weight_drop);
  });
  v.group("input_dropout", true, [&] {
    v.field({"input_dropout", "input-dropout"}, ResolvedField{c.input_dropout, c.vocabulary > 0 ? c.dropout_of_input() : 0});
    v.field({"output_dropout", "output-dropout"}, ResolvedField{c.output_dropout, c.dropout_of_output()});
    v.field({"embedding_dropout", "embedding-dropout"}, c.drops.rows);
    v.field({"word_dropout", "word-dropout"}, c.drops.words);
    v.field({"unknown"}, c.drops.unknown);
  });
  v.group("layer_norm", true, [&] {
    v.field({"layer_norm", "layer-norm"}, FlagField{rnn.flags, kLayerNorm});
    v.field({"cell_clip", "cell-clip"}, rnn.cell_clip);
  });
  v.field({"vocabulary"}, c.vocabulary);
  v.group("output", true, [&] { v.field({"output"}, c.output); });
  v.field({"tied", "tied"}, c.tied);
  v.group("residual", rnn.residual, [&] { v.field({"residual", "residual"}, rnn.residual); });
  v.object("forecast", c.forecast.present(), [&] { forecast_fields(c.forecast, v); });
  v.group("row_convolution", c.row_convolution > 0, [&] { v.field({"row_convolution"}, c.row_convolution); });
  v.group("pool", c.pool != Pooling::last, [&] { v.field({"pool"}, NamedField{c.pool, kPoolingNames}); });
  v.group("columns", c.columns != 1, [&] { v.field({"columns"}, c.columns); });
  v.object("letters", c.letters.present(), [&] { letter_fields(c.letters, v); });
  v.group("answers", c.answers != Answers::one, [&] { v.field({"answers"}, NamedField{c.answers, kAnswerNames}); });
  v.group("whole_labels", c.whole_labels > 0, [&] { v.field({"whole_labels"}, c.whole_labels); });
  v.group("crf", c.crf, [&] {
    v.field({"crf"}, c.crf);
    v.field({"places"}, c.places);
  });
  v.object("transducer", c.transducer.present(), [&] { transducer_fields(c.transducer, v); });
  v.object("encoder", c.encoder.present(), [&] { encoder_fields(c.encoder, v); });
  v.group("softmax", c.softmax.kind != SoftmaxKind::full, [&] {
    v.field({"softmax", "softmax"}, NamedField{c.softmax.kind, kSoftmaxNames});
    if (c.softmax.kind != SoftmaxKind::adaptive) return;
    v.field({"cutoffs", "cutoffs"}, c.softmax.cutoffs);
    v.field({"softmax_divide", "softmax-divide"}, c.softmax.divide);
  });
}

}  // namespace rnn::core
