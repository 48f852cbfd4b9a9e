// Why: the public face of training: options by name, events to a callback, stopping from outside.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rnn/error.h"

namespace rnn {
inline namespace v1 {

// An event of a training run. Numbers that the event does not have are NaN; step is then -1.
struct TrainEvent {
  std::string type;                                            // start, metric, eval, sample, warning, result
  int64_t step = -1;                                           // updates done
  double epoch = std::numeric_limits<double>::quiet_NaN();     // epochs done, with a fraction
  double loss = std::numeric_limits<double>::quiet_NaN();      // of the training text, since the last metric
  double val_loss = std::numeric_limits<double>::quiet_NaN();  // of the validation text
  double lr = std::numeric_limits<double>::quiet_NaN();
  double grad_norm = std::numeric_limits<double>::quiet_NaN();  // before clipping
  double tokens_per_s = std::numeric_limits<double>::quiet_NaN();
  std::string json;  // the whole event as one line of JSON, as in metrics.jsonl
};

// Returns whether to continue. Called in the training thread; an exception ends the training and propagates out of train().
using TrainCallback = std::function<bool(const TrainEvent&)>;

// A training run.
struct RNN_API TrainRequest {
  // Text files or folders (UTF-8), sequences, pairs or tables of series. Unless `valid` is given, a part is held out for validation: the
  // last of a text and of every series; drawn from all sequences, with its share of every label, or from all pairs, the same ones whatever
  // the seed.
  std::vector<std::string> data;
  std::string valid, test;  // files; empty: none. Series have none: the options valid-steps and test-steps set their parts
  // Or "translate": data is two parallel files or one file of pairs, valid and test are one file each; "classify", "tag",
  // "regress": data is JSON lines of sequences, {"input": [...], "target": ...}; "forecast": data is tables of dates and numbers, whose
  // columns the options id, time, y, static, past and known name where they are not found; "transcribe": clips of sound with transcripts.
  std::string task = "language-model";
  std::string folder;     // run folder, used exactly as given
  bool force = false;     // overwrite an existing run
  std::string init_from;  // run or model whose weights training starts from; empty: new weights
  std::vector<std::pair<std::string, std::string>> options;  // names and values, see train_options()
  TrainCallback on_event;                                    // may be empty
  // When it becomes nonzero, training saves after the current update and returns. Any thread or signal handler may set it.
  std::atomic<int>* stop = nullptr;

  // Adds an option: set("hidden", "200"). Throws Error{Exit::usage, "usage/option"}: unknown name, invalid value.
  TrainRequest& set(const std::string& name, const std::string& value);
};

// How a run ended.
struct TrainSummary {
  std::string folder;
  std::string reason;  // epochs, updates, time, patience: finished; signal: stopped, resume() continues
  int64_t parameters = 0, updates = 0;
  double best_epoch = 0;  // of the model that was kept
  double seconds = 0, tokens_per_s = 0;
  // Of the model that was kept; none for a figure that its task does not have, or if the run was stopped before.
  std::optional<double> val_loss, val_perplexity, val_bits_per_byte;
  std::optional<double> test_loss, test_perplexity;  // of the test text, if there is one
  std::optional<double> val_bleu;                    // of a translator
  std::optional<double> val_accuracy;                // share of right labels, of a model of labels
  // Of a model of series, on windows of its test steps where there are any, else of those for validation: mean absolute scaled error (1: as
  // good as repeating the season, on the rows before the test), mean absolute error, share of the values in the 90 % band.
  std::optional<double> mase, mae, coverage;
  std::optional<double> wer, cer;  // word and character error rate on the validation clips, of a recogniser
};

// Trains into request.folder: the best model, a checkpoint, metrics, a log and a model card. The same seed gives the same
// bits with any number of threads. Throws Error: Exit::usage (options, run/exists), Exit::data (text, with file:line),
// Exit::diverged, Exit::internal (io/...).
RNN_API TrainSummary train(const TrainRequest& request);

// Resumes a stopped run exactly where it was. `changes`: options that may extend it, those that train_options() calls
// resumable: epochs, max-time, max-updates, patience, threads. Throws as train() does, and Error{Exit::model, "run/no_checkpoint"};
// Error{Exit::data, "data/changed"}.
RNN_API TrainSummary resume(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes = {},
                            const TrainCallback& on_event = {}, std::atomic<int>* stop = nullptr);

// An option of a run: name, default as text, one line of help.
struct TrainOption {
  std::string name, value, help;
  bool resumable = false;  // resume() may change it
};
RNN_API std::vector<TrainOption> train_options();

}  // namespace v1
}  // namespace rnn
