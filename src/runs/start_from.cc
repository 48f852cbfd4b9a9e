// Why: fine-tuning keeps the shape of a model and may change how it is trained; this file decides which option is which.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cells/names.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

constexpr std::string_view kShape[] = {"tokens",         "cell",          "peephole",      "layer-norm",     "cell-clip",
                                       "layers",         "hidden",        "last-hidden",   "embed",          "projection",
                                       "tied",           "softmax",       "cutoffs",       "softmax-divide", "residual",
                                       "encoder-layers", "one-way",       "attention",     "attention-size", "input-feeding",
                                       "bridge",         "own-embedding", "reverse-source"};
constexpr std::string_view kRegularisation[] = {"dropout",      "input-dropout", "output-dropout", "embedding-dropout",
                                                "word-dropout", "variational",   "state-dropout",  "zoneout",
                                                "zoneout-cell", "weight-drop"};

// A separate share is "as dropout" if it is the same.
double own_share(double share, double dropout) { return share < 0 || share == dropout ? -1 : share; }

// The configuration of a model, as options.
void options_from_config(const ModelConfig& c, ModelOptions* o) {
  o->cell = cell_name(c.rnn.cell, c.rnn.flags);
  o->peephole = (c.rnn.flags & kPeephole) != 0, o->layer_norm = (c.rnn.flags & kLayerNorm) != 0;
  o->cell_clip = c.rnn.cell_clip;
  o->layers = c.rnn.layers, o->hidden = c.rnn.hidden, o->last_hidden = c.rnn.last_hidden;
  o->embed = c.rnn.input, o->projection = c.rnn.projection, o->residual = c.rnn.residual;
  if (const EncoderOptions& e = c.encoder; e.present()) {
    o->encoder_layers = e.rnn.layers, o->one_way = !e.rnn.bidirectional;
    o->attention = attention_name(e.attention), o->attention_size = e.attention_size;
    o->input_feeding = e.input_feeding, o->bridge = bridge_name(e.bridge);
    o->own_embedding = e.own_embedding, o->reverse_source = e.reversed_source;
  }
  o->tied = c.tied, o->dropout = c.dropout;
  o->softmax = softmax_name(c.softmax.kind), o->softmax_divide = c.softmax.divide;
  o->cutoffs = c.softmax.cutoffs.empty() ? "auto" : fmt::format("{}", fmt::join(c.softmax.cutoffs, ","));
  o->input_dropout = c.vocabulary > 0 ? own_share(c.input_dropout, c.dropout) : -1;
  o->output_dropout = own_share(c.output_dropout, c.dropout);
  o->embedding_dropout = c.drops.rows, o->word_dropout = c.drops.words;
  o->variational = c.rnn.variational, o->state_dropout = c.rnn.state_dropout, o->weight_drop = c.rnn.weight_drop;
  o->zoneout = c.rnn.zoneout[0], o->zoneout_cell = c.rnn.zoneout[1];
}

bool among(std::span<const std::string_view> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Values that leave the choice to the program; also, a model of numbers has no embedding.
bool asks_for_nothing(const std::string& name, const ModelOptions& asked, const ModelConfig& config) {
  if (name == "embed") return asked.embed == 0 || config.vocabulary == 0;
  if (name == "encoder-layers") return asked.encoder_layers == 0;
  if (name == "attention-size") return asked.attention_size == 0;
  return (name == "tokens" && asked.tokens == "auto") || (name == "bridge" && asked.bridge == "auto");
}

}  // namespace

std::unique_ptr<Model<float>> start_from(std::unique_ptr<Model<float>> start, const RunRequest& request,
                                         const Tokenizer* tokenizer, ModelOptions* options) {
  const Options asked{*options, {}};
  Options taken = asked;
  options_from_config(start->config(), &taken.model);
  if (tokenizer) taken.model.tokens = std::string(tokenizer->kind());
  bool changed = false;
  for (const std::string& name : request.given) {
    const std::string wanted = get_option(asked, name), found = get_option(taken, name);
    if (wanted == found || asks_for_nothing(name, asked.model, start->config())) continue;
    if (among(kShape, name)) {
      throw Error(Exit::usage, "usage/init_from",
                  fmt::format("--{} is {}, but {} has {}", name, wanted, request.init_from, found),
                  "leave it out: shape and weights come from the model; or train a new one without --init-from");
    }
    if (!among(kRegularisation, name)) continue;
    set_option(taken, name, wanted);
    changed = true;
  }
  *options = taken.model;
  if (!changed) return start;
  ModelConfig config = start->config();
  regularise_by(taken.model, &config);
  config.drops.unknown = tokenizer ? tokenizer->unknown_id() : -1;
  auto model = std::make_unique<Model<float>>(config);
  std::copy_n(start->params().data(), start->params().size(), model->params().data());
  return model;
}

}  // namespace rnn::core
