// Why: what rnn bench measures and what comes out, as data: cases are chosen, measured one after the other, and reported.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/profile.h"
#include "networks/model.h"

namespace rnn::core::bench {

// One measurement. Input size = hidden size; the suites say what runs.
struct Case {
  std::string_view suite;
  std::string name;
  CellKind cell = CellKind::lstm;
  int hidden = 0, layers = 1;
  int vocabulary = 0;  // language models, translators
  int batch = 1, steps = 1;
  bool ragged = false;  // of unlike lengths, the longest has `steps`
  int threads = 1;
  bool profile = false;  // find out where the time goes, too
  int flags = 0;         // CellFlags
  double dropout = 0;    // above 0: variational, one mask for all steps
  double state_dropout = 0, weight_drop = 0;
  SoftmaxKind softmax = SoftmaxKind::full;  // adaptive: tokens are drawn by Zipf's law instead of evenly
  bool input_feeding = false;               // translators
  int beam = 0;                             // hypotheses of a sentence; 0: nothing is searched
};

struct Figures {
  double seconds = 0;       // median of one call
  double p50 = 0, p99 = 0;  // of single steps, each timed alone; 0: not a suite of steps
  int64_t tokens = 0;       // of one call
  int64_t sentences = 0;    // of one call, where whole sentences are what counts
  double flops = 0;         // of one call: matrix products only, 2 per multiply-add, training three times the forward pass
  Profile profile;          // without calls: not asked for, or single steps, which are too short for it
};

struct Result {
  Case what;
  Figures figures;
};

// All suites in the order in which they run; the limits of the machine (limits.h) are one without cases.
constexpr std::string_view kLimits = "limits";
std::vector<std::string_view> suite_names();

struct Selection {
  std::vector<std::string> suites;  // empty: a short round through the most telling cases
  std::vector<CellKind> cells;      // empty: what the suite measures by itself
  std::vector<int> hidden;          // the same
  int threads = 1;                  // steps run on one thread, too
  bool profile = false;
  bool layer_norm = false;
  bool wants(std::string_view suite) const;
};

struct ModelSelection {
  int batch = 20, steps = 35;  // of reading and training
  bool profile = false;
};

// The batch of a case of one layer.
Seq shape_of(const Case& c);

// The cases of a selection, whose suites are known ones.
std::vector<Case> cases_of(const Selection& selection);
// Measures; `before` is told each case as it begins.
std::vector<Result> run(const std::vector<Case>& cases, double seconds, const std::function<void(const Case&)>& before);
// A language model: one step on one thread, reading and training in batches on all threads of the pool. Changes its weights.
std::vector<Result> measure_model(Model<float>& model, const ModelSelection& selection, Pool& pool, double seconds);

// The suites. `pool` has as many threads as the case says; a case takes about `seconds`.
Figures measure_step(const Case& c, Pool& pool, double seconds);
Figures measure_sequence(const Case& c, Pool& pool, double seconds);
Figures measure_training(const Case& c, Pool& pool, double seconds);
Figures measure_language_model(const Case& c, Pool& pool, double seconds);
// Of a translator; one call is one batch of sentences, a mean over unlike ones.
Figures measure_pairs(const Case& c, Pool& pool, double seconds);
Figures measure_beam(const Case& c, Pool& pool, double seconds);

}  // namespace rnn::core::bench
