// Why: the language-model task: from text files to a run folder, from a run folder to figures and to sentences.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/text_files.h"
#include "io/model_file.h"
#include "tasks/adapt.h"
#include "tasks/writer.h"
#include "train/options.h"
#include "train/trainer.h"

namespace rnn {

// What `rnn train` was asked to do.
struct RunRequest {
  std::string task =
      "language-model";           // classify, regress, tag: data of sequences (data/sequences.h); translate: data/pairs.h
  std::vector<std::string> data;  // text to train on; its last part is kept for validation unless `valid` is given
  std::vector<std::string> valid, test;  // none; or a file, of pairs perhaps two
  std::string folder;                    // taken literally
  bool force = false;                    // overwrite an existing run
  std::string init_from;                 // run or model whose weights are the start
  ModelOptions model;
  TrainOptions options;
  std::vector<std::string> given;  // names of the options that somebody chose; with init_from the others are the model's
  std::string command;             // as typed, for the record
};

// One line of a result table: "this model", "trigram", "Kneser-Ney 5-gram", "zstd -19"; below 0: not defined for it.
struct ResultRow {
  std::string name;
  double loss = -1, perplexity = -1, bits_per_byte = -1, accuracy = -1;
  double bleu = -1, chrf = -1, exact = -1;  // translations; exact: share
};

// The only one of `files`, or "" where there is none. Throws Error{usage, "usage/argument"}: two are for pairs of sentences.
std::string only_file(const std::vector<std::string>& files, const char* flag);

struct RunResult {
  std::string folder, task;
  StopReason reason = StopReason::epochs;
  int64_t parameters = 0, updates = 0;
  double best_epoch = 0, seconds = 0, tokens_per_second = 0;
  ResultRow valid, test;             // of the best model; test: loss < 0 without a test file
  std::vector<ResultRow> baselines;  // on the validation text
};

// Told before training starts: what was found and decided, for the screen (plain lines: key, text).
struct Plan {
  std::vector<std::pair<std::string, std::string>> lines;  // data, tokens, model, memory, time
};

struct RunHooks {
  const std::atomic<int>* signal = nullptr;
  std::function<void(const Plan&)> plan;  // once, before the first update
  Profile* profile = nullptr;             // filled while it trains; an event tells what it holds at the end
};

// Trains into request.folder: config.toml, model.safetensors (best), last.ckpt.safetensors, metrics.jsonl, metrics.csv,
// events.out.tfevents.*, train.log, README.md, data.json. `events` gets the same stream; sinks for the files are added here.
RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks);

// Goes on with a stopped run exactly where it was: the same numbers as a run that was never stopped. `changes` may prolong it
// (epochs, max_seconds, max_updates, patience, threads); Error{usage, "usage/resume"} for what the model or the batches are made of.
// model.safetensors is then the best model of a run that was never stopped, also where a last look at the stop had found a better.
RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks);

struct EvalReport {
  ResultRow model;
  int64_t tokens = 0, unknown = 0, bytes = 0, lines = 0;
  std::vector<ResultRow> others;     // with more models: each of them alone, then all together
  std::vector<ResultRow> adapted;    // the same model with a cache, with weights that go on learning, with both
  std::vector<ResultRow> baselines;  // n-grams (tasks/ngram_rows.h) of the run's training text, when it is at hand; zstd
  std::string note;                  // why a row is missing
  struct Line {
    std::string text;
    double loss = 0;  // nats per token
    int64_t tokens = 0, unknown = 0;
  };
  std::vector<Line> lines_report;  // with per_line: each line alone, from the zero state; a blank line has no tokens
};

struct EvalOptions {
  bool per_line = false, baselines = true;
  int threads = 0;
  Adaptation adaptation = {};  // rows of its own
  std::string ngram = {};      // an ARPA file over the same tokens: a row of its own
  WithModels with = {};        // models that are measured beside the first, alone and together with it
};

// Every token of `text` (file or folder) is predicted once, the state carried over lines and cleared between documents; a model
// trained on sentences reads each line from the zero state and leaves blank lines out. Frees the row-major weights of `file`, as
// Writer does. Throws Error{model} as Writer, Error{data} for bad text and for an ARPA file as ArpaModel.
EvalReport evaluate_text(ModelFile& file, const std::string& text, const EvalOptions& options);

}  // namespace rnn
