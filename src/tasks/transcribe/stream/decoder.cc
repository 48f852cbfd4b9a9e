// Why: see decoder.h.
#include "tasks/transcribe/stream/decoder.h"

namespace rnn::core {
namespace {

template <class Greedy>
RecognisedText greedy_text(const Greedy& greedy) {
  return {greedy.ids(), "", greedy.log_prob(), greedy.log_prob()};
}

}  // namespace

SpeechDecoder::SpeechDecoder(const Model<float>& model, const std::optional<PrefixBeamOptions>& beam, Pool& pool) {
  const TransducerHead<float>* head = model.head().transducer();
  if (!head) {
    if (beam) ctc_beam_.emplace(*beam);
    return;
  }
  scorer_ = std::make_unique<TransducerScorer>(*head, model.weights(), pool);
  transducer_.emplace(*scorer_);
  if (!beam) return;
  beam_scorer_ = std::make_unique<TransducerScorer>(*head, model.weights(), pool);
  transducer_beam_.emplace(*beam_scorer_, TransducerBeamOptions{*beam});
}

bool SpeechDecoder::push(View<const float> hidden, LogProbs<float> log_probs) {
  if (transducer_) {
    transducer_->push(hidden);
    if (transducer_beam_) transducer_beam_->push(hidden);
    return transducer_->trailing_blanks() == 0;
  }
  ctc_.push(log_probs);
  if (ctc_beam_) ctc_beam_->push(log_probs);
  return ctc_.trailing_blanks() == 0;
}

RecognisedText SpeechDecoder::best() const {
  if (transducer_beam_) return transducer_beam_->best();
  if (ctc_beam_) return ctc_beam_->best();
  return transducer_ ? greedy_text(*transducer_) : greedy_text(ctc_);
}

std::vector<RecognisedText> SpeechDecoder::finished(int n) {
  if (transducer_beam_) return transducer_beam_->finished(n);
  if (ctc_beam_) return ctc_beam_->finished(n);
  return {best()};
}

void SpeechDecoder::end_utterance() {
  ctc_.end_utterance();
  if (ctc_beam_) ctc_beam_->end_utterance();
  if (transducer_) transducer_->end_utterance();
  if (transducer_beam_) transducer_beam_->end_utterance();
}

std::vector<int32_t> SpeechDecoder::units_of(View<const float> hidden, LogProbs<float> log_probs, int64_t* silent) {
  for (int t = 0; t < hidden.rows; ++t) {
    const bool said = push(hidden.middle(t, 1), LogProbs<float>({log_probs.rows.middle(t, 1)}));
    if (silent && !said) ++*silent;
  }
  std::vector<RecognisedText> found = finished(1);
  end_utterance();
  return found.empty() ? std::vector<int32_t>() : std::move(found[0].units);
}

}  // namespace rnn::core
