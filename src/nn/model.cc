// Why: the networks written out: embedding, recurrent stack, output layer, forward and backward side by side.
#include "nn/model.h"

#include <algorithm>

#include "cells/reference.h"

namespace rnn {
namespace {

constexpr uint32_t kEmbeddingSite = 1, kOutputSite = 2;  // dropout

struct NetworkRecord {
  const int32_t* inputs;
  const void* below;  // [rows, output] what the output layer read
  int below_cols;
};

[[noreturn]] void bad(const std::string& code, const std::string& message, const std::string& help) {
  throw Error(Exit::usage, code, message, help);
}

}  // namespace

void check_config(const ModelConfig& c) {
  const auto positive = [](int value, const char* name, int limit) {
    if (value < 1 || value > limit) {
      bad("model/size",
          std::string(name) + " is " + std::to_string(value) + ", it must be between 1 and " + std::to_string(limit), "");
    }
  };
  const bool lm = c.task == "language-model";
  positive(c.rnn.hidden, "hidden", 65536);
  positive(c.rnn.layers, "layers", 64);
  positive(c.rnn.input, lm ? "embed" : "input", 65536);
  if (lm) positive(c.vocabulary, "vocabulary", 1 << 24);
  const std::string name(cell_info(c.rnn.cell).name);
  if (c.rnn.projection != 0 && c.rnn.cell != CellKind::lstm) {
    bad("model/projection", "[" + name + "] has no projection", "projection works with --cell lstm");
  }
  if (c.rnn.projection < 0 || c.rnn.projection > c.rnn.hidden) {
    bad("model/projection",
        "projection is " + std::to_string(c.rnn.projection) + ", it must be between 1 and hidden (" +
            std::to_string(c.rnn.hidden) + "), or 0 for none",
        "");
  }
  if ((c.rnn.flags & kPeephole) && c.rnn.cell != CellKind::lstm) {
    bad("model/peephole", "[" + name + "] has no peepholes", "peepholes work with --cell lstm");
  }
  for (const double p : {c.dropout, c.rnn.dropout}) {
    if (!(p >= 0 && p < 1))
      bad("model/dropout", "dropout is " + std::to_string(p) + ", it must be at least 0 and below 1", "");
  }
  if (lm && c.rnn.bidirectional) {
    bad("model/bidirectional", "a language model cannot read its text backwards: it would see the word it has to predict",
        "");
  }
  const int out = c.rnn.output() * c.rnn.directions();
  if (c.tied && out != c.rnn.input) {
    bad("model/tied",
        "tied weights need embed = " + std::string(c.rnn.projection ? "projection" : "hidden") + ", but embed is " +
            std::to_string(c.rnn.input) + " and the output " + std::to_string(out),
        "set --embed " + std::to_string(out));
  }
}

template <class T>
Model<T>::Model(const ModelConfig& config) : config_(config) {
  check_config(config);
  const bool lm = config.task == "language-model";
  if (lm) embedding_ = table_.add_matrix("embedding.weight", config.vocabulary, config.rnn.input);
  recurrent_.emplace(config.rnn, lm ? "rnn." : "", table_, packed_);
  if (lm) {
    const int out = recurrent_->output();
    output_weight_ = config.tied ? embedding_ : table_.add_matrix("output.weight", config.vocabulary, out);
    output_bias_ = table_.add_vector("output.bias", config.vocabulary);
    output_form_ = packed_.add_forward(output_weight_, {config.vocabulary}, out);
    output_back_ = packed_.add_backward(output_weight_, {config.vocabulary}, out);
    output_bias_form_ = packed_.add_vector({config.vocabulary}, output_bias_);
  }
  params_ = Params<T>(table_);
}

template <class T>
void Model<T>::pack(Pool& pool, bool training) {
  const Kernels<T>& k = kernels<T>();
  if (packed_.bytes() == 0 || training != packed_.training()) packed_.allocate(k, training);
  packed_.update(pool, params_);
}

template <class T>
void Model<T>::drop_params() {
  if (embedding_ >= 0 && params_.size() > 0) {
    embedding_rows_ = Buffer<T>(table_[embedding_].size());
    std::copy_n(params_.view(embedding_).data, embedding_rows_.size(), embedding_rows_.data());
  }
  params_ = Params<T>();
}

template <class T>
View<T> Model<T>::embed(Context<T>& context, const Seq& seq, const int32_t* inputs) const {
  const int rows = seq.rows(), width = config_.rnn.input;
  const T* weights = params_.size() > 0 ? params_.view(embedding_).data : embedding_rows_.data();
  const View<T> x = context.arena.template matrix<T>(rows, width);
  for (int r = 0; r < rows; ++r) std::copy_n(weights + static_cast<int64_t>(inputs[r]) * width, width, x.row(r));
  if (config_.dropout > 0 && context.training) dropout<T>(context, seq, config_.dropout, kEmbeddingSite, x, x);
  return x;
}

// Every thread adds all rows, for columns of its own: one order of summation.
template <class T>
void Model<T>::embed_backward(Context<T>& context, const Seq& seq, const int32_t* inputs, View<T> dx,
                              Params<T>& grads) const {
  if (config_.dropout > 0 && context.training) dropout<T>(context, seq, config_.dropout, kEmbeddingSite, dx, dx);
  const View<T> gradient = grads.view(embedding_);
  context.pool.parallel_for(dx.cols, 16, [&](int64_t begin, int64_t end) {
    for (int r = 0; r < seq.rows(); ++r) {
      T* to = gradient.row(inputs[r]);
      const T* from = dx.row(r);
      for (int64_t i = begin; i < end; ++i) to[i] += from[i];
    }
  });
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Seq& seq, const int32_t* inputs, State<T>& state, Tape* tape) const {
  View<T> h = recurrent_->forward(context, packed_, seq, embed(context, seq, inputs), state, tape);
  if (config_.dropout > 0 && context.training) {
    const View<T> dropped = context.arena.template matrix<T>(h.rows, h.cols);
    dropout<T>(context, seq, config_.dropout, kOutputSite, h, dropped);
    h = dropped;
  }
  const View<T> logits = context.arena.template matrix<T>(h.rows, config_.vocabulary);
  context.kernels.gemm(context.pool,
                       {h, packed_[output_form_], packed_[output_bias_form_], false, {config_.vocabulary}, logits});
  if (tape) tape->push(NetworkRecord{inputs, h.data, h.cols});
  return logits;
}

template <class T>
View<T> Model<T>::forward_frames(Context<T>& context, const Seq& seq, View<const T> frames, State<T>& state,
                                 Tape* tape) const {
  return recurrent_->forward(context, packed_, seq, frames, state, tape);
}

template <class T>
void Model<T>::backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> doutput, Params<T>& grads,
                        const State<T>* dstate_last, State<T>* dstate_first) const {
  if (!is_language_model()) {
    recurrent_->backward(context, packed_, seq, tape, doutput, {}, grads, dstate_last, dstate_first);
    return;
  }
  const auto record = tape.pop<NetworkRecord>();
  const ArenaScope scope(context.arena);
  const int rows = seq.rows(), width = record.below_cols;
  const Columns classes{config_.vocabulary};
  const View<const T> h{static_cast<const T*>(record.below), rows, width, width};
  add_outer_product<T>(context, doutput, classes, h, grads.view(output_weight_));
  context.kernels.column_sums(context.pool, doutput, classes, grads.view(output_bias_).data);
  const View<T> dh = context.arena.template matrix<T>(rows, width);
  context.kernels.gemm(context.pool, {doutput, packed_[output_back_], nullptr, false, {width}, dh});
  if (config_.dropout > 0 && context.training) dropout<T>(context, seq, config_.dropout, kOutputSite, dh, dh);
  const View<T> dx = context.arena.template matrix<T>(rows, config_.rnn.input);
  recurrent_->backward(context, packed_, seq, tape, dh, dx, grads, dstate_last, dstate_first);
  embed_backward(context, seq, record.inputs, dx, grads);
}

template class Model<float>;
template class Model<double>;

}  // namespace rnn
