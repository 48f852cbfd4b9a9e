// Why: everything the page of `rnn explain` and `rnn inspect --json` say about models and a text, as data; nothing here draws.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace rnn::core {

// A word and its probability.
struct WordChance {
  std::string text;
  double p = 0;
};

// One layer at one step. Numbers are those of the model's own forward pass.
struct LayerStep {
  std::vector<float> h;                                           // [output]
  std::vector<float> c;                                           // [hidden], two-state cells only
  std::vector<std::pair<std::string, std::vector<float>>> gates;  // name as CellInfo::gate_names says, [hidden]; the plain
                                                                  // RNN's "a" is what it squashes: h itself
  double state_norm = 0, update_norm = 0;                         // ||h_t||, ||h_t - h_{t-1}|| (Euclid)
  std::vector<std::pair<int, double>> moved;                      // units that changed most: number, h_t - h_{t-1}
};

// The first step is the end of line that stands before every prompt.
struct ReadStep {
  int id = -1;
  std::string text;      // as shown: "cat"; an end of line is "↵", a space "␣"
  double surprise = -1;  // -log2 p(this word | before), bits; -1: the first
  std::vector<LayerStep> layers;
  std::vector<WordChance> next;  // likeliest next words after this step, best first
};

// What the last next-word table owes to one word of the prompt; lag 0: the last.
struct Influence {
  int position = 0, lag = 0;  // step of the word; steps between it and the last
  std::string word;
  std::vector<WordChance>
      substitutes;  // instead of the word: p holds the total variation 1/2 sum |p - p'| of the last table
  double mean = 0;
};

// Two sentences that differ in one early word: how far apart the states stay.
struct StateDistance {
  int position = 0;
  std::string word, other;  // "cat", "dog"
  std::vector<double> h;    // [steps] ||h_t - h'_t|| of the top layer / ||h|| + ||h'|| over 2; 0 before `position`
  double kept = 0;          // last / the one at `position`
};

// ||dL_t/dh_{t-k}||, k = 0, 1, ...: geometric mean over the steps t looked at that have one (0: fewer than half have). L_t = -log p
// of the word at t + 1. A number of the state counts by what later steps make of it: at k = 0 only the top layer's h does.
struct GradientReach {
  std::vector<std::vector<double>> h;  // [layer][lag]
  std::vector<std::vector<double>> c;  // the same for c of two-state cells, else empty
  std::vector<double> state;           // [lag] all layers, h and c together
  std::vector<std::pair<int, double>>
      worst;  // lag, largest singular value of ds_t/ds_{t-k} at the last step (power iteration);
              // empty or short: the state is too large (inspect/jacobian.h)
  double half_life =
      0;          // steps after which `state` is half of its value at lag 1, by interpolation on the log scale; -1: longer
                  // than was looked
  int steps = 0;  // how many t
};

// Size of a layer's h over a text, means over the steps.
struct StateNorms {
  int layer = 0;
  double state = 0, largest = 0, update = 0;  // ||h_t||, the largest of them, ||h_t - h_{t-1}||
};

// Gate values of a text, counted.
struct GateUse {
  int layer = 0;
  std::string gate;
  double mean = 0, closed = 0, open = 0;  // share of values below 0.1 and above 0.9 (tanh values: below -0.9 and above 0.9)
};

struct Spectrum {
  int layer = 0;
  std::string gate;                     // "" for the plain RNN
  double radius = 0;                    // largest |eigenvalue| of the recurrent matrix of the gate
  double largest = 0, smallest = 0;     // singular values; smallest -1: not computed (more than 1024 units)
  std::vector<double> singular_values;  // all, falling; empty: not computed
};

struct ModelExplanation {
  std::string name, path, cell, tokenizer;  // name: of the run folder
  std::vector<std::string> equations;       // of the cell, a line each
  int layers = 0, hidden = 0, vocabulary = 0;
  long long parameters = 0;
  double val_loss = -1, val_perplexity = -1, val_bits_per_byte = -1;  // as trained; -1: not known
  double step_microseconds = 0;                                       // one word, one thread, median
  std::vector<ReadStep> steps;
  std::vector<Influence> influence;
  std::vector<StateDistance> distances;
  GradientReach gradient;         // over the text, or over the prompt where there is none
  GradientReach prompt_gradient;  // of the prompt's last word alone
  std::vector<GateUse> gates;     // over the text, or over the prompt
  std::vector<StateNorms> norms;  // the same
  std::vector<Spectrum> spectra;
};

// A memory problem trained on the spot: the first symbol named after k more.
struct RecallCurve {
  std::string cell;
  int hidden = 0;
  std::vector<double> accuracy;  // [lags]
  long long updates = 0;
  double seconds = 0;
};
struct Recall {
  std::vector<int> lags;
  double chance = 0;  // accuracy of guessing
  std::vector<RecallCurve> cells;
};

// The same exploding run with and without clipping: loss per update (infinite: not a number any more).
struct Clipping {
  std::string cell;
  double clip = 0, lr = 0;
  std::vector<double> with, without, norm_with, norm_without;  // [updates]; norm of the gradient before clipping
};

struct Explanation {
  std::string prompt;
  std::vector<ModelExplanation> models;
  Recall recall;      // empty lags: not done
  Clipping clipping;  // empty: not done
};

// Keys are the members' names; non-finite numbers become null.
nlohmann::ordered_json to_json_object(const ModelExplanation& model);
nlohmann::ordered_json to_json_object(const Explanation& explanation);

}  // namespace rnn::core
