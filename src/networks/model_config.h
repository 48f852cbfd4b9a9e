// Why: a network's configuration: all that is needed to build it, and which configurations are refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/figure.h"
#include "heads/head.h"
#include "heads/transducer_options.h"
#include "networks/encoder_decoder.h"
#include "nn/layers/embedding.h"
#include "nn/layers/output_layer.h"

namespace rnn::core {

constexpr std::string_view kNoHead = "";

// What a model is made of, by the name of the task that it is for. A new task takes the form of an old one, or adds a line.
struct ModelForm {
  std::string_view task;             // as model files have it
  std::string_view head;             // heads/list.h; a softmax is of the kind of ModelConfig::softmax
  RowsRead reads = RowsRead::every;  // of the network's hidden rows
  LossUnit loss = LossUnit::label;
  bool writes = false;                                 // ids in, and the outputs are the next id of the same vocabulary
  bool encoder = false;                                // an encoder reads a source first
  bool running() const { return writes && !encoder; }  // reads and writes one running text
};
constexpr ModelForm kModelForms[] = {
    {"language-model", "softmax", RowsRead::every, LossUnit::token, true},   // the next id at every step
    {"tag", "softmax", RowsRead::every},                                     // a class at every step
    {"classify", "softmax", RowsRead::last},                                 // a class after the last step
    {"regress", "squared", RowsRead::last, LossUnit::square},                // numbers after the last step
    {"follow", "squared", RowsRead::every, LossUnit::square},                // a number at every step
    {"translate", "softmax", RowsRead::every, LossUnit::token, true, true},  // the next id of the target
    {"recurrent", kNoHead, RowsRead::every, LossUnit::token},                // hidden rows of a torch.nn.RNN, GRU or LSTM
    {"transcribe", "ctc", RowsRead::every},                                  // characters of speech, anywhere in the frames
    {"effect", "esr", RowsRead::every, LossUnit::ratio},                     // a sample of sound for every sample
    {"forecast", "huber", RowsRead::every, LossUnit::value},  // the future of a series: ForecastOptions says more
};
constexpr std::string_view kForecastTask = "forecast";
const ModelForm* find_form(std::string_view task);  // null: there is none

// How a series is forecast. Sizes are in time steps.
struct ForecastOptions {
  ForecastNetwork network = ForecastNetwork::segments;
  ForecastHead head = ForecastHead::quantiles;
  Normalise normalise = Normalise::last;  // of the windows that it was trained on
  int horizon = 0;                        // forecast at once; 0: the model does not forecast
  int context = 0;                        // of the past that it reads
  int segment = 0;                        // of a segment; 0 for the others
  int inputs = 1;                         // numbers of a past step: the value and whatever is beside it
  int known = 0;     // numbers of a future step; for `autoregressive` those of the step itself, of `inputs`
  int channels = 0;  // ids of series, 0 for one that is unknown; 0: series have no ids
  std::vector<double> levels = {0.1, 0.5, 0.9};  // of the quantiles
  std::vector<int> lags = {};                    // values so many steps before are inputs, too; ascending
  bool present() const { return horizon > 0; }
  bool segments() const { return network == ForecastNetwork::segments; }
  bool autoregressive() const { return network == ForecastNetwork::autoregressive; }
  int targets() const { return segments() ? segment : autoregressive() ? 1 : horizon; }  // values of a row of outputs
  // Lags whose values are there for every step of the future.
  int lags_ahead() const {
    int count = 0;
    for (const int lag : lags) count += lag >= horizon;
    return count;
  }
  int longest_lag() const { return lags.empty() ? 0 : lags.back(); }
  // Does a step say whether its value is there? beside: numbers of its covariates.
  bool masked(int beside) const { return inputs > 1 + static_cast<int>(lags.size()) + beside; }
  int future() const {
    return (horizon + segment - 1) / segment;
  }  // segments that cover the horizon, the last perhaps in part
  int frame() const { return segments() ? segment * inputs : inputs; }  // numbers of a step of the recurrence
  std::string_view head_name() const { return kForecastHeadNames[static_cast<size_t>(head)]; }
};

// A reader of the letters of every word: an embedding, a convolution over neighbouring letters, the largest value of each filter (Ma and
// Hovy 2016, "End-to-end sequence labeling via bi-directional LSTM-CNNs-CRF"). What it says of a word is joined to the word's embedding.
struct LetterOptions {
  int vocabulary = 0;  // letters; 0: words are not read letter by letter
  int embed = 30;      // numbers of a letter
  int width = 3;       // letters of a window
  int filters = 30;    // numbers of a word
  int longest = 20;    // letters of a word that are read: the ids of a step after its columns
  bool present() const { return vocabulary > 0; }
};

struct ModelConfig {
  std::string task = "language-model";
  RecurrentOptions
      rnn;  // input: the embedding's size, or the size of a frame; for a translator: the decoder; for segments: what
            // a segment is mapped to
  int vocabulary = 0;  // number of input ids, which get an embedding; 0: frames
  bool tied = false;   // language model, translator: output weights = embedding; needs output size = embedding size
  double dropout = 0;  // after the embedding and before the output, unless the next two options set their own:
  int output = 0;  // K, rows of the output layer; ignored for a language model and a translator, which use the vocabulary
  double input_dropout = -1, output_dropout = -1;  // after the embedding; before the output; -1: as `dropout`
  InputDrops drops = {};                           // of whole words
  SoftmaxOptions softmax = {};                     // language models; a model's own config() has the cutoffs that it took
  EncoderOptions encoder = {};                     // translate only
  int row_convolution =
      0;  // transcribe, forward only: steps after each one that the hidden rows also read, by which they are late
  ForecastOptions forecast = {};                 // forecast only
  TransducerOptions transducer = {.joiner = 0};  // transcribe only: this head, with the cell of rnn, in place of CTC
  Pooling pool = Pooling::last;                  // classify and regress: which hidden rows are answered from
  int columns = 1;                               // ids of a step, whose embeddings are added
  LetterOptions letters = {};                    // tag and classify, with symbols: how their letters are read
  Answers answers = Answers::one;                // classify only
  int whole_labels = 0;           // tag only: labels of the sequence as a whole, beside those of its steps; 0: none
  bool crf = false;               // tag only: a chain over the labels of a sequence ...
  std::vector<int> places = {};   // ... and what these say of spans (alignment/tag_places.h); empty: nothing
  const ModelForm& form() const;  // throws Error{usage, "model/task"}: there is no such task
  // What it is built from, by name.
  std::string_view network() const;                    // networks/list.h
  std::string_view head() const;                       // heads/list.h, or kNoHead
  RowsRead reads() const;                              // by the head
  bool hears() const { return form().head == "ctc"; }  // labels anywhere in its rows: CTC, or a transducer
  double dropout_of_input() const { return input_dropout < 0 ? dropout : input_dropout; }
  double dropout_of_output() const { return output_dropout < 0 ? dropout : output_dropout; }
};

// Throws Error{usage, "model/..."} for what cannot be built (sizes <= 0, projection of a GRU, tied weights of different
// sizes, cutoffs out of order, ...).
void check_config(const ModelConfig& config);
// The same with what follows from other options filled in: the encoder's cell, the outputs of a model of text or of forecasts.
// Throws the same.
ModelConfig checked_config(ModelConfig config);

}  // namespace rnn::core
