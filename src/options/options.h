// Why: all options of a training run, defined once: the command line, the TOML file, the model card and resume use this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rnn::core {

struct ModelOptions {
  std::string tokens = "auto";  // auto, byte, char, word, unigram, bpe
  std::string tokenizer;        // file of a sub-word model to use; empty: learnt from the text
  int min_count = 1;            // words seen less often become the unknown word
  int max_vocabulary = 0;       // 0: no limit; for sub-words by the size of the text
  std::string cell = "lstm";    // one of kCellNames (cells/names.h)
  bool peephole = false;        // LSTM only
  bool layer_norm = false;      // Ba, Kiros and Hinton 2016
  double cell_clip = 0;         // bound of the cell state; 0: none
  int layers = 1;
  int hidden = 256;
  int last_hidden = 0;    // units of the last layer; 0: the same as hidden
  int embed = 0;          // 0: the same as hidden
  int projection = 0;     // LSTM only; 0: none
  bool residual = false;  // layers above the first add their input
  bool tied = false;      // output weights = embedding
  // Translators: the options above apply to the decoder, and, except for the number of layers, to the encoder.
  int encoder_layers = 0;              // 0: as many as the decoder
  bool one_way = false;                // the encoder reads forward only; else in both directions with half the units each
  std::string attention = "additive";  // none, additive, general, dot, scaled-dot
  int attention_size = 0;              // of additive attention; 0: as hidden
  bool input_feeding = false;          // the decoder also reads what its attention found at the previous step
  std::string bridge = "auto";         // copy, dense, zero; auto: copy where the states fit, else dense
  bool own_embedding = false;          // a separate embedding for the source
  bool reverse_source = false;         // sources are read from the last word to the first
  std::string softmax = "full";        // full, sampled, adaptive
  std::string cutoffs = "auto";        // adaptive: "2000,10000", where its clusters begin
  double softmax_divide = 4;           // adaptive: each cluster is this many times narrower than the one before
  double dropout = 0;                  // between layers, after the embedding and before the output
  double input_dropout = -1;           // after the embedding; -1: as dropout
  double output_dropout = -1;          // before the output layer; -1: as dropout
  double embedding_dropout = 0;        // of rows of the embedding, one mask per update
  double word_dropout = 0;             // of input words: a step sees the unknown word instead
  bool variational = false;            // dropout with one mask per sequence
  double state_dropout = 0;            // of the hidden state inside the recurrent product, one mask per sequence
  double zoneout = 0;                  // chance that a unit of the hidden state keeps its old value
  double zoneout_cell = 0;             // the same for the cell state (lstm)
  double weight_drop = 0;              // of the recurrent matrices, one mask per update
  std::string init = "auto";  // pytorch, uniform:A, glorot, orthogonal, identity; auto: pytorch with gates that start open
  double forget_bias = -1;    // LSTM; -1: as the initialisation sets it
  double chrono = 0;          // longest dependency of chrono initialisation (Tallec and Ollivier 2018); 0: off
};

// Speech: what a recogniser hears and writes.
struct SpeechOptions {
  int rate = 0;                         // samples per second; 0: that of most clips, 8000 or 16000
  int bins = 0;                         // bands of the mel scale; 0: 40 at 8000, else 80
  int stack = 3;                        // frames of 10 ms that are one step of the network
  bool streaming = false;               // reads forward only: it can listen while people speak
  int lookahead = 6;                    // frames after those of a step that it also reads; of --streaming
  int row_convolution = 0;              // steps after each one that a convolution of its hidden rows reads; of --streaming
  bool transducer = false;              // each character given those before it, in place of CTC
  std::string predictor = "stateless";  // stateless, recurrent: what it reads of them, the last two or all
  double joint_ctc = 0.2;               // weight of a CTC loss beside its own; 0: none, and no times
  std::string text_rules = "basic";     // none, basic: what counts as the same words
  std::string speeds = "0.9,1,1.1";     // a clip is heard at one of these speeds; 1: as it is
  double volume = 6;                    // decibels up to which a clip is heard louder or softer
  bool spec_augment = true;             // masks over time and frequency
  double mask_width = 0.3;              // of the widest masks, relative to 40 frames and a third of the bands
  std::string noise, reverb;            // files or folders between commas; empty: none
  std::string noise_snr = "5,20";       // lowest and highest, decibels
  std::string test_speakers;            // names between commas, kept for the test; empty: none
  std::string valid_speakers;           // the same for choosing; empty: found
  double frame_memory = 0;  // megabytes of frames kept in memory, the rest in a file; 0: half of the machine's memory
};

// Labels of texts, tagged words and files of sensors: where they stand, what a network reads of them, how it answers.
struct LabelOptions {
  std::string layout = "auto";  // auto, table, fasttext, folders, conll, conllu, aligned, ts, arff, rows, lines
  std::string text, label;      // columns of a table, of words and tags; empty: found
  std::string inputs;           // further columns of a table of texts, between commas; empty: none
  std::string sample;           // column of a table of rows: which belong to one sequence; empty: found
  bool keep_case = false;       // Word and word are two words
  std::string features =
      "auto";  // of tagged words: word; affixes: also beginnings, endings and shape; letters: also its letters; all
  std::string scheme = "auto";         // what the network says of spans: bio, bioes, or the tags as they are
  std::string crf = "auto";            // auto, on, off: a chain over the tags of a sequence
  std::string directions = "auto";     // auto, one, both
  std::string pool = "auto";           // auto, last, mean, max, attention
  std::string class_weights = "none";  // none, balanced
  std::string answers = "one";         // one, several, ordered: what the label of a sequence is
  std::string order;                   // ordered: the labels from the lowest, between commas; empty: they are numbers
  std::string vectors;                 // file of word vectors to begin with; empty: none
  std::string calibrate = "auto";      // auto, off: probabilities that hold, by one number fitted on the validation part
  std::string fold;                    // "2/5": the second of five parts is the test; empty: none
  std::string group;                   // column: rows with the same value stay on one side of every split; empty: none
  double jitter = 0;                   // frames: deviation of the noise that is added to them, in deviations of the data
  double amplitude = 0;                // ... of the factor of each of their numbers, one for a sequence
  double time_warp = 0;                // up to this share faster or slower
  bool operator==(const LabelOptions&) const = default;
};

