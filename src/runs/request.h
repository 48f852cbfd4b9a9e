// Why: what a run is asked for, what it tells before it starts and what came of it, whatever its task.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/profile.h"
#include "options/options.h"
#include "train/trainer.h"

namespace rnn::core {

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

}  // namespace rnn::core
