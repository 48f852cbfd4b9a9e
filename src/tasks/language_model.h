// Why: what a language model is worth on a text, beside what costs nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"
#include "io/model_file.h"
#include "runs/request.h"
#include "tasks/adapt.h"
#include "tasks/writer.h"
#include "train/trainer.h"

namespace rnn::core {

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

}  // namespace rnn::core
