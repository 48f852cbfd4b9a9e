// Why: everything that `rnn explain` and `rnn inspect --json` show about models and a text, as data; no drawing here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rnn::core {

// A word and its probability.
struct WordChance {
  std::string text;
  double p = 0;
};

// One layer at one step. The numbers are those of the model's own forward pass.
struct LayerStep {
  std::vector<float> h;                                           // [output]
  std::vector<float> c;                                           // [hidden], two-state cells only
  std::vector<std::pair<std::string, std::vector<float>>> gates;  // named as in CellInfo::gate_names, [hidden]; the plain
                                                                  // RNN's "a" is what it squashes: h itself
  double state_norm = 0, update_norm = 0;                         // ||h_t||, ||h_t - h_{t-1}|| (Euclid)
  std::vector<std::pair<int, double>> moved;                      // units that changed most: number, h_t - h_{t-1}
};

// The first step is the end of line that precedes every prompt.
struct ReadStep {
  int id = -1;
  std::string text;      // as shown: "cat"; an end of line is "↵", a space "␣"
  double surprise = -1;  // -log2 p(this word | the words before), bits; -1: the first step
  std::vector<LayerStep> layers;
  std::vector<WordChance> next;  // likeliest next words after this step, best first
};

// How much the last next-word prediction depends on one word of the prompt; lag 0: the last word.
struct Influence {
  int position = 0, lag = 0;  // step of the word; steps between it and the last
  std::string word;
  std::vector<WordChance>
      substitutes;  // words that replaced it: p holds the total variation 1/2 sum |p - p'| of the last prediction
  double mean = 0;
};

// Two sentences that differ in one early word: how far apart the states stay.
struct StateDistance {
  int position = 0;
  std::string word, other;  // "cat", "dog"
  std::vector<double> h;    // [steps] ||h_t - h'_t|| / ((||h_t|| + ||h'_t||) / 2) of the top layer; 0 before `position`
  double kept = 0;          // the last distance / the one at `position`
};

// ||dL_t/dh_{t-k}||, k = 0, 1, ...: geometric mean over those of the examined steps t where it is not 0 (0: fewer than
// half). L_t = -log p of the word at t + 1. Each number of the state counts only through what is computed from it
// afterwards: at k = 0 only the top layer's h does.
struct GradientReach {
  std::vector<std::vector<double>> h;  // [layer][lag]
  std::vector<std::vector<double>> c;  // the same for c of two-state cells, else empty
  std::vector<double> state;           // [lag] all layers, h and c together
  std::vector<std::pair<int, double>>
      worst;             // lag, largest singular value of ds_t/ds_{t-k} at the last step (power iteration);
                         // empty or short: the state is too large (inspect/jacobian.h)
  double half_life = 0;  // steps after which `state` is half of its value at lag 1, interpolated on the log scale;
                         // -1: more than were examined
  int steps = 0;         // number of examined steps t
};

// Size of a layer's h over a text; means over the steps.
struct StateNorms {
  int layer = 0;
  double state = 0, largest = 0, update = 0;  // ||h_t||, the largest of them, ||h_t - h_{t-1}||
};

// Statistics of the values of a gate over a text.
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
  std::vector<double> singular_values;  // all, in descending order; empty: not computed
};

// Two held-out line beginnings that differ in one early word (inspect/early_pairs.h), and the words that continue them.
struct PairAnswer {
  std::string first, second;            // the beginnings
  std::string first_word, second_word;  // right after each; the same word where the early one does not matter
  std::string wrong;                    // then: the word that is offered instead; else empty
  // Of the chance that the network gives to the two words offered, the share of the right one, after each beginning.
  double first_share = 0, second_share = 0;
  bool both_right() const { return first_share > 0.5 && second_share > 0.5; }
  double margin() const { return first_share < second_share ? first_share : second_share; }
};
struct PairTest {
  std::vector<PairAnswer> needed;    // the late word depends on the early one
  std::vector<PairAnswer> unneeded;  // it does not: to forget is right
  int unknown = 0;                   // pairs left out, because the network does not know all of their words
};

// What the gates of one unit do with the number that it carries: after = keep * before + write * content.
struct DoorStep {
  std::string word;
  double before = 0, keep = 0, write = 0, content = 0, after = 0;
  double third = 0;  // the output gate of cells with a cell state, else the reset gate; 0 if there is neither
};
struct Doors {
  int layer = 0, unit = 0;
  std::string keep, write, third;  // letters of the gates; empty: there is none, and keep or write is 1 - the other one
  std::vector<DoorStep> steps;     // empty: the cell has no such gates
};

// A unit of the top layer that tells lines which name something from those which do not: chosen on the first half of the
// held-out lines, measured on the second.
struct UnitMeaning {
  std::string about;                    // "an animal"
  int unit = 0, lines = 0, naming = 0;  // lines measured, and how many of them name it
  bool high = true;                     // the unit is high, not low, in these lines
  double chosen_auc = 0, auc = 0;       // area under the curve: .5 is chance, 1 is perfect
};

struct ModelExplanation {
  std::string name, path, cell, tokenizer;  // name: of the run folder
  std::vector<std::string> equations;       // of the cell, one per line
  int layers = 0, hidden = 0, vocabulary = 0;
  long long parameters = 0;
  std::optional<double> val_loss, val_perplexity, val_bits_per_byte;  // as trained, if it is known
  double step_microseconds = 0;                                       // one word, one thread, median
  std::vector<ReadStep> steps;
  std::vector<Influence> influence;
  std::vector<StateDistance> distances;
  GradientReach gradient;         // over the text, or over the prompt if there is no text
  GradientReach prompt_gradient;  // of the prompt's last word alone
  std::vector<GateUse> gates;     // over the text, or over the prompt
  std::vector<StateNorms> norms;  // the same
  std::vector<int> shown_units;   // of the top layer, spread evenly: what a page draws of a state
  Doors doors;                    // of the prompt's first ten words
  PairTest pairs;
  std::optional<UnitMeaning> meaning;  // only if auc is at least .9
  std::vector<Spectrum> spectra;
};

// A memory problem, which small networks are trained for: naming the first symbol after k more.
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

// The same exploding run with and without clipping: loss per update (infinite: no longer a number).
struct Clipping {
  std::string cell;
  double clip = 0, lr = 0;
  std::vector<double> with, without, norm_with, norm_without;  // [updates]; norm of the gradient before clipping
};

// Something that was trained together with the models of a page, and what it made of one input.
struct Part {
  std::string kind;                           // "text", "dates", "digits", "series"
  std::string input, output;                  // output: empty if it was not trained
  std::string link;                           // a page of its own, relative to this one; or empty
  std::vector<double> past, next, low, high;  // series: values, the forecast and its 90 % band
};

// One task, done in the simplest way and by a network, judged by one figure on the same unseen data.
struct WorthRow {
  std::string task, measure, simple, network;
  double simple_value = 0, network_value = 0;
  bool higher = false, percent = false;  // which way is better; a share
  double seconds = 0;                    // of the network's training
  long long bytes = 0;                   // of its learned numbers
};

struct Explanation {
  std::string prompt;
  long long lines = 0;          // of the training text; 0: not known
  std::vector<Part> parts;      // empty: nothing else was trained
  std::vector<WorthRow> worth;  // empty: nothing to compare with
  std::vector<ModelExplanation> models;
  Recall recall;      // empty lags: not done
  Clipping clipping;  // empty: not done
};

// The keys are the members' names; non-finite numbers become null.
nlohmann::ordered_json to_json_object(const ModelExplanation& model);
nlohmann::ordered_json to_json_object(const Explanation& explanation);

}  // namespace rnn::core
