// Why: how much a model of words should count depends on the recogniser: its weights are chosen on clips that neither taught nor test.
#pragma once

#include <vector>

#include "tasks/transcribe/speech_data.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {

struct TriedWeights {
  double alpha = 0, beta = 0;  // FusionOptions
  double wer = 0, cer = 0;
};

// A line search over the weight of the words' model, their bonus, and the weight once more; the network reads the clips once. -> all that
// was tried, in order; the best one is best_weights(). beam: with a model of words.
std::vector<TriedWeights> tune_search(const SpeechModel& speech, const SpeechPart& part, Pool& pool,
                                      const PrefixBeamOptions& beam);
// The fewest word errors; of equal ones the fewest errors of characters, then what was tried first.
const TriedWeights& best_weights(const std::vector<TriedWeights>& tried);

}  // namespace rnn::core