// Time series: what the table's columns are, what is forecast, and with what. Lists are names between commas.
struct SeriesOptions {
  std::string id, time, y;                 // columns; empty: found
  std::string fixed, past, known, ignore;  // covariates: one value per series; known up to now; known in advance; not read
  std::string tz;                          // time zone of the calendar, such as Europe/Berlin; empty: the clock of the text
  std::string frequency;                   // empty: found
  std::string dates = "auto";              // auto, dmy, mdy: the order in 01/02/2016
  std::string decimal = "auto";            // auto, point, comma
  std::string duplicates = "error";        // error, first, mean, sum
  std::string gaps = "mask";               // mask, zero, linear
  int horizon = 0;                         // steps to forecast; 0: found from the season
  int season = 0;                          // steps; 0: of the frequency
  int context = 0;                         // steps that a forecast reads; 0: found
  int segment = 0;                         // steps that the network reads at once; 0: found
  std::string network = "auto";    // auto, segments, stacked, none: what stands beside the linear part; autoregressive
  std::string lags;                // "24,168": inputs of the network from so many steps before; empty: none
  std::string head = "auto";       // auto, squared, huber, quantiles, gaussian, student-t, negative-binomial
  std::string normalise = "auto";  // auto, none, last, mean, mean-abs, standard, median: of every window
  std::string transform = "auto";  // auto, none, log
  std::string calendar = "auto";   // auto, off, "week,year": what the clock and the calendar repeat, as inputs
  std::string linear = "auto";     // auto, off, shared, own: one ridge regression for all series, or one each
  double ridge = -1;               // its penalty; -1: chosen on the validation windows
  int valid_steps = 0;             // of every series, for choosing; 0: found
  int calibration_steps = 0;       // the same, for the width of bands; 0: found
  int test_steps = 0;              // the last ones of every series, for nothing but the report; 0: none
};

constexpr int kDefaultSamples = 1024;

struct TrainOptions {
  std::string optimizer = "adamw";  // sgd, adam, adamw, rmsprop, adagrad
  double lr = 0;                    // 0: the optimizer's own default (sgd 1, adam 2e-3)
  double momentum = 0;              // sgd
  double weight_decay = 0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  // adam
  double rms_decay = 0.99;                            // rmsprop
  std::string average = "off";                        // off, asgd, nt-asgd, ema: the weights that are validated and kept
  double ema_decay = 0.999;                           // ema
  int nonmono = 5;                                    // nt-asgd: validations
  std::string layer_lr;                               // "embedding=0.1,rnn.0=0.5": factors for the rate by layer or name
  double layer_lr_decay = 1;                          // each layer learns this many times slower than the one above it
  std::string freeze;                                 // "embedding,rnn.0": weights that are not trained
  double clip = 1;                                    // global norm; 0: off
  double clip_value = 0;                              // per element; 0: off
  std::string schedule = "constant";                  // constant, stall, decay, cosine, steps
  double decay = 0.5;                                 // factor of stall, decay and steps
  int decay_from = 4;                                 // decay: the first epochs, this many, keep the full rate
  std::string decay_at;                               // steps: "25,35", the epochs after which the rate is lowered
  int warmup = 0;                                     // updates of linear warm-up
  double label_smoothing = 0;
  double activation_regularization = 0;           // AR: factor of the mean square of the last layer's outputs after dropout
  double temporal_activation_regularization = 0;  // TAR: factor of the mean square of their changes from step to step
  int samples = 0;  // sampled softmax: classes sampled for an update; 0: kDefaultSamples, or all if there are fewer
  std::string sampler = "log-uniform";  // log-uniform, unigram
  std::string mode = "auto";  // auto, stream (contiguous text, carried state), sentence (each line its own sequence)
  int batch = 32;             // streams, or sentences
  int batch_tokens = 0;       // translators: this many target tokens instead; 0: by sentences
  int accumulate = 1;         // micro-batches per update
  int output_memory = 64;     // MiB of logits at once; a larger output layer is computed in blocks of rows
  int bptt = 64;              // steps per window
  bool bptt_random = false;   // windows of random lengths around bptt (AWD-LSTM)
  int epochs = 10;
  int64_t max_updates = 0;       // 0: no limit
  double max_seconds = 0;        // 0: no limit
  std::string best_by = "auto";  // chooses the best model: loss, smoothed-loss, bleu (translators); auto: selection_of()
  int patience = 3;              // validations without improvement before training stops; 0: never
  int64_t eval_every = 0;        // updates; 0: once per epoch
  uint64_t seed = 1;
  int threads = 0;            // 0: all cores
  double valid_share = 0.05;  // held out for validation when no file is given
};

}  // namespace rnn::core
