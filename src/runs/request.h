// Why: the request, the plan and the result of a run, whatever its task.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/figure.h"
#include "base/profile.h"
#include "data/split.h"
#include "options/options.h"
#include "train/trainer.h"

namespace rnn::core {

// The request of `rnn train`.
struct RunRequest {
  std::string task = "language-model";  // classify, regress, tag: sequences (data/sequences.h); translate: data/pairs.h
  std::vector<std::string> data;  // to train on; a part is held out for validation unless `valid` is given: of text the last
  std::vector<std::string> valid, test;   // none, or one file, or for pairs perhaps two
  SplitRule split = SplitRule::shuffled;  // of sequences and pairs; a resumed run keeps its own
  std::string folder;                     // used exactly as given
  bool force = false;                     // overwrite an existing run
  std::string init_from;                  // run or model whose weights training starts from
  ModelOptions model;
  TrainOptions options;
  SeriesOptions series;
  SpeechOptions speech;
  LabelOptions labels;
  std::vector<std::string> given;  // names of the options given explicitly; with init_from the others are the model's
  bool was_given(std::string_view name) const { return std::find(given.begin(), given.end(), name) != given.end(); }
  std::string command;  // as typed, recorded in the model
};

// The only one of `files`, or "" if there is none. Throws Error{usage, "usage/argument"} for two, which only sentence pairs
// use.
std::string only_file(const std::vector<std::string>& files, const char* flag);

struct RunResult {
  std::string folder, task;
  StopReason reason = StopReason::epochs;
  int64_t parameters = 0, updates = 0;
  double best_epoch = 0, seconds = 0, tokens_per_second = 0;
  ResultRow valid;                        // of the best model; empty if the run was stopped by a signal
  std::optional<ResultRow> test;          // the same on the test file, if there is one
  std::vector<ResultRow> baselines;       // on the validation text
  std::vector<ResultRow> test_baselines;  // on the test data, of a fold (LabelOptions::fold)
  std::string verdict;                    // a sentence where a baseline is better; empty: none is
};

// "the nearest sentence is better: BLEU 7.30 against 6.31 of this model": by BLEU, bits per byte, MASE, MAE, F1 or the loss, labels by their accuracy, the first that both have.
// Empty if no baseline is better by as much as the figure is written with.
std::string better_baseline(const RunResult& result);

// Shown before training starts: what was found and decided, as plain lines for the screen (key, text).
struct Plan {
  std::vector<std::pair<std::string, std::string>> lines;  // data, tokens, model, memory, time
  void add(const char* key, std::string text) { lines.emplace_back(key, std::move(text)); }
};

struct RunHooks {
  const std::atomic<int>* signal = nullptr;
  std::function<void(const Plan&)> plan;  // once, before the first update
  Profile* profile = nullptr;             // filled during training; an event reports its content at the end
};

}  // namespace rnn::core
