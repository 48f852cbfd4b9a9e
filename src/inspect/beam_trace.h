// Why: what a beam search kept and dropped on its way is forgotten by the search itself; a tree of it shows why a text won.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/beam.h"

namespace rnn::core {

// What became of a continuation: it went on, it was a result, it was left behind.
enum class BeamFate { kept, finished, dropped };
constexpr std::string_view kBeamFates[] = {"kept", "finished", "dropped"};
inline std::string_view fate_name(BeamFate fate) { return kBeamFates[static_cast<int>(fate)]; }

// A hypothesis with one more token.
struct BeamNode {
  int parent = -1;                        // of the nodes of the step before; -1: the first step
  int32_t id = 0;                         // its last token
  std::string text, so_far;               // the token as shown; all that is written with it
  double p = 0, log_prob = 0, score = 0;  // of the token behind those before it; of all tokens; log_prob by the length rule
  BeamFate fate = BeamFate::dropped;
  bool won = false;  // a beginning of the best result, or that itself
};

struct BeamTree {
  int beam = 0;
  double alpha = 0;  // of the length rule
  LengthRule length_rule = LengthRule::power;
  std::vector<std::vector<BeamNode>> steps;  // the likeliest first within a step; texts are the caller's to fill in
};

// beam_search() of one search. Into `tree` goes what was kept, what finished, and of what was dropped the likeliest
// `dropped` of each step. For options without allow, finished and no_repeat.
std::vector<Hypothesis> traced_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options,
                                      int dropped, BeamTree& tree);

}  // namespace rnn::core
