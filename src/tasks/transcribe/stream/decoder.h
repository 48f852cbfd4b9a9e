// Why: which characters are heard, row by row: one way to ask, whatever the head of the model and however it is searched.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "decode/ctc_beam.h"
#include "decode/ctc_greedy.h"
#include "decode/transducer_search.h"
#include "networks/model.h"
#include "networks/transducer_scorer.h"

namespace rnn::core {

// The best class of every row, or a beam; of a CTC head, or of a transducer. What it finds depends on the rows alone. One stream.
class SpeechDecoder {
 public:
  // The model, which is packed, the pool and what `beam` names must outlive it.
  SpeechDecoder(const Model<float>& model, const std::optional<PrefixBeamOptions>& beam, Pool& pool);

  // One more row: what the head reads [1, width], and the log-probabilities of a CTC head [1, K], which a transducer does not read. False:
  // nothing is said in it, as far as the best classes go.
  bool push(View<const float> hidden, LogProbs<float> log_probs);

  // The utterance that goes on: units and their log-probability.
  RecognisedText best() const;
  // If it ended here: as CtcBeam::finished(); one text at most, perhaps of no units, without a beam.
  std::vector<RecognisedText> finished(int n);
  void end_utterance();

  // The rows of a whole clip, as push() has them: the units of its best text. Adds to `silent` the rows in which nothing is said; the next
  // row is the first of another utterance.
  std::vector<int32_t> units_of(View<const float> hidden, LogProbs<float> log_probs, int64_t* silent = nullptr);

 private:
  CtcGreedy ctc_;
  std::optional<CtcBeam> ctc_beam_;
  std::unique_ptr<TransducerScorer> scorer_, beam_scorer_;  // null: CTC
  std::optional<TransducerGreedy> transducer_;
  std::optional<TransducerBeam> transducer_beam_;
};

}  // namespace rnn::core
