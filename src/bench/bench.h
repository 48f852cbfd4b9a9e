// Why: what rnn bench measures and its results, as data: cases are chosen, measured one after the other, and reported.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/profile.h"
#include "cells/names.h"
#include "networks/model.h"

namespace rnn::core::bench {

// One measurement. Input size = hidden size; the suite determines what is run.
struct Case {
  std::string_view suite;
  std::string name;
  CellKind cell = CellKind::lstm;
  int hidden = 0, layers = 1;
  int vocabulary = 0;  // language models, translators
  int batch = 1, steps = 1;
  bool ragged = false;  // sequences of different lengths, the longest with `steps`
  int threads = 1;
  bool profile = false;  // also measure where the time goes
  int flags = 0;         // CellFlags
  double dropout = 0;    // above 0: variational, one mask for all steps
  double state_dropout = 0, weight_drop = 0;
  SoftmaxKind softmax = SoftmaxKind::full;  // adaptive: tokens follow Zipf's law instead of a uniform distribution
  bool input_feeding = false;               // translators
  int beam = 0;                             // hypotheses per sentence; 0: no search
};

struct Figures {
  double seconds = 0;       // median of one call
  double p50 = 0, p99 = 0;  // of single steps, each timed alone; 0: not a suite of single steps
  int64_t tokens = 0;       // of one call
  int64_t sentences = 0;    // of one call, if whole sentences are counted
  double flops = 0;         // of one call: matrix products only, 2 per multiply-add; training counts as three forward passes
  Profile profile;          // empty: not requested, or single steps, which are too short for it
};

struct Result {
  Case what;
  Figures figures;
};

// All suites in the order in which they run; the limits of the machine (limits.h) are a suite without cases.
constexpr std::string_view kLimits = "limits";
std::vector<std::string_view> suite_names();

struct Selection {
  std::vector<std::string> suites;  // empty: a short selection of the most informative cases
  std::vector<NamedCell> cells;     // empty: those that the suite measures by default
  std::vector<int> hidden;          // the same
  int threads = 1;                  // single steps are also run on one thread
  bool profile = false;
  bool layer_norm = false;
  bool wants(std::string_view suite) const;
};

struct ModelSelection {
  int batch = 20, steps = 35;  // for reading and training
  bool profile = false;
};

// The batch of a case with one layer.
Seq shape_of(const Case& c);

// The cases of a selection; its suites must be known.
std::vector<Case> cases_of(const Selection& selection);
// Measures all cases; `before` is called with each case before it starts.
std::vector<Result> run(const std::vector<Case>& cases, double seconds, const std::function<void(const Case&)>& before);
// A language model: one step on one thread, reading and training in batches on all threads of the pool. Changes its weights.
std::vector<Result> measure_model(Model<float>& model, const ModelSelection& selection, Pool& pool, double seconds);

// The suites. `pool` must have as many threads as the case; a case takes about `seconds`.
Figures measure_step(const Case& c, Pool& pool, double seconds);
Figures measure_sequence(const Case& c, Pool& pool, double seconds);
Figures measure_training(const Case& c, Pool& pool, double seconds);
Figures measure_language_model(const Case& c, Pool& pool, double seconds);
// For a translator; one call is one batch of sentences, a mean over batches of different sizes.
Figures measure_pairs(const Case& c, Pool& pool, double seconds);
Figures measure_beam(const Case& c, Pool& pool, double seconds);

}  // namespace rnn::core::bench
