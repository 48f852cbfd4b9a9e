// Why: a beam search does not record what it kept and dropped; a tree of these candidates shows why a text won.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/beam.h"

namespace rnn::core {

// What happened to a continuation: it stayed in the beam, it was a result, or it was dropped.
enum class BeamFate { kept, finished, dropped };
constexpr std::string_view kBeamFates[] = {"kept", "finished", "dropped"};
inline std::string_view fate_name(BeamFate fate) { return kBeamFates[static_cast<int>(fate)]; }

// A hypothesis with one more token.
struct BeamNode {
  int parent = -1;                        // index in the step before; -1: the first step
  int32_t id = 0;                         // its last token
  std::string text, so_far;               // the token in readable form; the whole text including it
  double p = 0, log_prob = 0, score = 0;  // of this token after those before it; of all tokens; log_prob by the length rule
  BeamFate fate = BeamFate::dropped;
  bool won = false;  // part of the best result, or the result itself
};

struct BeamTree {
  int beam = 0;
  double alpha = 0;  // of the length rule
  LengthRule length_rule = LengthRule::power;
  std::vector<std::vector<BeamNode>> steps;  // likeliest first within a step; the caller must fill in the texts
};

// One beam_search(). `tree` receives the candidates that were kept, those that finished, and at each step the likeliest
// `dropped` of those that were dropped. For options without allow, finished and no_repeat.
std::vector<Hypothesis> traced_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options,
                                      int dropped, BeamTree& tree);

}  // namespace rnn::core
