// Why: how good a language model is on a text, next to simple baselines.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"
#include "io/model_file.h"
#include "runs/request.h"
#include "tasks/language_model/adapt.h"
#include "tasks/language_model/stream/writer.h"
#include "train/trainer.h"

namespace rnn::core {

struct EvalReport {
  ResultRow model;
  int64_t tokens = 0, unknown = 0, bytes = 0, lines = 0;
  std::vector<ResultRow> others;   // with more models: each of them alone, then all together
  std::vector<ResultRow> adapted;  // the same model with a cache, with dynamic evaluation, with both
  std::vector<ResultRow>
      baselines;     // n-grams (tasks/language_model/ngram_rows.h) of the run's training text, if available; zstd
  std::string note;  // why a row is missing
  struct Line {
    std::string text;
    double loss = 0;  // nats per token
    int64_t tokens = 0, unknown = 0;
  };
  std::vector<Line> lines_report;  // with per_line: each line alone, from a zero state; a blank line has no tokens
};

struct EvalOptions {
  bool per_line = false, baselines = true;
  int threads = 0;
  Adaptation adaptation = {};                // adds separate rows
  std::string ngram = {};                    // an ARPA file over the same tokens: adds a separate row
  Pool* pool = nullptr;                      // instead of threads of its own
  const std::atomic<int>* cancel = nullptr;  // base/cancel.h
  WithModels with = {};                      // models that are evaluated, too, each alone and all together
};

// Every token of `text` (file or folder) is predicted once; the state is carried across lines and cleared between documents.
// A model trained on sentences reads each line from a zero state and skips blank lines. Frees the row-major weights of
// `file`, as Writer does. Throws Error{model} as Writer, Error{data} for bad text and for an ARPA file as ArpaModel.
EvalReport evaluate_text(ModelFile& file, const std::string& text, const EvalOptions& options);

}  // namespace rnn::core
