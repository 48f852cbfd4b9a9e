// Why: a network that cannot be built is refused with the reason, before any memory is allocated.
#include "networks/model_config.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "heads/distribution.h"

namespace rnn::core {
namespace {

constexpr int kMostLookAhead = 128;  // steps
constexpr int kMostColumns = 64;
constexpr int kMostWhole = 1 << 20;
constexpr int kMostChained = 4096;  // labels: their transitions are as many squared
constexpr int kMostOrdered = 1000;  // labels of a scale

[[noreturn]] void bad(const std::string& code, const std::string& message, const std::string& help) {
  throw Error(Exit::usage, code, message, help);
}

void check_residual(const RecurrentOptions& rnn) {
  if (rnn.layers < 2)
    bad("model/residual", "a residual connection needs at least two layers", "set --layers 2, or leave --residual out");
  if (rnn.last_hidden > 0 && rnn.last_hidden != rnn.hidden)
    bad("model/residual", "a residual connection needs layers of the same width", "leave --last-hidden out");
}

// Checks that the encoder's states fit the decoder's, for a bridge that copies them.
bool same_states(const RecurrentOptions& encoder, const RecurrentOptions& decoder) {
  if (encoder.layers != decoder.layers || encoder.states() != decoder.states()) return false;
  const int directions = encoder.directions();
  for (int l = 0; l < decoder.layers; ++l) {
    const RecurrentOptions from = encoder.of_layer(l), to = decoder.of_layer(l);
    if (from.output() * directions != to.output() || from.hidden * directions != to.hidden) return false;
  }
  return true;
}

void check_encoder(const ModelConfig& c) {
  const EncoderOptions& e = c.encoder;
  if (e.present() != c.form().encoder)
    bad("model/task", e.present() ? "only a translator has an encoder" : "a translator needs an encoder", "");
  if (!e.present()) return;
  if (c.rnn.bidirectional)
    bad("model/bidirectional", "a decoder cannot read what it has not written yet", "only the encoder can be bidirectional");
  if (c.drops.rows > 0 && e.own_embedding)
    bad("model/dropout", "embedding dropout needs one embedding for both languages", "leave --own-embedding out");
  if (e.rnn.input != c.rnn.input) bad("model/size", "encoder and decoder read embeddings of different sizes", "");
  if (e.rnn.last_hidden < 0 || e.rnn.last_hidden > 65536)
    bad("model/size", "a last layer of " + std::to_string(e.rnn.last_hidden) + " units is impossible", "");
  if (e.rnn.projection < 0 || e.rnn.projection > e.rnn.hidden || (e.rnn.projection > 0 && e.rnn.states() < 2))
    bad("model/projection", "a projection of the encoder to " + std::to_string(e.rnn.projection) + " is impossible", "");
  if (e.rnn.projection > 0 && e.rnn.zoneout[0] > 0)
    bad("model/zoneout", "zoneout of a projected hidden state is not defined", "--zoneout-cell works with --projection");
  if (e.attention == AttentionKind::none && e.bridge == BridgeKind::zero)
    bad("model/bridge", "without attention and with a bridge of zeros the decoder would know nothing about the source",
        "use --bridge copy or dense");
  if (e.rnn.hidden < 1 || e.rnn.hidden > 65536 || e.rnn.layers > 64)
    bad("model/size",
        "an encoder of " + std::to_string(e.rnn.layers) + " layers of " + std::to_string(e.rnn.hidden) +
            " units is impossible",
        "");
  if (e.rnn.residual) check_residual(e.rnn);
  const bool dots = e.attention == AttentionKind::dot || e.attention == AttentionKind::scaled_dot;
  if (dots && e.output() != c.rnn.output()) {
    bad("model/attention",
        std::string(attention_name(e.attention)) + " attention multiplies the decoder's " + std::to_string(c.rnn.output()) +
            " numbers with the encoder's " + std::to_string(e.output()) + ", the two must be equal",
        "use --attention general or additive");
  }
  if (e.attention == AttentionKind::additive && (e.attention_size < 1 || e.attention_size > 65536))
    bad("model/attention", "an attention of size " + std::to_string(e.attention_size) + " is impossible", "");
  if (e.input_feeding && e.attention == AttentionKind::none)
    bad("model/attention", "input feeding needs attention, but there is none", "leave --input-feeding out");
  if (e.bridge == BridgeKind::copy && !same_states(e.rnn, c.rnn)) {
    bad("model/bridge", "the final states of the encoder do not fit the decoder's: layers or widths differ",
        "use --bridge dense, or zero");
  }
}

void check_transducer(const ModelConfig& c) {
  const TransducerOptions& t = c.transducer;
  if (!t.present()) return;
  if (!c.hears()) bad("model/task", "only a model that transcribes can be a transducer", "");
  const auto within = [](const char* what, int value, int most) {
    if (value < 1 || value > most)
      bad("model/transducer",
          std::string(what) + " is " + std::to_string(value) + ", it must be between 1 and " + std::to_string(most), "");
  };
  within("joiner", t.joiner, 65536), within("embedding of the predictor", t.embedding, 65536);
  within("context of the predictor", t.context, 64), within("hidden of the predictor", t.hidden, 65536);
  if (!(t.ctc_weight >= 0 && t.ctc_weight <= 1000))
    bad("model/transducer", "the weight of the CTC loss is " + number_text(t.ctc_weight) + ", it must be between 0 and 1000",
        "0.2, or 0 for none");
}

void check_row_convolution(const ModelConfig& c) {
  if (c.row_convolution == 0) return;
  if (!c.hears()) bad("model/task", "only a model that transcribes has a look-ahead convolution", "");
  if (c.row_convolution < 0 || c.row_convolution > kMostLookAhead)
    bad("model/row_convolution",
        "a look-ahead of " + std::to_string(c.row_convolution) + " steps is impossible, give 0 to " +
            std::to_string(kMostLookAhead),
        "");
  if (c.rnn.bidirectional)
    bad("model/bidirectional", "a network that reads in both directions has seen what follows: it needs no look-ahead", "");
}

void check_whole(const ModelConfig& c) {
  if (c.whole_labels == 0) return;
  if (c.task != "tag")
    bad("model/whole", "only a model with a label for every step has labels of the whole beside them", "");
  if (c.whole_labels < 0 || c.whole_labels > kMostWhole)
    bad("model/whole",
        std::to_string(c.whole_labels) + " labels of the whole are impossible, give 1 to " + std::to_string(kMostWhole), "");
}

void check_letters(const ModelConfig& c) {
  const LetterOptions& l = c.letters;
  if (!l.present()) return;
  if (c.form().writes || c.vocabulary == 0) bad("model/letters", "only a model that labels symbols reads their letters", "");
  const auto within = [](const char* what, int value, int most) {
    if (value < 1 || value > most)
      bad("model/letters",
          std::string(what) + " is " + std::to_string(value) + ", it must be between 1 and " + std::to_string(most), "");
  };
  within("number of different letters", l.vocabulary, 1 << 21), within("embedding of letters", l.embed, 4096);
  within("letters of a window", l.width, 64), within("filters of letters", l.filters, 16384);
  within("letters of a word", l.longest, 256);
}

void check_answers(const ModelConfig& c) {
  if (c.answers == Answers::one) return;
  if (c.task != "classify")
    bad("model/answers", "only a model that classifies has several or ordered labels, but the task is " + c.task, "");
  if (c.answers == Answers::ordered && (c.output < 2 || c.output > kMostOrdered))
    bad("model/answers",
        "a scale of " + counted(c.output, "label") + " is impossible, give 2 to " + std::to_string(kMostOrdered), "");
}

void check_labels(const ModelConfig& c) {
  const ModelForm& form = c.form();
  check_answers(c);
  if (c.pool != Pooling::last && (form.reads != RowsRead::last || c.task == kForecastTask))
    bad("model/pool", "only a model with one answer for a sequence pools its hidden rows", "");
  if (c.columns < 1 || c.columns > kMostColumns)
    bad("model/columns",
        std::to_string(c.columns) + " ids of a step are impossible, give 1 to " + std::to_string(kMostColumns), "");
  if (c.columns > 1 && (form.writes || c.vocabulary == 0))
    bad("model/columns", "only a model that labels symbols reads several ids of a step", "");
  if (c.crf && c.task != "tag") bad("model/crf", "only a model with a label for every step has a chain over them", "");
  if (c.crf && c.output > kMostChained)
    bad("model/crf",
        "a chain over " + std::to_string(c.output) + " labels is impossible, at most " + std::to_string(kMostChained) +
            " are",
        "--crf off labels every step alone");
  if (!c.places.empty() && (!c.crf || std::ssize(c.places) != c.output))
    bad("model/crf", counted(c.places.size(), "place") + " do not fit " + counted(c.output, "label"), "");
  if (std::any_of(c.places.begin(), c.places.end(), [](int place) { return place < 0; }))
    bad("model/crf", "a place of a label is negative", "");
  check_whole(c);
}

void check_levels(const std::vector<double>& levels) {
  if (levels.empty() || levels.size() > static_cast<size_t>(kMostNumbers))
    bad("model/levels", counted(levels.size(), "level") + " are impossible, give 1 to " + std::to_string(kMostNumbers), "");
  double before = 0;
  for (const double level : levels) {
    if (!(level > before && level < 1))
      bad("model/levels",
          "level " + number_text(level) + " follows " + number_text(before) + ", but levels ascend between 0 and 1",
          "for example 0.1,0.5,0.9");
    before = level;
  }
}

void check_lags(const ForecastOptions& f) {
  int before = 0;
  for (const int lag : f.lags) {
    if (lag <= before || lag > 65536)
      bad("model/lags",
          "lag " + std::to_string(lag) + " follows " + std::to_string(before) + ", but lags ascend from 1 to 65536",
          "for example 24,168");
    before = lag;
  }
  if (f.inputs < 1 + std::ssize(f.lags))
    bad("model/lags", counted(f.inputs, "input") + " have no room for " + counted(f.lags.size(), "lag"), "");
}

// What is sampled is read again, forwards.
void check_autoregressive(const ModelConfig& c) {
  const ForecastOptions& f = c.forecast;
  if (c.rnn.bidirectional)
    bad("model/bidirectional", "the network autoregressive reads what it has forecast: nothing can be read backwards", "");
  if (f.head == ForecastHead::squared || f.head == ForecastHead::huber)
    bad("model/forecast",
        "the network autoregressive samples its future, but the head " + std::string(f.head_name()) +
            " says a single number",
        "use --head student-t, gaussian or quantiles");
}

void check_forecast(const ModelConfig& c) {
  const ForecastOptions& f = c.forecast;
  const bool forecasts = c.task == kForecastTask;
  if (f.present() != forecasts)
    bad("model/task", forecasts ? "a forecast needs a horizon" : "only a model of the task forecast has a horizon", "");
  if (!forecasts) return;
  if (c.vocabulary != 0) bad("model/task", "a forecast reads numbers, it has no vocabulary", "");
  const auto within = [](const char* what, int value, int least, int most) {
    if (value < least || value > most)
      bad("model/forecast",
          std::string(what) + " is " + std::to_string(value) + ", it must be between " + std::to_string(least) + " and " +
              std::to_string(most),
          "");
  };
  within("horizon", f.horizon, 1, 65536), within("context", f.context, 1, 1 << 24), within("inputs", f.inputs, 1, 4096);
  within("known", f.known, 0, f.inputs - 1), within("channels", f.channels, 0, 1 << 24);
  check_lags(f);
  if (f.segments()) {
    within("segment", f.segment, 1, 65536);
    within("numbers of a segment", std::min(f.segment, 65536 / f.inputs + 1) * f.inputs, 1, 65536);
    if (c.rnn.bidirectional)
      bad("model/bidirectional", "a segment of the future is one step from the last state: nothing can be read backwards",
          "");
    if (f.channels > 0 && c.rnn.input < 2)
      bad("model/size", "a position and a channel need two numbers, but input is " + std::to_string(c.rnn.input), "");
  } else {
    const std::string name(kForecastNetworkNames[static_cast<size_t>(f.network)]);
    if (f.segment != 0) bad("model/forecast", "the network " + name + " reads single steps, it has no segments", "");
    if (f.known > 0 && !f.autoregressive())
      bad("model/forecast", "the network stacked cannot read what is known of the future", "the network segments can");
    if (f.channels > 0) bad("model/forecast", "the network " + name + " has no ids of series", "the network segments has");
    if (f.autoregressive()) check_autoregressive(c);
    if (c.rnn.input != f.inputs)
      bad("model/forecast",
          "a step has " + std::to_string(f.inputs) + " numbers, but the recurrence reads " + std::to_string(c.rnn.input),
          "");
  }
  if (f.head == ForecastHead::quantiles) check_levels(f.levels);
}

}  // namespace

void check_config(const ModelConfig& c) {
  const auto positive = [](int value, const char* name, int limit) {
    if (value < 1 || value > limit) {
      bad("model/size",
          std::string(name) + " is " + std::to_string(value) + ", it must be between 1 and " + std::to_string(limit), "");
    }
  };
  const ModelForm& form = c.form();
  const bool writes = form.writes, bare = form.head == kNoHead;
  positive(c.rnn.hidden, "hidden", 65536);
  positive(c.rnn.layers, "layers", 64);
  check_forecast(c);
  check_transducer(c);
  check_row_convolution(c);
  check_labels(c);
  check_letters(c);
  if (c.rnn.last_hidden != 0) positive(c.rnn.last_hidden, "last-hidden", 65536);
  if (c.rnn.last_hidden > 0 && c.rnn.layers < 2)
    bad("model/size", "last-hidden needs a layer below, but there is only one layer", "set --hidden, or --layers 2");
  if (c.rnn.last_hidden > 0 && c.rnn.projection > 0)
    bad("model/projection", "with a projection every layer's output has that size; last-hidden does not work with it", "");
  positive(c.rnn.input, c.vocabulary > 0 ? "embed" : "input", 65536);
  if (writes || c.vocabulary != 0) positive(c.vocabulary, "vocabulary", 1 << 24);
  if (bare && c.vocabulary != 0) bad("model/task", "a bare recurrent model reads frames, it has no vocabulary", "");
  if (!writes && !bare) positive(c.output, "output", 1 << 24);
  if (c.tied && !writes)
    bad("model/tied", "only a language model and a translator can tie their output weights to the embedding", "");
  const std::string name(cell_name(c.rnn.cell, c.rnn.flags));
  if (c.rnn.projection != 0 && (c.rnn.states() < 2 || !has_recurrent_matrix(c.rnn.cell))) {
    bad("model/projection", "[" + name + "] has no projection", "projection works with --cell lstm and lstm-coupled");
  }
  if (c.rnn.projection < 0 || c.rnn.projection > c.rnn.hidden) {
    bad("model/projection",
        "projection is " + std::to_string(c.rnn.projection) + ", it must be between 1 and hidden (" +
            std::to_string(c.rnn.hidden) + "), or 0 for none",
        "");
  }
  if ((c.rnn.flags & kPeephole) && !has_peepholes(c.rnn.cell)) {
    bad("model/peephole", "[" + name + "] has no peepholes", "peepholes work with --cell lstm");
  }
  if (!(c.rnn.cell_clip >= 0) || c.rnn.cell_clip > 1e9) {
    bad("model/cell-clip", "cell clip is " + number_text(c.rnn.cell_clip) + ", it must be above 0, or 0 for none", "");
  }
  if (c.rnn.cell_clip > 0 && c.rnn.states() < 2)
    bad("model/cell-clip", "[" + name + "] has no cell state to clip", "cell clip works with --cell lstm and lstm-coupled");
  const std::pair<const char*, double> shares[] = {{"dropout", c.dropout},
                                                   {"dropout between layers", c.rnn.dropout},
                                                   {"state dropout", c.rnn.state_dropout},
                                                   {"input dropout", c.dropout_of_input()},
                                                   {"output dropout", c.dropout_of_output()},
                                                   {"embedding dropout", c.drops.rows},
                                                   {"word dropout", c.drops.words},
                                                   {"zoneout", c.rnn.zoneout[0]},
                                                   {"zoneout of the cell state", c.rnn.zoneout[1]},
                                                   {"weight drop", c.rnn.weight_drop}};
  for (const auto& [what, p] : shares) {
    if (!(p >= 0 && p < 1)) {
      bad("model/dropout", std::string(what) + " is " + number_text(p) + ", it must be at least 0 and below 1",
          "1 would drop everything");
    }
  }
  if (c.vocabulary == 0 && (c.drops.rows > 0 || c.drops.words > 0 || c.input_dropout > 0)) {
    bad("model/dropout", "a model that reads numbers has no words and no embedding to drop",
        "leave --embedding-dropout, --word-dropout and --input-dropout out");
  }
  if (c.drops.unknown < -1 || c.drops.unknown >= std::max(c.vocabulary, 1))
    bad("model/dropout",
        "the unknown word is " + std::to_string(c.drops.unknown) + ", but there are " + std::to_string(c.vocabulary) +
            " words",
        "");
  if (c.rnn.zoneout[1] > 0 && c.rnn.states() < 2)
    bad("model/zoneout", "[" + name + "] has no cell state", "use --zoneout, which is for the hidden state");
  if (c.rnn.zoneout[0] > 0 && c.rnn.projection > 0)
    bad("model/zoneout", "zoneout of a projected hidden state is not defined", "--zoneout-cell works with --projection");
  if (!has_recurrent_matrix(c.rnn.cell) && (c.rnn.weight_drop > 0 || c.rnn.state_dropout > 0)) {
    const char* what = c.rnn.weight_drop > 0 ? "weight drop" : "state dropout";
    bad("model/dropout", "[" + name + "] has no recurrent matrix, so there is nothing for " + what,
        "leave it out; --dropout and --zoneout work with every cell");
  }
  if (form.running() && c.rnn.bidirectional) {
    bad("model/bidirectional", "a language model cannot read its text backwards: it would see the word it has to predict",
        "");
  }
  const int out = c.rnn.output() * c.rnn.directions();
  if (c.rnn.residual) check_residual(c.rnn);
  check_encoder(c);
  if (c.softmax.kind != SoftmaxKind::full && !form.running())
    bad("model/softmax", "only a language model has a sampled or an adaptive softmax", "");
  if (c.tied && c.softmax.kind == SoftmaxKind::adaptive) {
    bad("model/tied",
        "an adaptive softmax cannot be tied to the embedding: the widths of its clusters' matrices differ from the "
        "embedding's",
        "--softmax sampled works with --tied");
  }
  check_softmax(c.softmax, c.vocabulary, out);
  if (c.tied && out != c.rnn.input) {
    bad("model/tied",
        "tied weights need embed = " +
            std::string(c.rnn.projection    ? "projection"
                        : c.rnn.last_hidden ? "last-hidden"
                                            : "hidden") +
            ", but embed is " + std::to_string(c.rnn.input) + " and the output " + std::to_string(out),
        "set --embed " + std::to_string(out));
  }
}

const ModelForm* find_form(std::string_view task) {
  for (const ModelForm& form : kModelForms)
    if (form.task == task) return &form;
  return nullptr;
}

const ModelForm& ModelConfig::form() const {
  if (const ModelForm* own = find_form(task)) return *own;
  bad("model/task", "there is no task '" + task + "'", "");
}

ModelConfig checked_config(ModelConfig c) {
  if (c.encoder.present()) c.encoder.match(c.rnn);
  if (const Family* family = c.forecast.present() ? find_family(c.forecast.head_name()) : nullptr)
    c.output =
        std::min(c.forecast.targets(), 65536) * family->numbers(std::min<size_t>(c.forecast.levels.size(), kMostNumbers));
  c.transducer.cell = c.rnn.cell;
  check_config(c);
  if (c.form().writes) c.output = c.vocabulary;
  if (c.softmax.kind == SoftmaxKind::adaptive && c.softmax.cutoffs.empty())
    c.softmax.cutoffs = automatic_cutoffs(c.output, c.rnn.output() * c.rnn.directions(), c.softmax.divide);
  return c;
}

std::string_view ModelConfig::network() const {
  if (forecast.present()) return forecast.segments() ? "segments" : "stacked";
  return encoder.present() ? "encoder-decoder" : "stacked";
}

RowsRead ModelConfig::reads() const {
  if (forecast.present() && forecast.network == ForecastNetwork::stacked) return RowsRead::last;
  if (form().reads != RowsRead::last) return form().reads;
  constexpr RowsRead kReads[] = {RowsRead::last, RowsRead::mean, RowsRead::max, RowsRead::attention};  // by Pooling
  return kReads[static_cast<size_t>(pool)];
}

std::string_view ModelConfig::head() const {
  if (forecast.present()) return forecast.head_name();
  if (transducer.present()) return "transducer";
  if (crf) return "crf";
  if (answers != Answers::one) return answers == Answers::several ? "sigmoid" : "ordinal";
  return softmax.kind == SoftmaxKind::full ? form().head
                                           : softmax_name(softmax.kind);  // check_config: the form has a softmax
}

}  // namespace rnn::core
