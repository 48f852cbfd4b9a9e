// Why: what the beams of CTC and of transducers have in common: prefixes in a tree, the best of which go on, and the texts that these are.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "decode/fusion.h"
#include "decode/prefix_tree.h"

namespace rnn::core {

struct PrefixBeamOptions {
  int width = 16;           // hypotheses that are kept after a row, >= 1
  int top_units = 40;       // a row extends hypotheses by its most probable units only; 0: all
  double unit_floor = -12;  // and by none whose log-probability is below; the blank is always read
  double beam_floor =
      std::numeric_limits<double>::infinity();  // a hypothesis whose score is so far below the best is dropped
  FusionOptions fusion = {};
};

struct RecognisedText {
  std::vector<int32_t> units;
  std::string text;     // as they are spelt; "" without a spelling
  double log_prob = 0;  // ln P(units | rows), of the ways that the search has followed: of an unlimited one, all
  double score = 0;     // with what language says
};

// A value, unless a model has slots.
class PrefixBeam {
 public:
  explicit PrefixBeam(const PrefixBeamOptions& options) : options_(options), fusion_(options.fusion) {}
  // The empty prefix alone. model: with slots for `slots` hypotheses beside those of the units' scorer, or null.
  void start(SlotModel* model, int slots);

  PrefixTree& tree() { return tree_; }
  const PrefixBeamOptions& options() const { return options_; }
  const std::vector<int32_t>& nodes() const { return nodes_; }  // best first

  // The units that a row of log-probabilities [K] extends by, by id, so that sums are added in one order. Valid until the next call.
  const std::vector<int32_t>& units_of(std::span<const float> row);
  // The prefix with one more unit; kNone: it may not go on with this one.
  int32_t child_of(int32_t node, int32_t unit);
  // The best of `nodes` by probability (blank and label) and language, into `best`, at most `width`; those of probability 0 never.
  void choose(const std::vector<int32_t>& nodes, std::vector<int32_t>& best);
  // Slots for those of the nodes that have none; their parents have one.
  void enter(const std::vector<int32_t>& nodes) { slots_.enter(tree_, nodes); }
  // The beam is the best of `touched`, all the prefixes that a row has reached, those of the beam before among them; the rest goes.
  void keep(const std::vector<int32_t>& touched);

  RecognisedText best() const;
  std::vector<int32_t> stable() const;
  std::vector<RecognisedText> finished(int n);

 private:
  double probability(int32_t node) const {
    const double blank = tree_[node].blank, label = tree_[node].label;
    return blank == kLogZero ? label : log_add(blank, label);
  }
  RecognisedText text_of(int32_t node, double score) const;

  struct Scored {
    double score;
    int32_t node;
    int order;  // of equal scores the one that was reached first
    bool operator<(const Scored& other) const { return score != other.score ? score > other.score : order < other.order; }
  };

  PrefixBeamOptions options_;
  Fusion fusion_;
  PrefixTree tree_;
  PrefixSlots slots_;
  std::vector<int32_t> nodes_, units_;
  std::vector<Scored> scored_;
};

}  // namespace rnn::core
